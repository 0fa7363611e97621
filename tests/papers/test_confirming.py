"""From candidates to a corpus of one's own: all or nothing, and what cannot be taken is named."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from papers.test_reading import TEXT
from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import load_evidence, validate_evidence
from secretome_ml.papers import propose, read_paper
from secretome_ml.papers.candidates import write_candidates
from secretome_ml.papers.confirming import accepted_study, add_study, candidate_csv, read_candidates


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return the candidates of a paper as a table in which all are accepted."""
    (tmp_path / "paper.txt").write_text(TEXT, encoding="utf-8")
    path = tmp_path / "candidates.csv"
    path.write_text(candidate_csv(propose(read_paper(tmp_path / "paper.txt"))), encoding="utf-8")
    edit(path, lambda row: row.update(accept="yes"))
    return path


def edit(path: Path, change: object) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        change(row)  # type: ignore[operator]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_accepted_candidates_land_in_an_own_corpus(table: Path, tmp_path: Path):
    read = read_candidates(table)
    own = tmp_path / "own"
    done = add_study(accepted_study(read, table.name), own, read)
    assert len(done.added) == 1
    shipped, corpus = load_evidence(), load_evidence(own)
    assert len(corpus.studies) == len(shipped.studies) + 1
    study = corpus.subset(done.added)
    assert study.studies["doi"].tolist() == ["10.5555/vessels.1"]
    assert study.preconditioning["o2_percent"].tolist() == [1.0, 1.0]
    assert validate_evidence(study) == []
    again = add_study(accepted_study(read, table.name), own, read)
    assert again.added == [], "a study is added once"
    assert again.known


def test_lines_say_the_same_as_the_table(table: Path, tmp_path: Path):
    (tmp_path / "c.jsonl").write_text(write_candidates(read_candidates(table)), encoding="utf-8")
    assert read_candidates(tmp_path / "c.jsonl") == read_candidates(table)


def test_a_mended_fact_is_taken_as_mended(table: Path):
    def mend(row: dict[str, str]) -> None:
        if row["table"] == "factors":
            row["fact"] = "name=VEGF; state=unchanged"

    edit(table, mend)
    study = accepted_study(read_candidates(table), table.name)
    assert set(study.factors["state"]) == {"unchanged"}


def test_nothing_accepted_is_refused(table: Path):
    edit(table, lambda row: row.update(accept=""))
    with pytest.raises(InputRefused, match="No candidate is accepted"):
        accepted_study(read_candidates(table), table.name)


def only(of: str, **change: str) -> object:
    return lambda row: row.update(change) if row["table"] == of else None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (only("factors", fact="name=HGF; state=elevated"), "does not hold name=HGF"),
        (only("preconditioning", fact="kind=hypoxia; o2_percent=2"), "does not hold o2_percent=2"),
        (only("outcomes", fact="effect=osteogenic; result=beneficial"), "does not hold effect=osteogenic"),
        (only("arms", accept="no"), "is not accepted, but a fact about it is"),
        (only("studies", fact="title=No address"), "no DOI, PMID or address"),
        (only("outcomes", fact="effect=angiogenic; result=good"), "'good' is not accepted"),
        (only("factors", fact="name=VEGF; state=elevated; colour=red"), "'colour=red' was not understood"),
        (only("preconditioning", fact="kind=hypoxia; o2_percent=low"), "is not a number"),
        (only("factors", accept="perhaps"), "neither yes nor no"),
        (only("factors", table="genes"), "is no table"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is_imported(table: Path, change: object, said: str):
    edit(table, change)
    with pytest.raises(InputRefused) as refused:
        accepted_study(read_candidates(table), table.name)
    assert any(said in p.what for p in refused.value.problems), refused.value.problems


def test_a_cell_that_a_spreadsheet_would_run_comes_back_as_it_was(tmp_path: Path):
    from secretome_ml.papers.candidates import Candidate

    one = Candidate(2, "factors", "a", {"name": "VEGF", "state": "elevated"}, "=VEGF rose", "r")
    (tmp_path / "c.csv").write_text(candidate_csv([one]), encoding="utf-8")
    assert "\n2,,factors,a" in (tmp_path / "c.csv").read_text(encoding="utf-8")
    assert ",=VEGF" not in (tmp_path / "c.csv").read_text(encoding="utf-8")
    assert read_candidates(tmp_path / "c.csv")[0].sentence == "=VEGF rose"
