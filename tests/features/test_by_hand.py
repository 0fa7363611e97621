"""Four arms of one made-up study, every cell of every block written out."""

import math

import numpy as np
import pandas as pd
import pytest

from conftest import frame_of, make_arm, make_evidence, make_record
from secretome_ml.features.batch import batch_of
from secretome_ml.features.block import indicators, split_name
from secretome_ml.features.columns import FeatureColumn, Features, supported
from secretome_ml.features.encoder import BLOCKS, Encoder
from secretome_ml.features.factors import FactorBlock
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.words import counted
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.facts import interventions
from secretome_ml.recipe import KNOWLEDGE

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
            {"kind": "hypoxia", "o2_percent": 0.5, "hours": 48},
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
        "preconditioning=hypoxia": [1, 0, 0, 0],
        "preconditioning=other": [0, 1, 0, 0],
        "agent_class=gene": [0, 1, 0, 0],
        "agent_class=hypoxia": [1, 0, 0, 0],
        "agent_class=proinflammatory_cytokine": [1, 0, 0, 0],
        "agent=HGF": [0, -1, 0, 0],
        "agent=IFNG": [1, 0, 0, 0],
        "gene_direction": [0, -1, 0, 0],
        "preconditioning_agents": [3, 1, 0, 0],
        "hypoxia_depth": [1, 0, 0, 0],
        "hypoxia_log_hours": [math.log(49 / 25), 0, 0, 0],
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


def encoded(name: str, profiles, fitted_on=None, min_studies: int = 1) -> pd.DataFrame:
    """Return what one block makes of the profiles, samples by columns."""
    block = BLOCKS[name](min_studies).fit(batch_of(profiles if fitted_on is None else fitted_on))
    values = block.transform(batch_of(profiles)).T
    return pd.DataFrame(values, index=profiles.samples, columns=[c.name for c in block.columns_])


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
    found = encoded(name, profiles)
    assert found.columns.tolist() == list(CELLS[name])
    assert found.index.tolist() == [f"s-00000001/{arm}" for arm in "abcd"]
    for column, cells in CELLS[name].items():
        np.testing.assert_allclose(found[column].to_numpy(), cells, err_msg=column)


@pytest.mark.parametrize("name", list(CELLS))
def test_every_kind(profiles, name: str):
    for column in BLOCKS[name](min_studies=1).fit(batch_of(profiles)).columns_:
        kind = {"factors": "factor"}.get(name, name)
        if column.name.startswith(("species=", "donor=", "culture=")):
            kind = "context"
        assert (column.kind, column.effect) == (kind, None), column.name


