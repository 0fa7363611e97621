"""Every rule of the corpus, broken once: it is found, with file, row, column and a remedy."""

import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.evidence import Evidence, validate_evidence

ARMS = (
    make_arm(
        "a",
        cell_source="adipose",
        stage="adult",
        culture="2d",
        fraction="whole",
        collection={"hours": 24, "serum_free": True},
        preconditioning=[{"kind": "hypoxia", "o2_percent": 1, "hours": 24, "dose": 1, "unit": "x"}],
        manipulations=[{"kind": "depleted", "target": "VEGF"}],
        factors=[{"name": "VEGF", "state": "elevated", "value": 1, "unit": "pg/mL"}],
        outcomes=[{"effect": "angiogenic", "result": "beneficial", "system": "in_vitro", "n": 3}],
        relative=[{"effect": "angiogenic", "than": "b", "direction": "higher"}],
        recipient_mediators=[{"name": "AKT", "state": "elevated"}],
    ),
    make_arm("b"),
)


@pytest.fixture
def whole() -> Evidence:
    return make_evidence(make_record(1, *ARMS, pmid="123", year=2001), make_record(2))


def with_value(evidence: Evidence, table: str, row: int, column: str, value: object) -> Evidence:
    tables = {n: f.copy() for n, f in evidence.tables.items()}
    tables[table].loc[row, column] = value
    return Evidence(tables)


def places(evidence: Evidence) -> list[tuple[str, object, object]]:
    problems = validate_evidence(evidence)
    assert all(p.what and p.remedy for p in problems)
    return [(p.file, p.row, p.column) for p in problems]


def test_the_whole_one_is_whole(whole):
    assert places(whole) == []


def test_the_shipped_corpus_is_whole(corpus):
    assert places(corpus) == []


RULES = [
    ("studies", "doi", "10.1/x"),
    ("studies", "doi", "https://doi.org/10.1000/1"),
    ("studies", "pmid", "PMC123"),
    ("studies", "year", 1899),
    ("studies", "year", 2500),
    ("studies", "basis", pd.NA),
    ("studies", "basis", "rumour"),
    ("studies", "locator", "page 3"),
    ("arms", "cell_type", pd.NA),
    ("arms", "cell_source", "bone marrow"),
    ("arms", "cell_source", "other:"),
    ("arms", "stage", "aged"),
    ("arms", "product", pd.NA),
    ("arms", "product", "CM"),
    ("arms", "culture", "flat"),
    ("arms", "fraction", "half"),
    ("arms", "collection_hours", -1.0),
    ("preconditioning", "kind", pd.NA),
    ("preconditioning", "kind", "magic"),
    ("preconditioning", "o2_percent", 22.0),
    ("preconditioning", "hours", -0.5),
    ("preconditioning", "dose", -1.0),
    ("preconditioning", "dose", float("inf")),
    ("preconditioning", "number", 0),
    ("manipulations", "kind", "boiled"),
    ("factors", "name", pd.NA),
    ("factors", "state", pd.NA),
    ("factors", "state", "Elevated"),
    ("factors", "value", -0.1),
    ("factors", "value", float("inf")),
    ("outcomes", "effect", "angiogenesis"),
    ("outcomes", "effect", pd.NA),
    ("outcomes", "result", "positive"),
    ("outcomes", "result", pd.NA),
    ("outcomes", "system", "in_dreams"),
    ("outcomes", "n", 0),
    ("outcomes", "readout_direction", "up"),
    ("outcomes", "wanted_direction", "none"),
    ("comparisons", "direction", "more"),
    ("comparisons", "direction", pd.NA),
    ("comparisons", "effect", "x"),
    ("mediators", "state", "not_detected"),
    ("mediators", "name", pd.NA),
]


@pytest.mark.parametrize(("table", "column", "value"), RULES, ids=[f"{t}.{c}={v}" for t, c, v in RULES])
def test_one_broken_cell_is_found_and_nothing_else(whole, table: str, column: str, value: object):
    assert places(with_value(whole, table, 0, column, value)) == [(f"{table}.csv", 2, column)]


@pytest.mark.parametrize("value", ["s-12345678\n", "S-00000001", "s-123", ""])
def test_a_study_identifier_has_its_form(whole, value: str):
    tables = {n: f.assign(study=f["study"].replace("s-00000002", value)) for n, f in whole.tables.items()}
    found = places(Evidence(tables))
    assert ("studies.csv", 3, "study") in found


def test_other_words_are_accepted_where_the_vocabulary_is_open(whole):
    changed = with_value(whole, "arms", 0, "cell_source", "other:spleen")
    changed = with_value(changed, "outcomes", 0, "effect", "other:taste")
    assert places(changed) == []
    assert places(with_value(whole, "arms", 0, "stage", "other:old")) == []
    assert places(with_value(whole, "arms", 0, "stage", "old")) == [("arms.csv", 2, "stage")]


