"""A long table scores, batch by batch, as each of its rows alone; and is refused with its place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from secretome_ml import load_model, read_profiles
from secretome_ml.core.errors import InputRefused
from secretome_ml.core.files import write_table
from secretome_ml.model import SCORE_COLUMNS, Model
from secretome_ml.profiles import join_profiles
from secretome_ml.stream import batches, open_long, source
from secretome_ml.workflows.score import scored_batches

from .long_tables import few_measured, make_table

NUMBERS = ("score", "probability", "probability_low", "probability_high", "percentile")


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables of some rows be long, of several batches."""
    monkeypatch.setattr(batches, "LONG_ROWS", 2)
    monkeypatch.setattr(batches, "LONG_BYTES", 1)
    monkeypatch.setattr(source, "ROWS", 16)


def scores_of(model: Model, path: Path, threads: int = 1) -> pd.DataFrame:
    table = open_long(path)
    assert table is not None
    return pd.concat([b.scores() for b in scored_batches(model, table, threads)], ignore_index=True)


def rows_alone(path: Path, folder: Path, table: pd.DataFrame):
    """Return the profiles of a table, each row read from a file of its own."""
    parts = []
    for i in range(len(table)):
        table.iloc[[i]].to_parquet(folder / "row.parquet", index=False)
        parts.append(read_profiles(folder / "row.parquet"))
    return join_profiles(parts)


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert list(found.columns) == list(SCORE_COLUMNS)
    # All amounts of a long table are treated alike; they are told once and not row by row.
    for column in found.columns.drop("reading"):
        if column in NUMBERS:
            np.testing.assert_allclose(found[column], expected[column], rtol=0, atol=1e-9)
        else:
            assert found[column].astype(object).tolist() == expected[column].tolist(), column


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_everything_a_table_may_hold(model: Model, tmp_path: Path, ending: str):
    table = few_measured(make_table(40, list(model.important_factors[:18])))
    path = tmp_path / f"t.{ending}"
    table.to_parquet(path, index=False) if ending == "parquet" else table.to_csv(path, index=False)
    expected = model.score(rows_alone(path, tmp_path, table))
    found = scores_of(model, path)
    same(found, expected)
    assert not expected["in_domain"].all()
    assert expected["factors_unknown"].ne("").any()
    pd.testing.assert_frame_equal(found, scores_of(model, path, threads=3))


def test_terms_of_a_stream_add_up_to_its_scores(model: Model, tmp_path: Path):
    make_table(20, list(model.important_factors[:9])).to_parquet(tmp_path / "t.parquet", index=False)
    table = open_long(tmp_path / "t.parquet")
    for batch in scored_batches(model, table, 1, terms=True):
        sums = batch.terms().groupby(["sample", "effect"])["contribution"].sum()
        scores = batch.scores().set_index(["sample", "effect"])["score"]
        np.testing.assert_allclose(sums.reindex(scores.index), scores, atol=1e-5)


def test_a_number_column_with_a_limit_far_down(model: Model, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(source, "_CSV_BLOCK", 400)
    rows = [f"s{i},adipose,{10 + i},elevated" for i in range(200)]
    rows[150] = "s150,adipose,<3.2,<1"
    rows[190] = "s190,adipose,elevated,"
    text = "\n".join(["sample,cell_source,VEGF [pg/mL],HGF", *rows]) + "\n"
    (tmp_path / "t.csv").write_text(text)
    found = scores_of(model, tmp_path / "t.csv")
    assert found["sample"].drop_duplicates().tolist() == [f"s{i}" for i in range(200)]
    one = "\n".join(["sample,cell_source,VEGF [pg/mL],HGF", rows[150]]) + "\n"
    (tmp_path / "one.csv").write_text(one)
    expected = model.score(read_profiles(tmp_path / "one.csv"))
    same(found[found["sample"] == "s150"].reset_index(drop=True), expected)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("IL6", ["1,5", "2"], "holds a comma"),
        ("IL6", ["nd", "2"], "could mean not measured"),
        ("IL6 [pg/mL]", [-1.0, 2.0], "negative"),
        ("IL6", [np.inf, 2.0], "not a finite number"),
        ("cell_type", ["MSC", "unicorn cell"], "unicorn"),
        ("sample", ["a", "a"], "name of row 1 too"),
        ("sample", ["a", None], "no name"),
    ],
)
def test_what_is_refused_is_named(model: Model, tmp_path: Path, column: str, values: list, words: str):
    table = pd.DataFrame({"sample": ["a", "b"], "VEGF": ["elevated", "decreased"]}).assign(**{column: values})
    table.to_parquet(tmp_path / "t.parquet", index=False)
    with pytest.raises(InputRefused, match=words):
        scores_of(model, tmp_path / "t.parquet")


@pytest.mark.parametrize("columns", [["VEGF [NPX]"], ["VEGF", "VEGFA"], ["furlongin"], ["IL6 [furlong]"]])
def test_what_needs_the_whole_table_is_no_stream(tmp_path: Path, columns: list[str]):
    table = pd.DataFrame({"sample": ["a", "b"], **{c: ["1", "2"] for c in columns}})
    table.to_parquet(tmp_path / "t.parquet", index=False)
    assert open_long(tmp_path / "t.parquet") is None


def test_a_table_is_written_whole_or_not_at_all(model: Model, tmp_path: Path):
    table = make_table(40, list(model.important_factors[:4]))
    table.loc[35, "species"] = "martian"
    table.to_parquet(tmp_path / "t.parquet", index=False)
    target = tmp_path / "out.parquet"
    target.write_bytes(b"before")
    opened = open_long(tmp_path / "t.parquet")
    with pytest.raises(InputRefused, match="martian"):
        write_table((b.scores() for b in scored_batches(model, opened, 1)), target)
    assert target.read_bytes() == b"before"
    assert {p.name for p in tmp_path.iterdir()} == {"t.parquet", "out.parquet"}


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json"])
def test_parts_are_written_as_the_whole(tmp_path: Path, ending: str):
    table = pd.DataFrame({"sample": ["a", "=b", "c"], "n": [1.0, None, 3.0], "words": ["x", "y;z", ""]})
    write_table(table, tmp_path / f"whole{ending}")
    write_table((table.iloc[i : i + 1] for i in range(3)), tmp_path / f"parts{ending}")
    if ending == ".parquet":
        one, other = (pq.read_table(tmp_path / f"{n}{ending}") for n in ("whole", "parts"))
        assert one.equals(other)
    else:
        one, other = ((tmp_path / f"{n}{ending}").read_bytes() for n in ("whole", "parts"))
        assert one == other
