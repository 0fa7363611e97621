"""Small files that would become large, and files that would have others read, are refused first."""

import gzip
import io
import lzma
import zipfile
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.readers import read_profiles, tables

LAUGHS = (
    '<?xml version="1.0"{declared}?>{before}<!DOCTYPE lolz [<!ENTITY a "lol">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'
)


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as refused:
        read_profiles(path)
    return str(refused.value)


def workbook(path: Path, replace: dict[str, bytes] | None = None, edit=lambda name, content: content) -> Path:
    """Write a small workbook in which parts are replaced."""
    book = openpyxl.Workbook()
    book.active.append(["sample", "IL-6"])
    book.active.append(["a", 1])
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (replace or {}).get(name, edit(name, old.read(name))))
    return path


def test_the_workbook_is_good_before_it_is_changed(tmp_path: Path):
    assert len(read_profiles(workbook(tmp_path / "a.xlsx"))) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("before", ["", "<!--" + "x" * 2_000_000 + "-->"], ids=["at once", "after a comment"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_billion_laughs(tmp_path: Path, part: str, before: str, encoding: str):
    text = LAUGHS.format(declared=f' encoding="{encoding}"', before=before)
    path = workbook(tmp_path / "laughs.xlsx", {part: text.encode(encoding)})
    assert "declares XML entities" in refusal(path)


def test_a_merged_area_of_all_cells(tmp_path: Path):
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    path = workbook(tmp_path / "merged.xlsx", edit=lambda _, c: c.replace(b"</sheetData>", merged))
    assert "more than" in refusal(path)


def test_a_cell_in_the_last_corner(tmp_path: Path):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = workbook(tmp_path / "far.xlsx", edit=lambda _, c: c.replace(b"</sheetData>", far))
    assert "more than" in refusal(path)


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path):
    path = workbook(tmp_path / "bomb.xlsx", {"xl/theme/theme1.xml": b" " * 2**26})
    assert "unpacks to" in refusal(path)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_an_archive_that_unpacks_to_too_much(tmp_path: Path, pack):
    (tmp_path / "bomb").write_bytes(pack(b"a,b\n" * 2**24))
    assert "unpacks to more than" in refusal(tmp_path / "bomb")


def test_an_archive_within_an_archive_is_unpacked_once(tmp_path: Path):
    (tmp_path / "twice.gz").write_bytes(gzip.compress(gzip.compress(b"sample,IL-6\na,1\n")))
    refusal(tmp_path / "twice.gz")


def test_too_many_rows_and_cells(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(tables, "MAX_ROWS", 100)
    (tmp_path / "rows.csv").write_text("sample,IL-6\n" + "".join(f"s{i},1\n" for i in range(101)))
    assert "more than 100 rows" in refusal(tmp_path / "rows.csv")
    monkeypatch.setattr(tables, "MAX_CELLS", 100)
    (tmp_path / "cells.csv").write_text("sample" + ",x" * 200 + "\na" + ",1" * 200 + "\n")
    assert "100 cells" in refusal(tmp_path / "cells.csv")


def test_a_parquet_file_of_more_cells_than_are_read(tmp_path: Path):
    """Constant columns compress to nothing: the file has a few kilobytes."""
    one = pd.DataFrame({"sample": pd.array(["a"], dtype="string").repeat(1_000_000)})
    one = one.assign(**{f"F{i}": np.zeros(1, dtype="int8").repeat(1_000_000) for i in range(30)})
    one.to_parquet(tmp_path / "bomb.parquet")
    assert (tmp_path / "bomb.parquet").stat().st_size < 2**20
    assert "more than" in refusal(tmp_path / "bomb.parquet")


def h5ad(path: Path, write) -> Path:
    with h5py.File(path, "w") as file:
        write(file)
    return path


def test_hdf5_that_points_into_other_files(tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"what another user keeps" * 10)

    def outside(file: h5py.File) -> None:
        file.create_dataset("X", shape=(1, 100), dtype="u1", external=[(str(tmp_path / "secret"), 0, 100)])

    def link(file: h5py.File) -> None:
        file["X"] = h5py.ExternalLink(str(tmp_path / "secret"), "/X")

    for name, write in (("outside", outside), ("link", link)):
        assert "another file" in refusal(h5ad(tmp_path / f"{name}.h5ad", write))


def test_hdf5_of_a_shape_beyond_reason(tmp_path: Path):
    path = h5ad(
        tmp_path / "vast.h5ad", lambda f: f.create_dataset("X", (10**6, 10**6), "f8", chunks=(10, 10))
    )
    assert path.stat().st_size < 2**20
    assert "more than" in refusal(path)
