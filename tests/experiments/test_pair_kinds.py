import numpy as np
import pandas as pd

from experiments.judged import Judged, described_apart, right_by_kind
from secretome_ml.profiles.profiles import make_profiles
from secretome_ml.validation.pair_kinds import pair_kinds

CONTEXT = pd.DataFrame(
    {
        "cell_source": ["adipose", "bone_marrow", "adipose", "adipose", "adipose"],
        "product": ["ev", "ev", "ev", "cells", "ev"],
    },
    index=["s/a", "s/b", "s/c", "s/d", "s/e"],
)
PROFILES = make_profiles(
    CONTEXT,
    preconditioning=[
        {"sample": "s/c", "kind": "genetic_modification", "agent": "VEGF"},
        {"sample": "s/d", "kind": "hypoxia"},
    ],
    factors=[{"sample": "s/c", "name": "VEGF", "factor": "VEGFA", "state": "elevated"}],
)


def kinds(*pairs):
    table = pd.DataFrame([{"arm": f"s/{a}", "than": f"s/{b}"} for a, b in pairs])
    return pair_kinds(PROFILES, table).tolist()


def test_each_aspect_is_named():
    assert kinds("ab", "ac", "ad", "ae", "bd") == ["source", "gene", "several", "nothing stated", "several"]


def test_factors_alone_are_an_aspect_but_not_beside_their_cause():
    assert kinds("ac") == ["gene"]
    only = make_profiles(
        CONTEXT, factors=[{"sample": "s/e", "name": "HGF", "factor": "HGF", "state": "elevated"}]
    )
    assert pair_kinds(only, pd.DataFrame({"arm": ["s/a"], "than": ["s/e"]})).tolist() == ["factors"]


def test_shares_right_are_counted_by_kind():
    pairs = pd.DataFrame(
        {
            "effect": "angiogenic",
            "arm": ["s/a"] * 3,
            "than": ["s/b", "s/c", "s/e"],
            "study": "s",
            "group": "s",
            "hit": [1.0, 0.0, 0.5],
        }
    )
    judged = Judged(pairs, pd.DataFrame())
    table = right_by_kind(judged, PROFILES).set_index("kind")
    assert table["right"].to_dict() == {"source": 1.0, "gene": 0.0, "nothing stated": 0.5}
    assert table.at["nothing stated", "ties"] == 1
    assert np.isclose(described_apart(judged, PROFILES).pairs["hit"].mean(), 0.5)
    assert len(described_apart(judged, PROFILES).pairs) == 2
