"""The bad input of the issue: each named with its place and what to do; nothing is guessed."""

import gzip
import io
import lzma
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers import check_input, opening, read_profiles


def refused(path: Path, **options: object) -> list[Problem]:
    with pytest.raises(InputRefused) as caught:
        read_profiles(path, **options)  # type: ignore[arg-type]
    for problem in caught.value.problems:
        assert problem.what
        assert problem.remedy
        assert problem.file
    return caught.value.problems


def refused_text(folder: Path, text: str | bytes, name: str = "t.csv") -> list[Problem]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return refused(path)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("sample,IL-6\né,1\n".encode("latin-1"), "Latin-1"),
        ("sample,TGF-β\na,1\n".encode("utf-16"), "UTF-16"),
        (b"sample,IL-6\na,\x00\n", "zero bytes"),
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x28\xb5\x2f\xfdabc", "zstd"),
        (b"BZh91AY", "bzip2"),
        (b"ARROW1\x00\x00", "Arrow IPC"),
        (b"PK\x03\x04broken", "damaged"),
        (b"PAR1broken", "Parquet file is damaged"),
        (b"\x89HDF\r\n\x1a\nbroken", "AnnData"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, content: bytes, word: str) -> None:
    problems = refused_text(tmp_path, content)
    assert any(word in p.what for p in problems)


def test_utf8_with_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("\ufeffsample,TGF-β1\r\na,2\r\n".encode())
    assert read_profiles(tmp_path / "t.csv").factors["factor"].tolist() == ["TGFB1"]


