"""Four arms of one made-up study, every cell of every block written out."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import make_arm, make_evidence, make_record
from secretome_ml.features.block import indicators, spread, zero_where
from secretome_ml.features.columns import FeatureColumn, Features, supported
from secretome_ml.features.encoder import BLOCKS, Encoder
from secretome_ml.features.factors import FactorBlock
from secretome_ml.features.preconditioning import interventions
from secretome_ml.profiles import profiles_from_evidence

NO = float("nan")
ARMS = (
    make_arm(
        "a",
        cell_type="ADSC",
        cell_source="adipose",
        species="human",
        stage="adult",
        donor="aged diabetic",
        product="exosome",
        culture="spheroid",
        fraction="soluble",
        factors=[{"name": n, "state": s} for n, s in (("FGF2", "elevated"), ("FGF7", "decreased"))],
        preconditioning=[
            {"kind": "hypoxia", "o2_percent": 5.0, "hours": 12},
            {"kind": "hypoxia", "o2_percent": 1.0, "hours": 48},
            {"kind": "cytokine", "agent": "IFN-gamma"},
        ],
    ),
    make_arm(
        "b",
        cell_source="bone_marrow",
        preconditioning=[
            {"kind": "genetic_modification", "agent": "HGF siRNA"},
            {"kind": "other:magnets", "agent": None},
        ],
        manipulations=[{"kind": "neutralised", "target": t} for t in ("VEGF", "HGF")],
    ),
    make_arm(
        "c",
        product="other:gel",
        preconditioning=[{"kind": "genetic_modification", "agent": "scrambled siRNA"}],
        manipulations=[{"kind": "added", "target": "VEGF"}],
    ),
    make_arm("d", factors=[{"name": "HGF", "state": "not_detected"}]),
)

CELLS: dict[str, dict[str, list[float]]] = {
    "cell_source": {
        "cell_type=mesenchymal": [1, 1, 1, 1],
        "cell_source=adipose": [1, 0, NO, NO],
        "cell_source=bone_marrow": [0, 1, NO, NO],
        "cell_source_group=adult_connective": [1, 1, NO, NO],
        "stage=adult": [1, NO, NO, NO],
        "species=human": [1, NO, NO, NO],
        "donor=aged": [1, NO, NO, NO],
        "donor=diabetic": [1, NO, NO, NO],
    },
    "preconditioning": {
        "preconditioning=cytokine": [1, 0, 0, 0],
        "preconditioning=genetic_modification": [0, 1, 0, 0],
        "preconditioning=hypoxia": [1, 0, 0, 0],
        "preconditioning=other": [0, 1, 0, 0],
        "agent_class=gene": [0, 1, 0, 0],
        "agent_class=hypoxia": [1, 0, 0, 0],
        "agent_class=proinflammatory_cytokine": [1, 0, 0, 0],
        "agent=HGF": [0, -1, 0, 0],
        "agent=IFNG": [1, 0, 0, 0],
        "gene_direction": [0, -1, 0, 0],
        "preconditioning_agents": [3, 2, 0, 0],
        "hypoxia_o2": [1, NO, NO, NO],
        "hypoxia_log_hours": [math.log(49), NO, NO, NO],
    },
    "product": {
        "product=conditioned_medium": [0, 1, 0, 1],
        "product=exosome": [1, 0, 0, 0],
        "product=other": [0, 0, 1, 0],
        "culture=spheroid": [1, NO, NO, NO],
        "fraction=soluble": [1, NO, NO, NO],
        "product=any_vesicle": [1, 0, 0, 0],
        "manipulation=added": [0, 0, 1, 0],
        "manipulation=neutralised": [0, 2, 0, 0],
    },
    "factors": {
        "factor=FGF2": [2, NO, NO, NO],
        "factor=FGF7": [-1, NO, NO, NO],
        "factor=HGF": [NO, NO, NO, 0],
        "family=FGF family": [0.5, NO, NO, NO],
        "family=HGF family": [NO, NO, NO, 0],
    },
}
PARENTS = {
    "agent=HGF": "HGF treatment",
    "agent=IFNG": "IFNG treatment",
    "gene_direction": "gene direction",
    "preconditioning_agents": "preconditioning agents",
    "hypoxia_o2": "hypoxia",
    "hypoxia_log_hours": "hypoxia",
}
WHOLE = ("cell_source", "product")  # here a column's parent is the column


@pytest.fixture(scope="module")
def profiles():
    """Return the four arms."""
    return profiles_from_evidence(make_evidence(make_record(1, *ARMS)))


@pytest.fixture(scope="module")
def plain():
    """Return an arm of which nothing is stated but the product, and one of which nothing is known to us."""
    record = make_record(2, make_arm("x"), make_arm("y", cell_source="placenta", culture="monolayer"))
    return profiles_from_evidence(make_evidence(record))


@pytest.mark.parametrize("name", list(CELLS))
def test_every_cell(profiles, name: str):
    found = BLOCKS[name](min_studies=1).fit_transform(profiles)
    assert found.columns.tolist() == list(CELLS[name])
    assert found.index.tolist() == [f"s-00000001/{arm}" for arm in "abcd"]
    for column, cells in CELLS[name].items():
        np.testing.assert_allclose(found[column].to_numpy(), cells, err_msg=column)


@pytest.mark.parametrize("name", list(CELLS))
def test_every_parent_and_kind(profiles, name: str):
    for column in BLOCKS[name](min_studies=1).fit(profiles).columns_:
        parent = column.name if name in WHOLE else PARENTS.get(column.name, column.name.split("=")[-1])
        assert column.parent == parent
        kind = {"factors": "factor"}.get(name, name)
        if column.name.startswith(("species=", "donor=", "culture=")):
            kind = "context"
        assert (column.kind, column.effect) == (kind, None), column.name


@pytest.mark.parametrize("name", list(CELLS))
def test_a_batch_that_holds_none_of_the_values_says_what_it_knows(profiles, plain, name: str):
    """Something else was stated: 0. Nothing was stated: NaN; for what is done to cells or product: 0."""
    found = BLOCKS[name](min_studies=1).fit(profiles).transform(plain)
    assert found.columns.tolist() == list(CELLS[name])
    expected = {
        "cell_source": {
            "cell_type=mesenchymal": [1, 1],
            "cell_source=adipose": [NO, 0],
            "cell_source=bone_marrow": [NO, 0],
            "cell_source_group=adult_connective": [NO, 0],
        },
        "preconditioning": {key: [0, 0] for key in [*CELLS["preconditioning"]][:-2]},
        "product": {
            **{key: [0, 0] for key in CELLS["product"]},
            "product=conditioned_medium": [1, 1],
            "culture=spheroid": [NO, 0],
            "fraction=soluble": [NO, NO],
        },
        "factors": {},
    }[name]
    for column in found:
        np.testing.assert_allclose(found[column].to_numpy(), expected.get(column, [NO, NO]), err_msg=column)


@pytest.mark.parametrize("name", list(CELLS))
def test_a_state_is_the_least_number_of_studies_and_the_names(profiles, name: str):
    block = BLOCKS[name](min_studies=1).fit(profiles)
    assert block.state() == {"min_studies": 1, "columns": list(CELLS[name])}
    again = BLOCKS[name].from_state({"min_studies": "2", "columns": list(CELLS[name])})
    assert (again.min_studies, again.columns_) == (2, block.columns_)
    assert BLOCKS[name]().min_studies == 3


def test_the_state_of_an_encoder(profiles):
    encoder = Encoder(("angiogenic",), ("factors", "knowledge"), 1).fit(profiles)
    state = encoder.state()
    roles = state.pop("roles")
    assert set(roles) == {"angiogenic"}
    assert roles["angiogenic"]["factors"]["VEGFA"] == 1.0
    columns = list(CELLS["factors"])
    assert state == {
        "effects": ["angiogenic"],
        "blocks": ["factors", "knowledge"],
        "min_studies": 1,
        "fitted": [["factors", {"min_studies": 1, "columns": columns}]],
    }
    again = Encoder.from_state(state | {"min_studies": "1", "roles": roles})
    assert (again.effects, again.blocks, again.min_studies) == (("angiogenic",), ("factors", "knowledge"), 1)
    assert again.columns == encoder.columns
    assert Encoder(("angiogenic",)).min_studies == 3
    assert Encoder(("angiogenic",)).blocks == (*CELLS, "knowledge")
    everything = Encoder(("angiogenic",), min_studies=1).fit(profiles)
    assert [c.name for c in everything.columns if c.effect is None] == [n for b in CELLS.values() for n in b]


def test_interventions_row_by_row(profiles):
    found = interventions(profiles)
    assert found.columns.tolist() == ["sample", "kind", "target", "direction", "agent_class", "presence"]
    rows = [
        (s[-1], k, t if isinstance(t, str) else None, d, c, p)
        for s, k, t, d, c, p in found.itertuples(index=False)
    ]
    assert rows == [
        ("a", "hypoxia", None, 1.0, "hypoxia", 1.0),
        ("a", "hypoxia", None, 1.0, "hypoxia", 1.0),
        ("a", "cytokine", "IFNG", 1.0, "proinflammatory_cytokine", 1.0),
        ("b", "genetic_modification", "HGF", -1.0, "gene", 1.0),
        ("b", "other", None, 1.0, rows[4][4], 1.0),
        ("c", "genetic_modification", None, 0.0, rows[5][4], 0.0),
    ]


def test_one_agent_text_with_two_agents_is_two_rows():
    arm = make_arm("a", preconditioning=[{"kind": "cytokine", "agent": "TNF-alpha and IFN-gamma"}])
    profiles = profiles_from_evidence(make_evidence(make_record(1, arm)))
    assert interventions(profiles)["target"].tolist() == ["TNF", "IFNG"]
    found = BLOCKS["preconditioning"](min_studies=1).fit_transform(profiles).iloc[0]
    assert (found["agent=TNF"], found["agent=IFNG"], found["preconditioning_agents"]) == (1.0, 1.0, 2.0)


def test_no_preconditioning_at_all_gives_the_columns_that_are_always_there(plain):
    assert interventions(plain).empty
    found = BLOCKS["preconditioning"](min_studies=0).fit_transform(plain)
    told = found.to_dict("list")
    assert told.pop("gene_direction") == [0.0, 0.0]
    assert told.pop("preconditioning_agents") == [0.0, 0.0]
    assert set(told) == {"hypoxia_o2", "hypoxia_log_hours"}
    assert np.isnan(list(told.values())).all()


# ---- the small tools of the blocks ---------------------------------------------------------------------


def test_indicators_by_hand():
    words = pd.Series(["x", None, "y"], index=["a", "b", "c"], dtype="string")
    found = indicators(words, "p")
    assert found.columns.tolist() == ["p=x", "p=y"]
    np.testing.assert_array_equal(found.to_numpy(), [[1.0, 0.0], [NO, NO], [0.0, 1.0]])
    assert found.dtypes.eq(float).all()


def test_zero_where_by_hand():
    np.testing.assert_array_equal(zero_where(pd.Series(["x", None])).to_numpy(), [0.0, NO])


def test_spread_by_hand():
    long = pd.DataFrame({"sample": ["b", "b", "c"], "k": ["q", "q", "p"], "v": [1.0, 2.0, 5.0]})
    samples = pd.Index(["c", "a", "b"])
    for how, value in (("sum", 3.0), ("mean", 1.5), ("max", 2.0)):
        found = spread(long, samples, "k", "v", how)
        assert (found.index.tolist(), found.columns.tolist(), found.columns.name) == ([*"cab"], [*"pq"], None)
        np.testing.assert_array_equal(found.to_numpy(), [[5.0, NO], [NO, NO], [NO, value]])
    assert spread(long, samples, "k", "v").at["b", "q"] == 3.0
    empty = spread(long.iloc[:0], samples, "k", "v")
    assert (empty.index.tolist(), empty.shape) == ([*"cab"], (3, 0))


# ---- which columns are kept -----------------------------------------------------------------------------


def column(name: str, kind: str = "context", effect: str | None = None) -> FeatureColumn:
    return FeatureColumn(name, name, kind, effect)


def test_a_column_counts_the_studies_that_state_it():
    index = pd.Index(["t/a", "s/a", "s/b", "u/a/b", "t/b"])
    frame = pd.DataFrame(
        {
            "fact": [1.0, 1.0, -1.0, 0.0, NO],  # stated by t and s; zero is no statement of a fact
            "measured": [0.0, NO, 1.0, 0.0, NO],  # measured by t, s and u; zero is a measurement
            "never": [NO] * 5,
            "once": [NO, 2.0, 2.0, NO, NO],
        },
        index=index,
    )
    columns = [column("fact"), column("measured", "factor"), column("never"), column("once")]
    for least, names in ((0, "fact measured never once"), (1, "fact measured once"), (2, "fact measured"),
                         (3, "measured"), (4, "")):  # fmt: skip
        assert [c.name for c in supported(frame, columns, least)] == names.split()
    assert supported(frame.iloc[:0], columns, 0) == ()
    assert supported(frame[[]], [], 0) == ()


def test_narrowing_looks_at_the_named_samples_only():
    index = pd.Index(["s/a", "t/a", "u/a"])
    common = pd.DataFrame({"p": [1.0, 1.0, 0.0], "q": [1.0, 0.0, 1.0]}, index=index)
    own = {"x": pd.DataFrame({"k": [1.0, 2.0, 3.0]}, index=index)}
    features = Features(common, own, (column("p"), column("q"), column("k", "knowledge", "each")))
    narrow = features.supported_by(index[:2], 2)
    assert [c.name for c in narrow.columns] == ["p", "k"]
    assert narrow.for_effect("x").to_dict("list") == {"p": [1.0, 1.0, 0.0], "k": [1.0, 2.0, 3.0]}
    assert features.effects == ("x",)
    assert features.samples.equals(index)
    taken = features.take(index[[2, 0]])
    assert taken.for_effect("x").to_dict("list") == {"p": [0.0, 1.0], "q": [1.0, 1.0], "k": [3.0, 1.0]}
    assert taken.columns == features.columns


def test_a_name_may_hold_an_equals_sign():
    assert FactorBlock()._describe("factor=A=B").parent == "A=B"
    found = BLOCKS["preconditioning"].from_state({"min_studies": 1, "columns": ["preconditioning=a=b"]})
    assert found.columns_[0].parent == "a=b"
