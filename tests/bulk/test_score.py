"""Scores in bulk are those of `Model.score`, column by column, on real and made-up tables."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from secretome_ml.bulk import score_file, source

from bulk.bulk_tables import few_measured, make_table
from secretome_ml import load_model, read_profiles
from secretome_ml.errors import InputRefused
from secretome_ml.model import SCORE_COLUMNS, Model
from secretome_ml.paths import data_dir

NUMBERS = ("score", "probability", "probability_low", "probability_high", "percentile")
STRANGE = ["ADAMTS13", "KRT5", "MYH7", "INS", "GCG", "CFTR", "RHO"]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.fixture(scope="module")
def table(model: Model) -> pd.DataFrame:
    return few_measured(make_table(90, list(model.important_factors[:18])))


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert list(found.columns) == [c for c in SCORE_COLUMNS if c != "drivers"]
    for column in found.columns:
        if column in NUMBERS:
            np.testing.assert_allclose(found[column], expected[column], rtol=0, atol=1e-5)
        else:
            assert found[column].astype(object).tolist() == expected[column].tolist(), column


@pytest.mark.parametrize("name", ["adipose_hypoxia.csv", "bone_marrow_supplements.parquet"])
def test_the_examples(model: Model, tmp_path, name: str):
    path = data_dir() / "examples" / name
    score_file(model, path, tmp_path / "scores.parquet")
    same(pq.read_table(tmp_path / "scores.parquet").to_pandas(), model.score(read_profiles(path)))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_everything_a_table_may_hold(model: Model, table: pd.DataFrame, tmp_path, monkeypatch, ending: str):
    monkeypatch.setattr(source, "ROWS", 40)  # several batches
    path = tmp_path / f"table.{ending}"
    table.to_parquet(path) if ending == "parquet" else table.to_csv(path, index=False)
    seen: list[int] = []
    made = score_file(model, path, tmp_path / "scores.parquet", progress=seen.append)
    expected = model.score(read_profiles(path))
    same(pq.read_table(made.target).to_pandas(), expected)
    assert (made.samples, made.rows, seen[-1]) == (90, 270, 90)
    assert seen == sorted(seen)
    assert not expected["in_domain"].all()
    assert expected["factors_unknown"].ne("").any()


def test_panels_that_no_study_measured(model: Model, tmp_path):
    table = make_table(40, STRANGE).drop(columns=["furlongin", "xyzq-1 [pg/mL]"])
    table.to_parquet(tmp_path / "t.parquet")
    score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    expected = model.score(read_profiles(tmp_path / "t.parquet"))
    same(pq.read_table(tmp_path / "s.parquet").to_pandas(), expected)
    assert expected["domain_reason"].str.contains("panel too different").any()


def test_another_model_another_threads(few_model: Model, table: pd.DataFrame, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "ROWS", 9)
    table = table.head(30)
    table.to_parquet(tmp_path / "t.parquet")
    for threads in (1, 3):
        score_file(few_model, tmp_path / "t.parquet", tmp_path / f"{threads}.parquet", threads=threads)
    one, three = (pq.read_table(tmp_path / f"{n}.parquet").to_pandas() for n in (1, 3))
    pd.testing.assert_frame_equal(one, three)
    same(one, few_model.score(read_profiles(tmp_path / "t.parquet")))


def test_wide_holds_what_long_holds(model: Model, table: pd.DataFrame, tmp_path):
    table.to_parquet(tmp_path / "t.parquet")
    score_file(model, tmp_path / "t.parquet", tmp_path / "long.parquet")
    score_file(model, tmp_path / "t.parquet", tmp_path / "wide.parquet", wide=True)
    long, wide = (pq.read_table(tmp_path / f"{n}.parquet").to_pandas() for n in ("long", "wide"))
    assert len(wide) == len(table)
    for effect in model.effects:
        own = long[long["effect"] == effect].reset_index(drop=True)
        for name in ("score", "verdict", "percentile"):
            assert wide[f"{effect}_{name}"].tolist() == own[name].tolist()
        assert wide["domain_reason"].tolist() == own["domain_reason"].tolist()


def test_a_number_column_with_a_limit_far_down(model: Model, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "_CSV_BLOCK", 400)
    rows = [f"s{i},adipose,{10 + i},elevated" for i in range(200)]
    rows[150] = "s150,adipose,<3.2,<1"
    rows[190] = "s190,adipose,elevated,"
    (tmp_path / "t.csv").write_text("\n".join(["sample,cell_source,VEGF [pg/mL],HGF", *rows]) + "\n")
    score_file(model, tmp_path / "t.csv", tmp_path / "s.parquet")
    same(pq.read_table(tmp_path / "s.parquet").to_pandas(), model.score(read_profiles(tmp_path / "t.csv")))


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("VEGF [NPX]", [1.0, 2.0], "beside the other samples"),
        ("VEGFA", ["1", "2"], "both VEGFA"),
        ("IL6", ["1,5", "2"], "holds a comma"),
        ("IL6", ["nd", "2"], "could mean not measured"),
        ("IL6 [pg/mL]", [-1.0, 2.0], "negative"),
        ("IL6", [np.inf, 2.0], "not a finite number"),
        ("IL6 [furlong]", ["1", "2"], "no known unit"),
        ("cell_type", ["MSC", "unicorn cell"], "no known cell type"),
        ("preconditioning", ["none", "hypoxia(o2=99%)"], "outside 0 to 21"),
        ("sample", ["a", "a"], "name of row 1 too"),
        ("sample", ["a", None], "no name"),
    ],
)
def test_what_is_refused_is_named(model: Model, tmp_path, column: str, values: list, words: str):
    frame = pd.DataFrame({"sample": ["a", "b"], "VEGF": ["elevated", "detected"]}).assign(**{column: values})
    frame.to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputRefused, match=words):
        score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    assert not [p for p in tmp_path.iterdir() if p.name != "t.parquet"]


def test_no_sample_column_and_no_row(model: Model, tmp_path):
    pd.DataFrame({"VEGF": ["elevated"]}).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputRefused, match="sample"):
        score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    pq.write_table(
        pa.table({"sample": pa.array([], pa.string()), "VEGF": pa.array([], pa.string())}),
        tmp_path / "e.parquet",
    )
    with pytest.raises(InputRefused, match="no row"):
        score_file(model, tmp_path / "e.parquet", tmp_path / "s.parquet")


@pytest.mark.parametrize("cut", [0.5, 0.98])
def test_a_file_that_ends_in_the_middle(model: Model, table: pd.DataFrame, tmp_path, cut: float):
    table.to_parquet(tmp_path / "t.parquet")
    (tmp_path / "s.parquet").write_bytes(b"finished before")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content[: int(len(content) * cut)])
    with pytest.raises(InputRefused, match="cut off or damaged"):
        score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    assert (tmp_path / "s.parquet").read_bytes() == b"finished before"


def test_pages_that_are_damaged(model: Model, table: pd.DataFrame, tmp_path):
    table.to_parquet(tmp_path / "t.parquet")
    content = bytearray((tmp_path / "t.parquet").read_bytes())
    content[40:4000] = bytes(3960)
    (tmp_path / "t.parquet").write_bytes(bytes(content))
    with pytest.raises(InputRefused, match="cut off or damaged"):
        score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.parquet"]


def test_a_csv_row_that_is_too_short(model: Model, tmp_path):
    (tmp_path / "t.csv").write_text("sample,VEGF,HGF\na,1,2\nb,1\n")
    with pytest.raises(InputRefused, match=r"cut off or damaged|cannot be read"):
        score_file(model, tmp_path / "t.csv", tmp_path / "s.parquet")
    assert not (tmp_path / "s.parquet").exists()


def test_a_full_disk_leaves_what_stood_there(model: Model, table: pd.DataFrame, tmp_path, monkeypatch):
    from secretome_ml.bulk import writing

    class Full(pq.ParquetWriter):
        def write_batch(self, *arguments, **settings):
            raise OSError(28, "No space left on device")

    table.to_parquet(tmp_path / "t.parquet")
    score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    before = (tmp_path / "s.parquet").read_bytes()
    monkeypatch.setattr(writing.pq, "ParquetWriter", Full)
    with pytest.raises(OSError, match="No space left") as caught:
        score_file(model, tmp_path / "t.parquet", tmp_path / "s.parquet")
    assert str(caught.value.filename).endswith("s.parquet")
    assert (tmp_path / "s.parquet").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s.parquet", "t.parquet"]