def test_where_the_wrong_byte_stands(tmp_path: Path) -> None:
    problem = refused_text(tmp_path, b"sample,IL-6\na,1\nb\xe9,2\n")[0]
    assert "line 3" in problem.what


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_truncated_archive(tmp_path: Path, pack: object) -> None:
    whole = pack(b"sample,IL-6\n" + b"a,1\n" * 5000)  # type: ignore[operator]
    assert "cut off or damaged" in refused_text(tmp_path, whole[: len(whole) // 2])[0].what
    assert "cut off or damaged" in refused_text(tmp_path, whole[:12])[0].what


def test_archives_are_read(tmp_path: Path) -> None:
    text = b"sample,IL-6\na,1\n"
    for name, content in (
        ("a.csv.gz", gzip.compress(text)),
        ("a.csv.xz", lzma.compress(text)),
        ("a.dat", gzip.compress(text)),
    ):
        (tmp_path / name).write_bytes(content)
        assert list(read_profiles(tmp_path / name).samples) == ["a"]


def test_one_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_LINE", 2**20)
    assert "line is longer than 1 MiB" in refused_text(tmp_path, b"sample," + b"x" * (3 * 2**20))[0].what
    packed = gzip.compress(b"sample," + b"x" * (3 * 2**20))
    assert "line is longer than 1 MiB" in refused_text(tmp_path, packed)[0].what


def test_too_much_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_BYTES", 2**20)
    assert "larger than 1 MiB" in refused_text(tmp_path, b"a,b\n" * 2**20)[0].what
    assert "larger than 1 MiB" in refused_text(tmp_path, gzip.compress(b"a,b\n" * 2**20))[0].what


def test_missing_folder_and_unreadable(tmp_path: Path) -> None:
    assert "not there" in refused(tmp_path / "none.csv")[0].what
    assert "cannot be read" in refused(tmp_path)[0].what


@pytest.mark.parametrize(
    "cell", ["NaN", "nan", "NA", "N/A", "#N/A", "null", "None", "-", "nd", "n.d.", "missing", "#VALUE!", "?"]
)
def test_spellings_of_nothing_are_asked_about(tmp_path: Path, cell: str) -> None:
    problem = refused_text(tmp_path, f"sample,IL-6\na,1\nb,{cell}\n")[0]
    assert (problem.row, problem.column) == (3, "IL-6")
    assert "could mean not measured or not detected" in problem.what


@pytest.mark.parametrize("cell", ["inf", "-inf", "Infinity", "1e999"])
def test_infinite(tmp_path: Path, cell: str) -> None:
    problem = refused_text(tmp_path, f"sample,IL-6\na,{cell}\n")[0]
    assert (problem.row, problem.column) == (2, "IL-6")
    assert "not a finite number" in problem.what


def test_negative_concentration_but_negative_npx(tmp_path: Path) -> None:
    problem = refused_text(tmp_path, "sample,IL-6 [pg/mL]\na,-3\n")[0]
    assert (problem.row, problem.column, problem.what) == (2, "IL-6 [pg/mL]", "-3 is negative.")
    (tmp_path / "n.csv").write_text("sample,IL-6 [NPX]\na,-3\n")
    assert read_profiles(tmp_path / "n.csv").factors["value"].tolist() == [-3]


@pytest.mark.parametrize("cells", [("1,5", "2.5"), ("1,500", "2,250"), ("0,5", "1.234")])
def test_mixed_or_unclear_decimal_marks(tmp_path: Path, cells: tuple[str, str]) -> None:
    problems = refused_text(tmp_path, f"sample;IL-6\na;{cells[0]}\nb;{cells[1]}\n")
    assert problems[0].row in (2, 3)
    assert problems[0].column == "IL-6"
    assert "decimal mark" in problems[0].what


def test_one_decimal_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sample;IL-6;VEGF\na;1,5;1.234,5\nb;20;3\n")
    profiles = read_profiles(tmp_path / "t.csv")
    assert sorted(profiles.factors["value"]) == [1.5, 3, 20, 1234.5]
    assert "decimal commas were read" in profiles.notes
    (tmp_path / "u.csv").write_text('sample,IL-6\na,"1,234.5"\nb,2.5\n')
    assert sorted(read_profiles(tmp_path / "u.csv").factors["value"]) == [2.5, 1234.5]


def test_headers_that_stand_twice_or_are_empty(tmp_path: Path) -> None:
    assert ("IL-6", "Two columns share this name.") in {
        (p.column, p.what) for p in refused_text(tmp_path, "sample,IL-6,IL-6\na,1,2\n")
    }
    assert "no name" in refused_text(tmp_path, "sample,,IL-6\na,1,2\n")[0].what


def test_two_names_of_one_factor_must_agree(tmp_path: Path) -> None:
    problem = refused_text(tmp_path, "sample,IL-8,CXCL8\na,1,2\n")[0]
    assert (problem.row, problem.column) == (2, "CXCL8")


def test_ragged_rows_and_open_quotes(tmp_path: Path) -> None:
    problems = refused_text(tmp_path, "sample,IL-6,VEGF\na,1\nb,1,2,3\nc,1,2\n")
    assert [p.row for p in problems] == [2, 3]
    assert "quote" in refused_text(tmp_path, 'sample,IL-6\na,"1\nb,2\n')[0].remedy


def test_trailing_separators_are_no_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sample,IL-6,,\na,1,,\n")
    assert read_profiles(tmp_path / "t.csv").factors["factor"].tolist() == ["IL6"]


@pytest.mark.parametrize("name", ["2-Sep", "Mar-01", "1-Mar"])
def test_genes_that_became_dates(tmp_path: Path, name: str) -> None:
    problem = refused_text(tmp_path, f"sample,{name}\na,1\n")[0]
    assert (problem.row, problem.column) == (1, name)
    assert "SEPTIN2" in problem.what or "MARCH" in problem.what
    long = refused_text(tmp_path, f"sample,factor,value\na,{name},1\n")[0]
    assert (long.row, long.column) == (2, "factor")


def test_dates_in_a_workbook(tmp_path: Path) -> None:
    import datetime

    book = openpyxl.Workbook()
    book.active.append(["sample", datetime.datetime(2026, 9, 2)])
    book.active.append(["a", 1])
    book.save(tmp_path / "t.xlsx")
    assert "SEPTIN2" in refused(tmp_path / "t.xlsx")[0].what


def test_dates_in_an_export_are_unknown_and_said(tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text("Protein.Group\tGenes\ta.raw\nQ15019\t2-Sep\t5e5\n\t1-Mar\t6e5\n")
    profiles = read_profiles(tmp_path / "m.tsv")
    assert profiles.factors["factor"].tolist()[0] in ("SEPT2", "SEPTIN2")
    assert any("dates that a spreadsheet made" in n for n in profiles.notes)


def test_merged_cells_and_formulas(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["sample", "IL-6", "VEGF"], ["a", 1, 2], [None, 3, "=B2+B3"]):
        sheet.append(cells)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "t.xlsx")
    problems = refused(tmp_path / "t.xlsx")
    assert [(p.row, p.column) for p in problems] == [(2, "A2:A3"), (3, "C3")]
    assert "merged" in problems[0].what
    assert "formula" in problems[1].what


def test_workbook_with_entities_or_without_content(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "e.xlsx")
    assert "empty" in refused(tmp_path / "e.xlsx")[0].what
    book.active.append(["sample", "IL-6"])
    book.active.append(["a", 1])
    book.save(tmp_path / "x.xlsx")
    packed = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "x.xlsx") as old, zipfile.ZipFile(packed, "w") as new:
        for item in old.namelist():
            data = old.read(item)
            if item.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            new.writestr(item, data)
    (tmp_path / "x.xlsx").write_bytes(packed.getvalue())
    assert "XML entities" in refused(tmp_path / "x.xlsx")[0].what


def test_a_workbook_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "MAX_WORKBOOK", 2**20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 2**21)
    (tmp_path / "x.xlsx").write_bytes(packed.getvalue())
    assert "unpacks to 2 MiB" in refused(tmp_path / "x.xlsx")[0].what


