from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretome_ml.core.errors import UnknownName
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.tables import rows

TERMS = Terms()
RECORD = {
    "cell_type": "MSC EPC NSC CPC fibroblast macrophage none DPSC SHED",
    "cell_source": "bone_marrow adipose umbilical_cord cord_blood placenta amniotic_membrane amniotic_fluid "
    "chorion dental_pulp exfoliated_deciduous_teeth gingiva periodontal_ligament apical_papilla endometrium "
    "menstrual_blood uterine_cervix dermis hair_follicle skeletal_muscle synovium heart liver lung "
    "kidney brain "
    "peripheral_blood embryonic_stem_cell ipsc tonsil",
    "stage": "adult perinatal fetal embryonic ipsc",
    "product": "conditioned_medium secretome_lyophilised ev exosome microvesicle cells lysate "
    "gel_or_scaffold_with_secretome",
    "culture": "2d 3d spheroid hollow_fiber scaffold",
    "fraction": "whole soluble vesicles vesicle_depleted factor_depleted neutralised heat_inactivated",
    "preconditioning": "hypoxia cytokine tlr_ligand serum_deprivation genetic_modification three_d_culture "
    "pharmacological mechanical electrical coculture inflammatory_serum heat_shock oxidative_stress nutrient "
    "biomaterial immortalisation",
    "effect": "angiogenic anti_inflammatory anti_fibrotic immunomodulatory anti_apoptotic antioxidant "
    "neuroprotective osteogenic chondroprotective wound_healing cardioprotective renoprotective "
    "hepatoprotective "
    "pulmonary_protective myogenic proliferative migratory antitumor antibacterial",
    "assay_system": "in_vitro ex_vivo in_vivo clinical",
}


@pytest.mark.parametrize(
    ("column", "identifier"), [(column, word) for column, words in RECORD.items() for word in words.split()]
)
def test_the_words_of_the_record_format_stay(column: str, identifier: str) -> None:
    assert identifier in TERMS.ids(column)
    assert TERMS.resolve(column, identifier) == identifier


@pytest.mark.parametrize(
    ("column", "text", "identifier"),
    [
        ("cell_source", "Wharton's jelly", "umbilical_cord"),
        ("cell_source", "Wharton’s Jelly", "umbilical_cord"),
        ("cell_source", "WJ", "umbilical_cord"),
        ("cell_source", "BM", "bone_marrow"),
        ("cell_source", "bone marrow", "bone_marrow"),
        ("cell_source", "ASC", "adipose"),
        ("cell_source", "AD-MSC", "adipose"),
        ("cell_source", "other:corneal stroma", "cornea"),
        ("cell_type", "dental pulp stem cell", "DPSC"),
        ("cell_type", "dental pulp stem cells", "DPSC"),
        ("cell_type", "adipose stromal cell", "ASC"),
        ("cell_type", "none (plasma exosomes)", "none"),
        ("cell_type", "EPC (from MSC)", "EPC"),
        ("cell_type", "MSC + EPC", "mixed"),
        ("product", "CM", "conditioned_medium"),
        ("product", "sEV", "exosome"),
        ("product", "EVs", "ev"),
        ("product", "other:exosome-depleted conditioned medium", "soluble_fraction"),
        ("species", "Rattus norvegicus", "rat"),
        ("species", "murine", "mouse"),
        ("effect", "pro-angiogenic", "angiogenic"),
        ("effect", "Anti-Inflammatory", "anti_inflammatory"),
        ("preconditioning", "other:laser irradiation 650 nm", "photobiomodulation"),
        ("preconditioning", "normoxia", "none"),
        ("cell_source", "other: moon  dust", "other:moon dust"),
        ("cell_source", "moon", None),
        ("species", "", None),
        ("cell_source", "other:", None),
    ],
)
def test_words_as_papers_write_them(column: str, text: str, identifier: str | None) -> None:
    assert TERMS.resolve(column, text) == identifier


def test_unknown_words_have_neighbours() -> None:
    assert "umbilical_cord" in TERMS.close("cell_source", "umbilical chord")
    assert TERMS.close("cell_source", "qqqqqqqq") == ()


def test_an_unknown_column_is_named() -> None:
    with pytest.raises(UnknownName, match="colour"):
        TERMS.resolve("colour", "red")


def test_cell_types_have_one_of_the_agreed_classes() -> None:
    classes = {
        "mesenchymal",
        "endothelial",
        "epithelial",
        "pluripotent",
        "neural",
        "cardiac",
        "immune",
        "differentiated_control",
        "none",
    }
    assert {row["class"] for row in rows("cell_types")} == classes
    assert TERMS.cell_class("fibroblast") == "differentiated_control"
    assert TERMS.cell_class("nothing") is None


def test_parents_labels_and_ontology() -> None:
    assert TERMS.parent("cell_source", "gingiva") == "dental"
    assert TERMS.parent("cell_source", "other:x") is None
    assert TERMS.label("cell_source", "other:x") == "x"
    assert TERMS.ontology("species", "human") == "NCBITaxon:9606"
    assert TERMS.ontology("cell_source", "ipsc") is None


def test_the_headline_effects() -> None:
    assert TERMS.headline_effects() == ("angiogenic", "anti_inflammatory", "anti_fibrotic")


@pytest.mark.parametrize("column", TERMS.columns)
def test_every_identifier_and_label_resolves(column: str) -> None:
    for identifier in TERMS.ids(column):
        assert TERMS.resolve(column, identifier) == identifier
        assert TERMS.resolve(column, TERMS.label(column, identifier)) is not None


@given(st.sampled_from(TERMS.columns), st.text(max_size=200))
def test_never_raises_on_text(column: str, text: str) -> None:
    found = TERMS.resolve(column, text)
    assert found is None or TERMS.resolve(column, found) == found
