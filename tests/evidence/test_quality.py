"""Completeness: what is stated is true, what is not is missing and never false."""

from __future__ import annotations

import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.evidence import study_quality
from secretome_ml.evidence.quality import ITEMS, QUALITY_COLUMNS, own_quality

FULL = make_arm(
    "v",
    product="ev",
    cell_source="adipose",
    donor="passage 4",
    collection={"medium": "DMEM", "hours": 48, "isolation": "ultracentrifugation"},
    preconditioning=[{"kind": "hypoxia", "o2_percent": 1}],
    factors=[{"name": "TSG101", "state": "detected"}],
    outcomes=[
        {
            "effect": "angiogenic",
            "result": "null",
            "dose": "10 ug",
            "n": 6,
            "model": "blinded, randomised rats",
        }
    ],
)


def test_a_study_that_states_everything_and_one_that_states_nothing():
    bare = make_arm("b", product="cells", cell_source=None)
    table = study_quality(make_evidence(make_record(1, FULL), make_record(2, bare))).set_index("study")
    full, empty = table.loc["s-00000001"], table.loc["s-00000002"]
    assert (full["stated"], full["applicable"], full["completeness"]) == (11, 11, 1.0)
    assert (empty["stated"], empty["applicable"]) == (0, 4), "no vesicles, no treatment, no experiment"
    assert empty[list(ITEMS)].isna().all(), "unknown is missing, not false"


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ({"cell_source": None}, "source"),
        ({"donor": "p53 null"}, "passage"),
        ({"collection": {"hours": 48, "isolation": "UC"}}, "medium"),
        ({"preconditioning": [{"kind": "hypoxia"}]}, "preconditioning"),
        ({"factors": [{"name": "VEGF", "state": "detected"}]}, "characterisation"),
    ],
)
def test_each_item_by_itself(change: dict, item: str):
    row = study_quality(make_evidence(make_record(1, {**FULL, **change}))).iloc[0]
    assert row["applicable"] == 11
    assert [i for i in ITEMS if pd.isna(row[i])] == [item]


def test_the_corpus_has_one_row_a_study(corpus):
    table = study_quality(corpus)
    assert table["study"].tolist() == corpus.studies["study"].tolist()
    assert tuple(table.columns) == QUALITY_COLUMNS
    stated = corpus.arms.groupby("study")["cell_source"].apply(lambda s: s.notna().all())
    assert table.set_index("study")["source"].fillna(False).sum() == stated.sum()
    assert not (table[list(ITEMS)] == False).any().any()  # noqa: E712 - missing or true


def test_an_own_preparation_is_told_what_to_state():
    context = pd.DataFrame(
        {
            "cell_source": ["adipose", None],
            "product": ["exosome", "conditioned_medium"],
            "donor": ["P4", None],
        },
        index=["a", "b"],
    )
    done = pd.DataFrame(
        {"sample": ["b"], "kind": ["hypoxia"], "o2_percent": [1.0], "hours": [None], "dose": [None]}
    )
    table = own_quality(context, done).set_index("sample")
    assert (table.loc["a", "stated"], table.loc["a", "applicable"]) == (2, 6)
    assert "how the vesicles were isolated" in table.loc["a", "to_state"]
    assert "passage" not in table.loc["a", "to_state"]
    assert (table.loc["b", "stated"], table.loc["b", "applicable"]) == (1, 5)
    assert "vesicles" not in table.loc["b", "to_state"]