def test_a_control_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sample,IL-6\nnormoxia,1\nhypoxia,2\n")
    problem = refused(tmp_path / "t.csv", control="normoxya")[0]
    assert problem.column == "control"
    assert "normoxia" in problem.remedy


def test_samples_on_one_side_only(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("sample,IL-6 [pg/mL]\na,1\nb,2\n")
    (tmp_path / "s.csv").write_text("sample,cell_source\nA,adipose\nc,adipose\n")
    problems = refused(tmp_path / "t.csv", metadata=tmp_path / "s.csv")
    assert {(p.file, p.row) for p in problems} == {("s.csv", 3), ("t.csv", "b")}
    profiles = read_profiles(tmp_path / "t.csv", metadata=tmp_path / "s.csv", lenient=True)
    assert profiles.context["cell_source"].tolist()[0] == "adipose"
    assert sum("Amount not used" not in w.what for w in profiles.warnings) == 2


def test_unknown_units_states_and_context_words(tmp_path: Path) -> None:
    text = "sample,factor,value,unit,state,cell_source\na,IL-6,1,furlong,,moon\na,VEGF,,,up,moon\n"
    found = {(p.row, p.column) for p in refused_text(tmp_path, text)}
    assert {(2, "unit"), (3, "state"), (2, "cell_source")} <= found


def test_duplicate_and_nameless_samples(tmp_path: Path) -> None:
    problems = refused_text(tmp_path, "sample,cell_source,IL-6\na,adipose,1\na,adipose,2\n,adipose,3\n")
    assert {p.row for p in problems} == {3, 4}


def test_all_problems_at_once_as_a_table_and_as_json(tmp_path: Path) -> None:
    import json

    (tmp_path / "t.csv").write_text("sample,cell_source,IL-6,2-Sep\na,moon,abc,1\nb,adipose,-1,1\n")
    report = check_input(tmp_path / "t.csv")
    assert not report.ok
    places = {(p.row, p.column) for p in report.problems}
    assert {(2, "cell_source"), (2, "IL-6"), (3, "IL-6"), (1, "2-Sep")} <= places
    _title, columns, rows = next(s for s in report.sections() if s[0] == "Problems")
    assert columns == ("where", "what")
    assert len(rows) == len(report.problems)
    assert json.loads(report.to_json())["problems"][0]["remedy"]


def test_parquet_keeps_what_is_wrong(tmp_path: Path) -> None:
    pd.DataFrame({"sample": ["a", "b"], "IL-6": [1.0, float("inf")]}).to_parquet(tmp_path / "t.parquet")
    problem = refused(tmp_path / "t.parquet")[0]
    assert (problem.row, problem.column) == (2, "IL-6")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    names = [
        "<script>alert(1)</script>",
        "=cmd|' /C calc'!A0",
        "../../etc/passwd",
        "[red]x[/red]",
        "a" * 5000,
    ]
    lines = ["sample,IL-6", *(f'"{n}",1' for n in names)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    profiles = read_profiles(tmp_path / "t.csv")
    assert list(profiles.samples) == names


@pytest.mark.parametrize("change", [("adipose", "adiposse"), ("elevated", "risen"), ("hypoxia", "magic")])
def test_records_with_words_of_no_vocabulary(tmp_path: Path, change: tuple[str, str]) -> None:
    record = (
        '{"study": {"doi": "10.1/x"}, "basis": "abstract", "arms": [{"arm": "a", "cell_source": "adipose", '
        '"preconditioning": [{"kind": "hypoxia"}], "factors": [{"name": "VEGF", "state": "elevated"}]}]}\n'
    )
    (tmp_path / "r.jsonl").write_text(record)
    assert len(read_profiles(tmp_path / "r.jsonl")) == 1
    (tmp_path / "r.jsonl").write_text(record.replace(*change))
    problem = refused(tmp_path / "r.jsonl")[0]
    assert change[1] in problem.what
    assert problem.file == "r.jsonl"


@pytest.mark.parametrize(
    "text",
    [
        "Gene,a,b\nVEGFA,{},2000\nIL6,800,50\n",
        "Gene,log2FC\nVEGFA,{}\nIL6,-2\n",
        "sample,VEGFA [pg/mL]\na,{}\n",
        "sample,factor,value\na,VEGFA,{}\n",
        "Sample,Gene,Ct\na,VEGFA,{}\n",
        "Majority protein IDs,Gene names,LFQ intensity a\nP15692,VEGFA,{}\n",
        "sample,preconditioning,VEGFA [pg/mL]\na,IFNG {} ng/mL,5\n",
    ],
)
@pytest.mark.parametrize("number", ["1e2147483648", "-1e4294967299", "1e5" + "9" * 131 + "x"])
def test_an_endless_exponent_ends_no_process(tmp_path: Path, text: str, number: str) -> None:
    # pandas reads the first by leaving the memory it owns, and the second as 1000.
    assert refused_text(tmp_path, text.format(number))


def test_an_endless_exponent_in_a_large_table_and_in_a_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from secretome_ml.readers import source

    monkeypatch.setattr(source, "_LARGE", 2**14)
    rows = "".join(f"P{i:05d},{i}.5\n" for i in range(4000))
    assert len(rows) > 2 * source._LARGE
    assert refused_text(tmp_path, f"Protein,LFQ intensity a\nP15692,1e2147483648\n{rows}")
    frame = pd.DataFrame({"Gene": ["VEGFA", "IL6"], "a": ["1e2147483648", "1"], "b": [1.5, 2]})
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    assert refused(tmp_path / "t.xlsx")
    frame.to_parquet(tmp_path / "t.parquet")
    assert refused(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("header", "row", "growth"),
    [
        ("sample,factor,value", "a,VEGFA,1.5", 80),
        ("Protein IDs,Gene names,LFQ intensity a", "P15692,VEGFA,1.5", 13),
    ],
)
def test_what_would_not_fit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, row: str, growth: int
) -> None:
    from secretome_ml.readers import opening

    text = f"{header}\n" + f"{row}\n" * (18 * 2**20 // (len(row) + 1))
    monkeypatch.setattr(opening, "free_memory", lambda: len(text) * growth - 1)
    problem = refused_text(tmp_path, text)[0]
    assert "MiB are free" in problem.what
    assert "read in parts" in problem.remedy
    monkeypatch.setattr(opening, "free_memory", lambda: len(text) * growth)
    opening.need_room("t.csv", len(text), growth)


def test_the_memory_that_is_free_is_known_here() -> None:
    from secretome_ml.readers import opening

    free = opening.free_memory()
    assert free is not None
    assert 0 < free < 2**50
