"""What the rules read: whole little papers written here, in every form, each fact checked by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from secretome_ml.core.errors import InputRefused, NotInstalled
from secretome_ml.papers import Candidate, propose, read_paper
from secretome_ml.papers.candidates import load_reader
from secretome_ml.papers.sentences import split_sentences
from secretome_ml.papers.spotting import done_to_cells

EXAMPLES = Path(__file__).parent / "examples"
TITLE = "Hypoxic adipose stem cells and vessels"
TEXT = (EXAMPLES / "vessels.txt").read_text(encoding="utf-8")
JATS = (EXAMPLES / "vessels.xml").read_text(encoding="utf-8")
FORMS = ("vessels.txt", "vessels.xml", "vessels.html", "vessels_pdf.txt")


def read(folder: Path, content: str, name: str) -> list[Candidate]:
    (folder / name).write_text(content, encoding="utf-8")
    return propose(read_paper(folder / name))


MODIFIED = "genetic_modification"


def facts(candidates: list[Candidate], table: str) -> list[dict[str, object]]:
    return [c.fact for c in candidates if c.table == table]


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_facts(name: str):
    found = propose(read_paper(EXAMPLES / name))
    assert facts(found, "studies")[0]["doi"] == "10.5555/vessels.1"
    assert facts(found, "studies")[0]["title"] == TITLE
    arms = {c.arm: c.fact for c in found if c.table == "arms"}
    hypoxic, plain = "adipose_conditioned_medium_hypoxia", "adipose_conditioned_medium"
    assert {hypoxic, plain} <= set(arms)
    assert all(a["cell_source"] == "adipose" and a["product"] == "conditioned_medium" for a in arms.values())
    assert arms[plain]["species"] == "human"
    hypoxia = {"kind": "hypoxia", "o2_percent": 1.0, "hours": 48.0}
    assert facts(found, "preconditioning") == [hypoxia, hypoxia], "of the medium, and of the heated medium"
    outcome = next(c for c in found if c.table == "outcomes")
    assert (outcome.arm, outcome.fact["effect"], outcome.fact["result"]) == (
        hypoxic,
        "angiogenic",
        "beneficial",
    )
    assert "compared with normoxic" in outcome.sentence
    compared = [
        (c.arm, c.fact["than"], c.fact["effect"], c.fact["direction"])
        for c in found
        if c.table == "comparisons"
    ]
    assert (hypoxic, plain, "angiogenic", "higher") in compared
    assert (f"{hypoxic}_heat_inactivated", hypoxic, "angiogenic", "lower") in compared
    factor = next(c for c in found if c.table == "factors")
    assert (factor.arm, factor.fact) == (hypoxic, {"name": "VEGF", "state": "elevated"})
    assert all(c.accept is None for c in found), "nothing is accepted unasked"


@pytest.mark.parametrize("name", ["vessels.xml", "vessels.html"])
def test_what_stands_around_the_paper_is_not_read(name: str):
    assert "nothing" in (EXAMPLES / name).read_text(encoding="utf-8")
    assert not any("nothing" in s.text for s in read_paper(EXAMPLES / name).sentences)


@pytest.mark.parametrize("name", ["vessels.xml", "vessels.html"])
def test_the_head_of_jats_and_html(name: str):
    head = facts(propose(read_paper(EXAMPLES / name)), "studies")[0]
    assert (head["first_author"], head["year"]) == ("Example", 2026)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE article [<!ENTITY a "MSC"><!ENTITY b "&a;&a;&a;">]>'
    "<article><body><p>&b;</p></body></article>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]><article><p>&x;</p></article>'
LONG = (
    " It was measured by the usual methods of the field, and the usual words were written down about it." * 4
)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "none.txt",
            f"Weather\n\nAbstract\n\nIt rained, and the rain promoted growth of grass.{LONG}",
            "names no preparation",
        ),
        ("retracted.txt", f"RETRACTED ARTICLE: {TITLE}\n\n{TEXT}{LONG}", "retracted"),
        (
            "notice.txt",
            f"{TITLE}\n\nThis article has been retracted at the request of the editor. {TEXT}{LONG}",
            "retracted",
        ),
        (
            "retracted.xml",
            JATS.replace('article-type="research-article"', 'article-type="retraction"'),
            "retracted",
        ),
        ("scan.txt", "\f\n\f\n 1 \f 2 \n", "a scan"),
        ("paper.pdf", "%PDF-1.7 \n1 0 obj", "a PDF, not its text"),
        ("bomb.xml", BOMB, "declares entities"),
        ("outside.xml", OUTSIDE, "declares entities"),
        ("broken.xml", JATS[:700], "breaks off"),
    ],
)
def test_bad_papers_are_refused_by_name(tmp_path: Path, name: str, content: str, said: str):
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, content, name)
    assert said in refused.value.problems[0].what
    assert refused.value.problems[0].file == name


def test_a_paper_that_is_not_there_or_no_text(tmp_path: Path):
    with pytest.raises(InputRefused, match="cannot be read"):
        read_paper(tmp_path / "nowhere.txt")
    (tmp_path / "image.txt").write_bytes(b"\xff\xd8\xff\xe0 not text")
    with pytest.raises(InputRefused, match="not text in UTF-8"):
        read_paper(tmp_path / "image.txt")


IFN = ("cytokine", "IFN-γ", None, 48.0, 20.0, "ng/mL")
LPS = ("tlr_ligand", "LPS", None, 48.0, 100.0, "ng/ml")
DMOG = ("pharmacological", "DMOG", None, 24.0, 1.0, "mM")
NO_NUMBERS = (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("MSCs were preconditioned with IFN-γ (20 ng/mL) for 48 h", IFN),
        ("MSCs were pretreated with 100 ng/ml LPS for 2 days", LPS),
        ("BMSCs from rats were cultured with or without 1 mM DMOG for 24 hours", DMOG),
        (
            "ADSCs were cultured under hypoxia (5% O2) or air (21% O2)",
            ("hypoxia", None, 5.0, None, None, None),
        ),
        ("exosomes of MSCs overexpressing miR-126", (MODIFIED, "miR-126 over-expression", *NO_NUMBERS)),
        ("VEGF-modified ASCs healed wounds", (MODIFIED, "VEGF over-expression", *NO_NUMBERS)),
        ("TSG-6 knockdown MSCs did less", (MODIFIED, "TSG-6 knockdown", *NO_NUMBERS)),
    ],
)
def test_preconditioning_with_its_numbers(text: str, read: tuple[object, ...]):
    found = done_to_cells(text)[0]
    stated = found.measures
    assert (found.kind, found.agent, stated.o2_percent, stated.hours, stated.dose, stated.unit) == read


@pytest.mark.parametrize(
    "text",
    [
        "Exosomes protected HUVECs treated with TNF-α",
        "LPS-stimulated macrophages made less IL-6 with MSC-CM",
        "mice treated with atorvastatin received MSCs",
        "HUVECs under hypoxia were given exosomes",
    ],
)
def test_what_is_done_to_others_is_no_preconditioning(text: str):
    assert done_to_cells(text) == []


def test_sentences_do_not_end_at_abbreviations():
    text = "MSC (Fig. 2) of Smith et al. were used vs. cells at p. 3. Tubes grew (P < 0.05). Nothing else."
    assert split_sentences(text)[-2:] == ["Tubes grew (P < 0.05).", "Nothing else."]
    assert len(split_sentences(text)) == 3


def test_a_further_reader_is_held_to_the_sentence(tmp_path: Path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    paper = read_paper(tmp_path / "a.txt")

    def further(sentence: str, place: str) -> list[dict[str, object]]:
        told = {"table": "factors", "arm": "adipose_conditioned_medium", "state": "detected"}
        return [{**told, "name": "VEGF"}, {**told, "name": "HGF"}]

    found = propose(paper, further)
    said = [c for c in found if c.table == "factors" and c.fact["state"] == "detected"]
    assert [c.fact["name"] for c in said] == ["VEGF"], "HGF stands in no sentence"
    with pytest.raises(NotInstalled):
        load_reader("no_such_module:reader")


def test_words_divided_at_the_end_of_a_line_are_made_whole(tmp_path: Path):
    text = TEXT.replace("adipose-derived", "adipose-\nderived").replace("collected", "col-\nlected")
    (tmp_path / "pdf.txt").write_text(text, encoding="utf-8")
    methods = next(s.text for s in read_paper(tmp_path / "pdf.txt").sentences if s.part == "methods")
    assert "adipose-derived stem cells" in methods
    assert "was collected" in methods
