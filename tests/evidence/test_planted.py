"""Errors planted in the corpus, one at a time: how many the validators find, and which they cannot."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from secretome_ml.evidence import Evidence, validate_evidence
from secretome_ml.evidence.validate import double_problems

Plant = Callable[[dict[str, pd.DataFrame]], None]


@pytest.fixture(scope="module")
def part(corpus) -> Evidence:
    """Return some of the studies, those that state much first: errors are planted in real rows."""
    rich = sum(corpus.tables[t]["study"].value_counts() for t in ("factors",)).index
    compared = set(corpus.comparisons["study"]) & set(corpus.preconditioning["study"])
    amounts = corpus.preconditioning.dropna(subset=["dose"])["study"]
    values = corpus.factors.dropna(subset=["value"])["study"]
    told = corpus.outcomes.dropna(subset=["readout_direction", "wanted_direction"])["study"]
    mediated = corpus.mediators["study"]
    oxygen = corpus.preconditioning.dropna(subset=["o2_percent"])["study"]
    taken = [s for s in rich if s in compared][:20]
    for more in (amounts, values, told, mediated, oxygen):
        taken += list(dict.fromkeys(more))[:5]
    return corpus.subset(taken)


def put(
    table: str, column: str, value: object, where: Callable[[pd.DataFrame], pd.Series] | None = None
) -> Plant:
    """Return a change of one cell: in the first row, or the first of those meant."""

    def plant(tables: dict[str, pd.DataFrame]) -> None:
        frame = tables[table]
        rows = frame.index if where is None else frame.index[where(frame).fillna(False).astype(bool)]
        frame.loc[rows[0], column] = value(frame.loc[rows[0]]) if callable(value) else value

    return plant


def copy_row(table: str, **change: object) -> Plant:
    """Return the addition of the last row once more, with its number raised and some cells changed."""

    def plant(tables: dict[str, pd.DataFrame]) -> None:
        frame = tables[table]
        row = frame.iloc[[-1]].copy()
        if "number" in row:
            row["number"] = row["number"] + 900
        for column, value in change.items():
            row[column] = value(row.iloc[0]) if callable(value) else value
        tables[table] = pd.concat([frame, row], ignore_index=True).astype(frame.dtypes)

    return plant


def is_(column: str, value: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[column] == value


def stated(column: str) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda frame: frame[column].notna()


def without_findings(tables: dict[str, pd.DataFrame]) -> None:
    study = tables["studies"]["study"].iloc[0]
    for name in ("factors", "outcomes", "comparisons", "mediators"):
        tables[name] = tables[name][tables[name]["study"] != study].reset_index(drop=True)


def without_arms(tables: dict[str, pd.DataFrame]) -> None:
    study = tables["studies"]["study"].iloc[0]
    for name in tables:
        if name != "studies":
            tables[name] = tables[name][tables[name]["study"] != study].reset_index(drop=True)


def without_address(tables: dict[str, pd.DataFrame]) -> None:
    tables["studies"].loc[0, ["doi", "pmid", "url", "locator"]] = pd.NA


def same_as_next(column: str) -> Plant:
    def plant(tables: dict[str, pd.DataFrame]) -> None:
        tables["studies"].loc[[0, 1], column] = {"title": "Cells that heal", "url": "https://a.org/1"}.get(
            column, "10.5555/twice" if column == "doi" else "77"
        )

    return plant


def turned(row: pd.Series) -> str:
    return {"higher": "lower", "lower": "higher", "equal": "higher"}[row["direction"]]


def other_state(row: pd.Series) -> str:
    return "decreased" if row["state"] != "decreased" else "elevated"


def other_result(row: pd.Series) -> str:
    return "null" if row["result"] != "null" else "adverse"


def as_wanted(frame: pd.DataFrame) -> pd.Series:
    return (frame["result"] == "beneficial") & (frame["readout_direction"] == frame["wanted_direction"])


FOUND: dict[str, Plant] = {
    "DOI malformed": put("studies", "doi", "doi:10.1"),
    "DOI twice": same_as_next("doi"),
    "PMID twice": same_as_next("pmid"),
    "title twice": same_as_next("title"),
    "address twice": same_as_next("url"),
    "PMID with letters": put("studies", "pmid", "PMC12"),
    "year too early": put("studies", "year", 1899),
    "year too late": put("studies", "year", 3000),
    "basis unknown": put("studies", "basis", "blog"),
    "study nowhere to be found": without_address,
    "identifier malformed": put("studies", "study", "study-1"),
    "study without arms": without_arms,
    "no cell type": put("arms", "cell_type", pd.NA),
    "cell type unknown": put("arms", "cell_type", "moon cell"),
    "product unknown": put("arms", "product", "juice"),
    "species unknown": put("arms", "species", "dragon"),
    "source unknown": put("arms", "cell_source", "moon"),
    "stage unknown": put("arms", "stage", "late"),
    "collection before it began": put("arms", "collection_hours", -1),
    "collection for a year": put("arms", "collection_hours", 8760),
    "arm twice": copy_row("arms"),
    "arm of no study": put("arms", "study", "s-00000000"),
    "kind unknown": put("preconditioning", "kind", "voodoo"),
    "more oxygen than air": put("preconditioning", "o2_percent", 40),
    "hypoxia in air": put("preconditioning", "o2_percent", 21, is_("kind", "hypoxia")),
    "oxygen of a cytokine": put("preconditioning", "o2_percent", 1, is_("kind", "cytokine")),
    "negative hours": put("preconditioning", "hours", -3),
    "negative dose": put("preconditioning", "dose", -1, stated("dose")),
    "dose without unit": put("preconditioning", "unit", pd.NA, stated("dose")),
    "treatment called none": put("preconditioning", "kind", "none", stated("agent")),
    "treatment of no arm": put("preconditioning", "arm", "nowhere"),
    "state unknown": put("factors", "state", "high"),
    "factor without name": put("factors", "name", pd.NA),
    "negative value": put("factors", "value", -5, stated("value")),
    "value without unit": put("factors", "unit", pd.NA, stated("value")),
    "amount of what is absent": put("factors", "state", "not_detected", stated("value")),
    "factor twice": copy_row("factors"),
    "factor in two states": copy_row("factors", state=other_state),
    "factor against its own arm": put("factors", "vs", lambda r: r["arm"]),
    "factor of no arm": put("factors", "arm", "nowhere"),
    "effect unknown": put("outcomes", "effect", "happiness"),
    "result unknown": put("outcomes", "result", "good"),
    "no observation": put("outcomes", "n", 0),
    "system unknown": put("outcomes", "system", "in_space"),
    "p above 1": put("outcomes", "p_value", "p = 1.7"),
    "outcome twice": copy_row("outcomes"),
    "one readout, two results": copy_row("outcomes", result=other_result),
    "result against its directions": put("outcomes", "result", "adverse", as_wanted),
    "outcome against its own arm": put("outcomes", "vs", lambda r: r["arm"]),
    "arm compared with itself": put("comparisons", "than", lambda r: r["arm"]),
    "arm compared with a stranger": put("comparisons", "than", "nowhere"),
    "direction unknown": put("comparisons", "direction", "better"),
    "pair twice": copy_row("comparisons"),
    "pair in both directions": copy_row(
        "comparisons", direction=turned, arm=lambda r: r["than"], than=lambda r: r["arm"]
    ),
    "mediator in an unknown state": put("mediators", "state", "up"),
    "number twice": put("factors", "number", lambda r: r["number"] + 1),
}  # fmt: skip
# Well formed and possible: only the paper itself tells that they are wrong.
NOT_FOUND: dict[str, Plant] = {
    "another factor": put("factors", "name", "LIF"),
    "another effect": put("outcomes", "effect", "osteogenic", is_("effect", "angiogenic")),
    "direction turned": put("comparisons", "direction", turned),
    "other hours": put("preconditioning", "hours", 36),
    "mouse for human": put("arms", "species", "mouse", is_("species", "human")),
    "year off by one": put("studies", "year", 2001),
    "findings left out": without_findings,
    "cause turned": put("factors", "causal", False),
    "result turned, no direction stated": put(
        "outcomes",
        "result",
        "adverse",
        lambda f: f["readout_direction"].isna() & (f["result"] == "beneficial"),
    ),
}


def found(evidence: Evidence) -> set[tuple[str, object, str]]:
    """Return what is wrong, by file, column and words; rows move when others are added."""
    problems = [*validate_evidence(evidence), *double_problems(evidence)]
    return {(p.file, p.column, p.what) for p in problems}


def planted(part: Evidence, plant: Plant) -> Evidence:
    tables = {name: frame.copy() for name, frame in part.tables.items()}
    plant(tables)
    assert any(not tables[n].equals(part.tables[n]) for n in tables), "nothing was planted"
    return Evidence(tables)


def test_the_part_is_whole(part: Evidence):
    assert found(part) == set()


def test_there_are_at_least_thirty():
    assert len(FOUND) + len(NOT_FOUND) >= 30


@pytest.mark.parametrize("name", FOUND)
def test_a_planted_error_is_found(part: Evidence, name: str):
    assert found(planted(part, FOUND[name]))


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_only_the_paper_tells_is_not_found(part: Evidence, name: str):
    assert found(planted(part, NOT_FOUND[name])) == set(), (
        "found now: move it up, and say so in the corpus card"
    )
