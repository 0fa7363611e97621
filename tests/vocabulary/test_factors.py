from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretome_ml.vocabulary import FactorVocabulary
from secretome_ml.vocabulary.tables import rows, split_cell

VOCABULARY = FactorVocabulary.load()
REAL_NAMES = [
    ("VEGF", "VEGFA"),
    ("VEGF-A", "VEGFA"),
    ("VEGF165", "VEGFA"),
    ("bFGF", "FGF2"),
    ("FGF-2", "FGF2"),
    ("MCP-1", "CCL2"),
    ("CCL2/MCP-1", "CCL2"),
    ("monocyte chemoattractant protein 1 (MCP-1)", "CCL2"),
    ("SDF-1α", "CXCL12"),
    ("SDF-1a", "CXCL12"),
    ("IL-8", "CXCL8"),
    ("RANTES", "CCL5"),
    ("IDO", "IDO1"),
    ("indoleamine 2,3-dioxygenase", "IDO1"),
    ("IDO activity (l-kynurenine)", "IDO1"),
    ("PGE2", "PGE2"),
    ("prostaglandin E2", "PGE2"),
    ("TSG-6", "TNFAIP6"),
    ("PEDF", "SERPINF1"),
    ("sFLT-1", "FLT1"),
    ("sVEGF-R1", "FLT1"),
    ("soluble VEGFR-1", "FLT1"),
    ("sVEGF-R2", "KDR"),
    ("COX-2", "PTGS2"),
    ("IL-1Ra", "IL1RN"),
    ("IL1rn", "IL1RN"),
    ("PAI-1", "SERPINE1"),
    ("Serpin E1", "SERPINE1"),
    ("uPA", "PLAU"),
    ("sTNFR1", "TNFRSF1A"),
    ("TNFRI", "TNFRSF1A"),
    ("ENA-78", "CXCL5"),
    ("GRO-alpha", "CXCL1"),
    ("KC", "CXCL1"),
    ("eotaxin", "CCL11"),
    ("TPO", "THPO"),
    ("GM-CSF", "CSF2"),
    ("CSF2", "CSF2"),
    ("PlGF", "PGF"),
    ("HGF/SF", "HGF"),
    ("KGF", "FGF7"),
    ("Keratinocyte growth factor", "FGF7"),
    ("ANG-1", "ANGPT1"),
    ("angiopoietin-2", "ANGPT2"),
    ("angiogenin", "ANG"),
    ("SCF", "KITLG"),
    ("TARC", "CCL17"),
    ("PDGF-AA", "PDGFA"),
    ("PDGF-bb", "PDGFB"),
    ("TGF-1", "TGFB1"),
    ("TGF-α", "TGFA"),
    ("tissue factor", "F3"),
    ("sSiglec-9", "SIGLEC9"),
    ("sCD40L", "CD40LG"),
    ("LL-37", "CAMP"),
    ("CD105", "ENG"),
    ("HO-1", "HMOX1"),
    ("HLA-G5", "HLA-G"),
    ("NO/iNOS", "NO"),
    ("kynurenine", "kynurenine"),
    ("lncRNA H19", "H19"),
    ("lncRNA-MIAT", "MIAT"),
    ("miR-126", "miR-126"),
    ("hsa-miR-126-3p", "miR-126-3p"),
    ("Let-7", "let-7"),
    ("VEGF [pg/mL]", "VEGFA"),
    ("Hu IL-6 (19)", "IL6"),
    ("TNF-α (pg/mL)", "TNF"),
    ("CTGF", "CCN2"),
    ("IL-12(p70)", "IL-12"),
]
FAMILIES = {
    "FGF": "FGF family",
    "TGF-β": "TGFB family",
    "TGF-beta": "TGFB family",
    "TGFβ": "TGFB family",
    "TGF": "TGF family",
    "TGF-": "TGF family",
    "PDGF": "PDGF family",
    "IGF": "IGF family",
    "IGFBP": "IGFBP family",
    "MMPs": "MMP family",
    "IL-1": "IL1 family",
    "BMP": "BMP family",
    "GRO": "GRO family",
    "IFN-α": "IFNA family",
    "Wnt": "WNT family",
    "ICAM": "ICAM family",
}


@pytest.mark.parametrize(("name", "factor"), REAL_NAMES)
def test_names_as_papers_write_them(name: str, factor: str) -> None:
    found = VOCABULARY.resolve(name)
    assert found.factor == factor, found
    assert found.name == name
    assert found.kind is not None


@pytest.mark.parametrize(("name", "family"), FAMILIES.items())
def test_families_stay_families(name: str, family: str) -> None:
    found = VOCABULARY.resolve(name)
    assert (found.factor, found.kind) == (family, "family")


