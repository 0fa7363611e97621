"""Small files that unpack to large ones are refused before they are unpacked."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile

import h5py
import numpy as np
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.core.paths import data_dir
from secretome_ml.web.unpacking import require_small
from web.web_clients import client_of

MOST = 3_000_000


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(MOST + 1))
    return buffer.getvalue()


def parquet() -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame({"sample": np.zeros(MOST // 8 + 1)}).to_parquet(buffer)
    return buffer.getvalue()


def hdf5() -> bytes:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as opened:
        opened.create_dataset("X", shape=(10_000, 10_000), dtype="f8", chunks=(100, 100))
    return buffer.getvalue()


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(MOST + 1)),
    "xz": lambda: lzma.compress(bytes(MOST + 1)),
    "zip": zipped,
    "parquet": parquet,
    "hdf5": hdf5,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused(kind: str):
    content = BOMBS[kind]()
    assert len(content) < MOST / 100
    with pytest.raises(InputRefused, match="unpacks to more"):
        require_small(content, "a", MOST)


@pytest.mark.parametrize("kind", BOMBS)
def test_a_damaged_one_is_left_for_the_reader(kind: str):
    content = BOMBS[kind]()
    require_small(content[: len(content) // 2], "a", 10**12)


@pytest.mark.parametrize("path", sorted((data_dir() / "examples").glob("*.*")), ids=lambda p: p.suffix)
def test_the_examples_pass(path):
    require_small(path.read_bytes(), path.name, MOST)


def test_the_service_refuses_it():
    with client_of(max_unpacked_bytes=MOST) as client:
        answer = client.post("/api/v1/score", files={"file": ("a.csv.gz", BOMBS["gzip"]())})
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["file"] == "a.csv.gz"
        files = {"file": b"sample\n", "metadata": BOMBS["xz"]()}
        assert client.post("/api/v1/score", files=files).json()["problems"][0]["file"] == "sample sheet"
