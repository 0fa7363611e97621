"""A table of sample, factor and value is scored in parts as its samples are; what does not fit says so."""

import pandas as pd
import pytest

from secretome_ml import read_profiles
from secretome_ml.core.errors import InputRefused
from secretome_ml.stream import LongFormat, batches, long_format, memory, open_long

STATES = ("elevated", "decreased", "unchanged", "not_detected", "detected")
FACTORS = ("VEGF-A", "IL-6", "HGF")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables of some rows be long, of several batches."""
    for name in ("LONG_ROWS", "LONG_BYTES", "LONG_CELLS"):
        monkeypatch.setattr(batches, name, 1)
    monkeypatch.setattr(long_format, "_ROWS", 7)


def rows(samples: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"sample": f"s{i}", "factor": f, "state": STATES[(i + j) % 5], "cell_source": "adipose"}
            for i in range(samples)
            for j, f in enumerate(FACTORS[: 1 + i % 3])
        ]
    )


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_parts_hold_what_the_whole_holds(tmp_path, ending: str, monkeypatch: pytest.MonkeyPatch):
    path, table = tmp_path / f"long.{ending}", rows(20)
    table.to_csv(path, index=False) if ending == "csv" else table.to_parquet(path, index=False)
    monkeypatch.setattr("secretome_ml.stream.source.ROWS", 3)
    opened = open_long(path)
    assert isinstance(opened, LongFormat)
    parts = [opened.reader().read(cells, start) for start, cells in opened.parts()]
    assert len(parts) > 3
    whole = read_profiles(path)
    assert [s for part in parts for s in part.samples] == list(whole.samples)
    levels = {
        (sample, factor): level
        for part in parts
        for factor, own in zip(part.factors, part.levels, strict=True)
        for sample, level in zip(part.samples, own, strict=True)
        if level == level
    }
    expected = whole.factors.set_index(["sample", "factor"])["level"]
    assert levels == {key: float(v) for key, v in expected.items()}


def test_a_sample_that_stands_apart_is_refused_with_its_line(tmp_path):
    table = rows(20)
    pd.concat([table, table.head(1)]).to_csv(tmp_path / "long.csv", index=False)
    opened = open_long(tmp_path / "long.csv")
    with pytest.raises(InputRefused, match="rows of 's0' stand apart") as refused:
        list(opened.parts())
    assert refused.value.problems[0].row == len(table) + 2


def test_amounts_that_mean_something_beside_others_alone_are_refused(tmp_path):
    table = rows(6).drop(columns="state").assign(value=4.2, unit="NPX")
    table.to_csv(tmp_path / "long.csv", index=False)
    opened = open_long(tmp_path / "long.csv")
    start, cells = next(opened.parts())
    with pytest.raises(InputRefused, match="NPX means something only beside the other samples"):
        opened.reader().read(cells, start)


def test_what_is_no_stream_and_does_not_fit_says_so_before(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Two columns of one factor can only be read as a whole."""
    frame = pd.DataFrame({"sample": ["a", "b"], "VEGF": [1, 2], "VEGFA": [1, 2]})
    frame.to_csv(tmp_path / "wide.csv", index=False)
    assert open_long(tmp_path / "wide.csv") is None
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(InputRefused, match=r"takes about .* GB of memory") as refused:
        open_long(tmp_path / "wide.csv")
    assert "both VEGFA" in str(refused.value)


def test_memory_is_what_the_system_says():
    free = memory.free_memory()
    assert free is None or 2**20 < free < 2**50