@pytest.mark.parametrize("table", ["preconditioning", "manipulations", "factors", "outcomes", "mediators"])
def test_a_row_of_nobody_is_found(whole, table: str):
    assert places(with_value(whole, table, 0, "arm", "nobody")) == [(f"{table}.csv", 2, "study + arm")]


def test_an_arm_of_no_study_is_found(whole):
    assert ("arms.csv", 2, "study") in places(with_value(whole, "arms", 0, "study", "s-00000009"))


def test_a_comparison_with_nobody_is_found(whole):
    assert places(with_value(whole, "comparisons", 0, "than", "nobody")) == [
        ("comparisons.csv", 2, "study + than")
    ]


def test_a_comparison_with_itself_is_found(whole):
    assert places(with_value(whole, "comparisons", 0, "than", "a")) == [("comparisons.csv", 2, "than")]


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_the_same_pair_from_the_other_side_is_found(whole, direction: str):
    row = whole.comparisons.iloc[0].to_dict() | {"arm": "b", "than": "a", "direction": direction}
    pairs = pd.concat([whole.comparisons, pd.DataFrame([row])], ignore_index=True).astype(
        whole.comparisons.dtypes
    )
    assert places(Evidence({**whole.tables, "comparisons": pairs})) == [("comparisons.csv", 3, "direction")]


def test_the_same_pair_by_another_readout_is_fine(whole):
    row = whole.comparisons.iloc[0].to_dict() | {"number": 2, "assay": "plug", "direction": "lower"}
    pairs = pd.concat([whole.comparisons, pd.DataFrame([row])], ignore_index=True).astype(
        whole.comparisons.dtypes
    )
    assert places(Evidence({**whole.tables, "comparisons": pairs})) == []


@pytest.mark.parametrize("table", ["studies", "arms", "factors", "outcomes", "comparisons"])
def test_a_key_twice_is_found(whole, table: str):
    twice = pd.concat([whole.tables[table], whole.tables[table].iloc[[0]]], ignore_index=True)
    found = places(Evidence({**whole.tables, table: twice}))
    assert (f"{table}.csv", len(twice) + 1) in {(f, r) for f, r, _ in found}


def test_a_study_that_stands_nowhere_is_found(whole):
    assert places(with_value(whole, "studies", 1, "doi", pd.NA)) == [("studies.csv", 3, "doi")]


@pytest.mark.parametrize(
    ("column", "value"), [("doi", "10.1000/1"), ("doi", "10.1000/1".upper()), ("pmid", "123")]
)
def test_two_studies_of_one_number_are_found(whole, column: str, value: str):
    assert ("studies.csv", 3, column) in places(with_value(whole, "studies", 1, column, value))


def test_a_study_without_arms_is_found(whole):
    arms = whole.arms[whole.arms["study"] != "s-00000002"].reset_index(drop=True)
    assert places(Evidence({**whole.tables, "arms": arms})) == [("studies.csv", 3, "study")]


def test_no_arms_at_all_are_found_not_crashed_on(whole):
    found = places(Evidence({**whole.tables, "arms": whole.arms.iloc[:0]}))
    assert ("factors.csv", 2, "study + arm") in found
    assert ("studies.csv", 2, "study") in found


def test_an_empty_corpus_does_not_crash(whole):
    assert places(Evidence({n: f.iloc[:0] for n, f in whole.tables.items()})) == []


def test_several_at_once_in_the_real_corpus(corpus):
    """Break twenty cells of the real tables; all twenty are found, by row."""
    tables = {n: f.copy() for n, f in corpus.tables.items()}
    broken = set()
    for table, column, value in (
        ("outcomes", "result", "good"),
        ("factors", "state", "up"),
        ("arms", "product", "CM"),
    ):
        for row in range(3, len(tables[table]), len(tables[table]) // 6):
            tables[table].loc[row, column] = value
            broken.add((f"{table}.csv", row + 2, column))
    assert len(broken) >= 18
    assert set(places(Evidence(tables))) == broken


def test_rows_are_counted_as_in_the_file(whole, tmp_path):
    """Row 1 is the header, as a spreadsheet shows it."""
    broken = with_value(whole, "studies", 1, "basis", "rumour")
    broken.save(tmp_path / "t")
    ((_, row, column),) = places(broken)
    lines = (tmp_path / "t" / "studies.csv").read_text(encoding="utf-8").splitlines()
    assert "rumour" in lines[row - 1]
    assert column == "basis"
