"""A streamed file gives the profiles that reading it whole gives, with bounded memory."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.profiles import join_profiles
from secretome_ml.readers import read_profiles
from secretome_ml.readers.streaming import stream_profiles


def test_streamed_rows_are_graded_as_each_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        rng.lognormal(3, 2, (23, 3)), columns=["IL-6 [pg/mL]", "VEGF [pg/mL]", "HGF [ng/mL]"]
    )
    frame = frame.mask(rng.random(frame.shape) < 0.2)
    frame.insert(0, "sample", [f"s{i}" for i in range(23)])
    frame.insert(1, "cell_source", "adipose")
    frame.to_parquet(tmp_path / "w.parquet", index=False)
    parts = list(stream_profiles(tmp_path / "w.parquet", rows=5))
    assert [len(p) for p in parts] == [5, 5, 5, 5, 3]
    joined = join_profiles(parts)
    alone = []
    for i in range(len(frame)):
        frame.iloc[[i]].to_parquet(tmp_path / "row.parquet", index=False)
        alone.append(read_profiles(tmp_path / "row.parquet"))
    whole = join_profiles(alone)
    order = ["sample", "factor"]
    columns = ["sample", "factor", "state", "value", "level"]
    left, right = (p.factors.sort_values(order)[columns].reset_index(drop=True) for p in (joined, whole))
    pd.testing.assert_frame_equal(left, right)
    assert joined.context.equals(whole.context)


def test_places_count_through_the_file(tmp_path: Path) -> None:
    values = [1.0] * 12 + [-3.0]
    frame = pd.DataFrame({"sample": [f"s{i}" for i in range(13)], "IL-6": values})
    frame.to_parquet(tmp_path / "w.parquet", index=False)
    with pytest.raises(InputRefused) as refused:
        list(stream_profiles(tmp_path / "w.parquet", rows=5))
    assert refused.value.problems[0].row == 13


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("sample,IL-6\na,1\n")
    for path in (tmp_path / "w.csv", tmp_path / "none.parquet"):
        with pytest.raises(InputRefused, match="cannot be streamed"):
            list(stream_profiles(path))