def test_no_name_of_a_family_is_a_member() -> None:
    wrong = [
        (row["id"], name)
        for row in rows("factors")
        if row["kind"] == "family"
        for name in (row["id"], *split_cell(row["synonyms"]))
        if VOCABULARY.resolve(name).kind != "family"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "factor"), [("Vegfa", "VEGFA"), ("Tnfrsf11b", "TNFRSF11B"), ("Il1b", "IL1B"), ("Sfrp2", "SFRP2")]
)
def test_rodent_symbols(name: str, factor: str) -> None:
    found = VOCABULARY.resolve(name)
    assert (found.factor, found.how) == (factor, "ortholog symbol")


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("VEGF and bFGF secretion", "not one factor"),
        ("IL-1β/IL-6", "not one factor"),
        ("p21", "ambiguous"),
        ("ANG", "ambiguous"),
        ("2-Sep", "unknown: a spreadsheet"),
        ("1-Mar", "unknown: a spreadsheet"),
        ("xyzzy", "unknown"),
        ("no", "unknown"),
        ("", "unknown"),
        ("   ", "unknown"),
    ],
)
def test_names_that_stand_for_no_factor_say_why(name: str, start: str) -> None:
    found = VOCABULARY.resolve(name)
    assert found.factor is None
    assert found.reason is not None
    assert found.reason.startswith(start)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("angiogenic cytokines", "angiogenic factors"),
        ("anti-angiogenic cytokines (panel)", "anti-angiogenic factors"),
        ("inflammatory markers", "inflammatory factors"),
        ("Th9/Th17/Th22/Treg cytokines", "immunomodulatory factors"),
        ("some unheard-of cytokines", "inflammatory factors"),
        ("total protein", "protein together"),
        ("RNA cargo", "RNA together"),
    ],
)
def test_a_collective_name_becomes_a_class_and_never_a_member(name: str, expected: str) -> None:
    found = VOCABULARY.resolve(name)
    assert (found.factor, found.kind) == (expected, "class")


def test_two_factors_in_one_name_are_both_candidates() -> None:
    assert VOCABULARY.resolve("VEGF and bFGF secretion").candidates == ("VEGFA", "FGF2")


def test_a_half_known_name_is_not_resolved() -> None:
    found = VOCABULARY.resolve("IL-6 (xyzzy)")
    assert found.factor is None
    assert found.candidates == ("IL6",)


@pytest.mark.parametrize("text", ["P15692", "P15692-2", "sp|P15692|VEGFA_HUMAN", " P15692 "])
def test_accessions(text: str) -> None:
    assert VOCABULARY.resolve_accession(text).factor == "VEGFA"


@pytest.mark.parametrize("text", ["", "VEGFA", "P1569", "Q99999Z", "|", "sp|P15692"[:5], "A" * 100_000])
def test_what_is_no_accession(text: str) -> None:
    assert VOCABULARY.resolve_accession(text).factor is None


def test_accession_of_a_younger_symbol() -> None:
    assert VOCABULARY.resolve_accession("P29279").factor == "CCN2"
    assert VOCABULARY.accession("CCN2") == "P29279"


def test_facts_about_a_factor() -> None:
    assert VOCABULARY.family("CXCL8") == "chemokine CXC"
    assert VOCABULARY.family("miR-590-3p") == "miR-590"
    assert VOCABULARY.family("nothing") is None
    assert VOCABULARY.label("miR-590-3p") == "miR-590-3p"
    assert VOCABULARY.accession("PGE2") is None
    assert VOCABULARY.accession("ACTB") == "P60709"


def test_every_synonym_leads_home_or_is_listed() -> None:
    astray = []
    for row in rows("factors"):
        for name in (row["id"], *split_cell(row["synonyms"])):
            found = VOCABULARY.resolve(name)
            decided = found.how == "decided name" or (found.reason or "").startswith("ambiguous")
            if found.factor != row["id"] and not decided:
                astray.append((name, row["id"], found.factor))
    assert astray == []


@given(st.text(max_size=300))
@settings(max_examples=300)
def test_never_raises_on_text(text: str) -> None:
    found = VOCABULARY.resolve(text)
    assert (found.factor is None) == (found.reason is not None and found.how == "unresolved")
    VOCABULARY.resolve_accession(text)


@given(st.text(alphabet="IL-1β(/)+, VEGFαand26sp|", max_size=80))
@settings(max_examples=300)
def test_never_raises_on_text_made_of_names(text: str) -> None:
    found = VOCABULARY.resolve(text)
    assert found.factor is None or VOCABULARY.kind(found.factor) == found.kind


@pytest.mark.parametrize(
    "piece", ["(", "IL-6/", "soluble ", "a,", "β", "miR-", "VEGF (", " and ", "-", "protein "]
)
def test_very_long_names_are_only_unknown(piece: str) -> None:
    found = VOCABULARY.resolve(piece * (100_000 // len(piece)))
    assert found.factor is None


@given(st.sampled_from([name for name, _ in REAL_NAMES if "miR" not in name and "-1 (" not in name]))
def test_spelling_habits_do_not_matter(name: str) -> None:
    factor = VOCABULARY.resolve(name).factor
    greek = name.replace("α", "alpha").replace("β", "beta").replace("γ", "gamma")
    for spelling in (greek, name.replace("-", "‑"), name.replace("-", "−"), f"  {name} ", name.upper()):
        assert VOCABULARY.resolve(spelling).factor == factor, spelling


@given(st.sampled_from(sorted(VOCABULARY.index.factors)))
def test_an_identifier_resolves_to_itself(factor: str) -> None:
    found = VOCABULARY.resolve(factor)
    assert (
        found.factor == factor or (found.reason or "").startswith("ambiguous") or found.how == "decided name"
    )