@pytest.mark.parametrize("name", list(CELLS))
def test_a_batch_that_holds_none_of_the_values_says_what_it_knows(profiles, plain, name: str):
    """Something else was stated: 0. Nothing was stated: NaN; for what is done to cells or product: 0."""
    found = encoded(name, plain, profiles)
    assert found.columns.tolist() == list(CELLS[name])
    expected = {
        "cell_source": {
            "cell_type=mesenchymal": [1, 1],
            "cell_source=adipose": [NO, 0],
            "cell_source=bone_marrow": [NO, 0],
            "cell_source_group=adult_connective": [NO, 0],
        },
        "preconditioning": {key: [0, 0] for key in CELLS["preconditioning"]},
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
    block = BLOCKS[name](min_studies=1).fit(batch_of(profiles))
    assert block.state() == {"min_studies": 1, "columns": list(CELLS[name])}
    again = BLOCKS[name].from_state({"min_studies": "2", "columns": list(CELLS[name])})
    assert (again.min_studies, again.columns_) == (2, block.columns_)
    assert BLOCKS[name]().min_studies == 3


def test_the_state_of_an_encoder(profiles):
    encoder = Encoder(("angiogenic",), ("factors", "knowledge"), 1).fit(profiles)
    state = encoder.state()
    roles, constants = state.pop("roles"), state.pop("constants")
    assert constants == dict(KNOWLEDGE)
    assert set(roles) == {"angiogenic"}
    assert roles["angiogenic"]["factors"]["VEGFA"] == 1.0
    columns = list(CELLS["factors"])
    assert state == {
        "effects": ["angiogenic"],
        "blocks": ["factors", "knowledge"],
        "min_studies": 1,
        "fitted": [
            ["factors", {"min_studies": 1, "columns": columns}],
            ["knowledge", {"min_studies": 1, "columns": list(KnowledgeBlock.names), "found": {"FGF2": 1}}],
        ],
    }
    again = Encoder.from_state(state | {"min_studies": "1", "roles": roles, "constants": constants})
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
    found = encoded("preconditioning", profiles).iloc[0]
    assert (found["agent=TNF"], found["agent=IFNG"], found["preconditioning_agents"]) == (1.0, 1.0, 2.0)


def test_no_preconditioning_at_all_gives_the_columns_that_are_always_there(plain):
    assert interventions(plain).empty
    found = encoded("preconditioning", plain, min_studies=0)
    told = found.to_dict("list")
    assert told.pop("gene_direction") == [0.0, 0.0]
    assert told.pop("preconditioning_agents") == [0.0, 0.0]
    assert told == {"hypoxia_depth": [0.0, 0.0], "hypoxia_log_hours": [0.0, 0.0]}


def test_what_takes_away_is_no_treatment_that_was_added():
    """A silenced gene, an antibody and an inhibitor of vesicle release are none; a drug is one."""
    arm = make_arm(
        "a",
        preconditioning=[
            {"kind": "genetic_modification", "agent": "HGF siRNA"},
            {"kind": "pharmacological", "agent": "GW4869"},
            {"kind": "cytokine", "agent": "anti-TNF antibody"},
            {"kind": "pharmacological", "agent": "atorvastatin"},
        ],
    )
    found = encoded("preconditioning", profiles_from_evidence(make_evidence(make_record(1, arm)))).iloc[0]
    assert found["preconditioning_agents"] == 1.0
    assert found["preconditioning=pharmacological"] == 1.0
    assert found.get("preconditioning=genetic_modification", 0.0) == 0.0


def test_unstated_oxygen_and_hours_are_typical():
    """Hypoxia without numbers lies with 1 % and 24 h; half the oxygen is one step deeper."""
    arms = [
        make_arm(name, preconditioning=[{"kind": "hypoxia", "o2_percent": oxygen, "hours": hours}])
        for name, oxygen, hours in (("a", None, None), ("b", 1.0, 24), ("c", 0.5, 48), ("d", 4.0, 0))
    ]
    found = encoded("preconditioning", profiles_from_evidence(make_evidence(make_record(1, *arms))))
    assert found["hypoxia_depth"].tolist() == [0.0, 0.0, 1.0, -2.0]
    np.testing.assert_allclose(found["hypoxia_log_hours"], [0.0, 0.0, math.log(49 / 25), -math.log(25)])


# ---- the small tools of the blocks ---------------------------------------------------------------------


def test_indicators_by_hand():
    words = pd.Series(["x", None, "y"], dtype="string")
    found = indicators(words, ["x", "y", "z"])
    np.testing.assert_array_equal(found, [[1.0, NO, 0.0], [0.0, NO, 1.0], [0.0, NO, 0.0]])


def test_counted_by_hand():
    rows = pd.DataFrame({"sample": ["b", "b", "c"], "value": ["q", "q", "p"]})
    samples = pd.Index(["c", "a", "b"])
    np.testing.assert_array_equal(counted(rows, samples, ["q", "r"], 0.0), [[0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    np.testing.assert_array_equal(counted(rows, samples, ["p"], NO), [[1.0, NO, NO]])


# ---- which columns are kept -----------------------------------------------------------------------------


def column(name: str, kind: str = "context", effect: str | None = None) -> FeatureColumn:
    return FeatureColumn(name, kind, effect)


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
        kept = supported(frame.to_numpy().T, columns, index, least)
        assert [c.name for c, stays in zip(columns, kept, strict=True) if stays] == names.split()
    assert not supported(np.empty((4, 0)), columns, index[:0], 0).any()
    assert len(supported(np.empty((0, 5)), [], index, 0)) == 0


def test_narrowing_looks_at_the_named_samples_only():
    index = pd.Index(["s/a", "t/a", "u/a"])
    common = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    own = {"x": np.array([[1.0, 2.0, 3.0]])}
    features = Features(index, common, own, (column("p"), column("q"), column("k", "knowledge", "each")))
    narrow = features.supported_by(index[:2], 2)
    assert [c.name for c in narrow.columns] == ["p", "k"]
    assert frame_of(narrow, "x").to_dict("list") == {"p": [1.0, 1.0, 0.0], "k": [1.0, 2.0, 3.0]}
    assert features.effects == ("x",)
    assert features.samples.equals(index)
    taken = features.take(index[[2, 0]])
    assert frame_of(taken, "x").to_dict("list") == {"p": [0.0, 1.0], "q": [1.0, 1.0], "k": [3.0, 1.0]}
    assert taken.columns == features.columns


def test_a_name_may_hold_an_equals_sign():
    assert split_name(FactorBlock()._column("factor=A=B").name) == ("factor", "A=B")
