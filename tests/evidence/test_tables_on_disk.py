"""The CSV tables: what is saved is what is read; a broken table is refused by cell; frictionless agrees."""

import csv
import json
import logging
import shutil
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml import load_evidence
from secretome_ml.core.errors import InputRefused
from secretome_ml.evidence import validate_evidence
from secretome_ml.evidence.datapackage import datapackage_json
from secretome_ml.evidence.tables import TABLES

CORPUS = ROOT / "data" / "evidence"


@pytest.fixture
def tables(few, tmp_path: Path) -> Path:
    few.save(tmp_path / "tables")
    return tmp_path / "tables"


def edit(path: Path, change) -> None:
    """Apply `change` to the rows (header first) of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    rows = change(rows) or rows
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def put(path: Path, row: int, column: str, value: str) -> None:
    def change(rows):
        rows[row - 1][rows[0].index(column)] = value

    edit(path, change)


def refused(folder: Path) -> list[tuple[str, object, object]]:
    with pytest.raises(InputRefused) as error:
        load_evidence(folder)
    assert all(p.what and p.remedy for p in error.value.problems)
    return [(p.file, p.row, p.column) for p in error.value.problems]


def test_save_and_load_give_the_same_digest(few, tables: Path, tmp_path: Path):
    again = load_evidence(tables)
    assert again.digest == few.digest
    again.save(tmp_path / "twice")
    for path in tables.iterdir():
        assert (tmp_path / "twice" / path.name).read_bytes() == path.read_bytes()


def test_the_shipped_files_are_in_the_form_that_save_writes(corpus, tmp_path: Path):
    corpus.save(tmp_path / "again")
    for table in TABLES:
        name = f"{table.name}.csv"
        assert (tmp_path / "again" / name).read_bytes() == (CORPUS / name).read_bytes()


def test_the_digest_changes_with_one_fact(few):
    changed = {n: f.copy() for n, f in few.tables.items()}
    changed["outcomes"].loc[0, "result"] = (
        "adverse" if changed["outcomes"].loc[0, "result"] != "adverse" else "null"
    )
    assert type(few)(changed).digest != few.digest


def test_values_are_those_of_a_plain_reading(corpus):
    """Another road: the csv module, no pandas."""
    for table in TABLES:
        with (CORPUS / f"{table.name}.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        frame = corpus.tables[table.name]
        assert len(rows) == len(frame)
        for column in table.columns:
            cells = [r[column.name] for r in rows]
            values = frame[column.name]
            assert [c == "" for c in cells] == values.isna().tolist()
            if column.kind == "string":
                assert [c for c in cells if c] == values.dropna().tolist()
            elif column.kind in ("number", "integer"):
                assert [float(c) for c in cells if c] == values.dropna().astype(float).tolist()


def test_a_cell_of_the_wrong_type_is_named(tables: Path):
    put(tables / "studies.csv", 3, "year", "about 2015")
    put(tables / "studies.csv", 4, "year", "2015.5")
    put(tables / "outcomes.csv", 2, "n", "n=3")
    put(tables / "arms.csv", 5, "serum_free", "yes")
    assert set(refused(tables)) == {
        ("studies.csv", 3, "year"),
        ("studies.csv", 4, "year"),
        ("outcomes.csv", 2, "n"),
        ("arms.csv", 5, "serum_free"),
    }


@pytest.mark.parametrize("value", ["1e30", "9" * 30, "inf", "-inf", "1e999"])
def test_a_whole_number_beyond_reason_is_refused(tables: Path, value: str):
    put(tables / "studies.csv", 2, "year", value)
    try:
        problems = validate_evidence(load_evidence(tables))
    except InputRefused as error:
        problems = error.problems
    assert [(p.file, p.row, p.column) for p in problems] == [("studies.csv", 2, "year")]


@pytest.mark.parametrize("value", ["inf", "1e999", "-1"])
def test_a_dose_that_is_no_amount_is_refused(tables: Path, value: str):
    put(tables / "preconditioning.csv", 2, "dose", value)
    put(tables / "preconditioning.csv", 2, "unit", "ng/mL")
    try:
        problems = validate_evidence(load_evidence(tables))
    except InputRefused as error:
        problems = error.problems
    assert [(p.file, p.row, p.column) for p in problems] == [("preconditioning.csv", 2, "dose")]


def test_missing_and_unknown_columns_and_tables_are_all_named(tables: Path):
    def drop_year(rows):
        at = rows[0].index("year")
        return [[c for i, c in enumerate(r) if i != at] for r in rows]

    edit(tables / "studies.csv", drop_year)
    edit(tables / "arms.csv", lambda rows: [[*r, "colour" if i == 0 else "red"] for i, r in enumerate(rows)])
    (tables / "mediators.csv").unlink()
    found = refused(tables)
    assert ("studies.csv", 1, "year") in found
    assert ("arms.csv", 1, "colour") in found
    assert ("mediators.csv", None, None) in found


def test_a_table_from_before_there_was_a_context_column_states_it_of_no_arm(tables: Path, caplog):
    def drop(column):
        def edited(rows):
            at = rows[0].index(column)
            return [[c for i, c in enumerate(r) if i != at] for r in rows]

        return edited

    edit(tables / "arms.csv", drop("fraction"))
    assert load_evidence(tables).arms["fraction"].isna().all()
    assert "arms.csv has no column 'fraction'" in caplog.text
    edit(tables / "arms.csv", drop("product"))
    assert ("arms.csv", 1, "product") in refused(tables)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00\x00\x00"])
def test_a_file_that_is_no_table_is_refused(tables: Path, content: bytes):
    (tables / "factors.csv").write_bytes(content)
    assert "factors.csv" in {f for f, _, _ in refused(tables)}


def test_a_row_with_a_cell_too_many_is_refused(tables: Path):
    def spill(rows):
        rows[4].append("spilt")

    edit(tables / "outcomes.csv", spill)
    assert {f for f, _, _ in refused(tables)} == {"outcomes.csv"}


def test_rows_that_all_have_a_cell_too_many_are_not_shifted(tables: Path):
    """With one spare cell in every row, pandas makes the first column an index and shifts the rest."""
    edit(tables / "mediators.csv", lambda rows: [rows[0], *([*r, "spilt"] for r in rows[1:])])
    try:
        problems = validate_evidence(load_evidence(tables))
    except InputRefused as error:
        problems = error.problems
    assert {p.file for p in problems} == {"mediators.csv"}, "the shifted table was taken"


def test_no_folder_is_refused(tmp_path: Path):
    assert [row[0] for row in refused(tmp_path / "none")] == [str(tmp_path / "none")]


def test_a_table_without_rows_is_read(tables: Path):
    edit(tables / "mediators.csv", lambda rows: rows[:1])
    assert load_evidence(tables).mediators.empty


# ---- the data package ----------------------------------------------------------------------------------


@pytest.fixture
def frictionless():
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    return pytest.importorskip("frictionless")


def check_package(frictionless, folder: Path):
    return frictionless.Package(str(folder / "datapackage.json")).validate()


def cells(report) -> set[tuple[str, int, str]]:
    return {
        (f"{task.name}.csv", e.row_number, getattr(e, "field_name", ""))
        for task in report.tasks
        for e in task.errors
        if hasattr(e, "row_number")
    }


def test_the_shipped_descriptor_is_the_described_one():
    assert (CORPUS / "datapackage.json").read_text(encoding="utf-8") == datapackage_json()


def test_frictionless_accepts_the_real_corpus(frictionless):
    report = check_package(frictionless, CORPUS)
    assert report.valid, report.flatten(["type", "note"])[:5]
    assert {t.name for t in report.tasks} == {t.name for t in TABLES}


def test_frictionless_and_pandera_agree_on_a_broken_package(frictionless, tables: Path):
    broken = [
        ("studies.csv", 2, "basis", "hearsay"),
        ("studies.csv", 3, "study", "s-XYZ"),
        ("studies.csv", 4, "year", "1066"),
        ("studies.csv", 5, "doi", "11.1/x"),
        ("arms.csv", 3, "product", "soup"),
        ("arms.csv", 4, "cell_type", ""),
        ("arms.csv", 6, "stage", "old"),
        ("factors.csv", 2, "state", "present"),
        ("factors.csv", 3, "value", "-1"),
        ("outcomes.csv", 2, "result", "good"),
        ("outcomes.csv", 3, "effect", "other:"),
        ("outcomes.csv", 5, "system", "in_dreams"),
        ("comparisons.csv", 2, "direction", "better"),
        ("preconditioning.csv", 2, "o2_percent", "40"),
    ]
    for file, row, column, value in broken:
        put(tables / file, row, column, value)
    put(tables / "factors.csv", 3, "unit", "pg/mL")
    expected = {(f, r, c) for f, r, c, _ in broken}
    ours = {(p.file, p.row, p.column) for p in validate_evidence(load_evidence(tables))}
    assert expected <= ours
    theirs = cells(check_package(frictionless, tables))
    assert expected <= theirs
    # A study that lost its identifier is missed by the rows that refer to it; all else is what was broken.
    assert {k for k in ours - expected if k[2] not in ("study", "study + arm", "study + than")} == set()


def test_frictionless_and_we_agree_on_keys_and_references(frictionless, tables: Path):
    edit(tables / "factors.csv", lambda rows: [*rows, rows[-1]])
    put(tables / "outcomes.csv", 2, "arm", "nobody")
    report = check_package(frictionless, tables)
    kinds = {(t.name, e.type) for t in report.tasks for e in t.errors}
    assert {("factors", "primary-key"), ("outcomes", "foreign-key")} <= kinds
    ours = {(p.file, p.column) for p in validate_evidence(load_evidence(tables))}
    # That the factor stands twice is a rule of ours alone.
    ours -= {("factors.csv", "name")}
    assert ours == {("factors.csv", "study + arm + number"), ("outcomes.csv", "study + arm")}


def test_every_table_is_described_by_one_object():
    described = {r["name"]: r["schema"] for r in json.loads(datapackage_json())["resources"]}
    for table in TABLES:
        assert [f["name"] for f in described[table.name]["fields"]] == table.names
        assert described[table.name]["primaryKey"] == list(table.key)
        assert all(c.meaning.endswith(".") for c in table.columns)


def test_a_save_that_dies_leaves_the_old_corpus(few, tables: Path, monkeypatch):
    from secretome_ml.core.files import whole

    before = {p.name: p.read_bytes() for p in tables.iterdir()}

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(whole, "exchange", die)
    with pytest.raises(KeyboardInterrupt):
        few.subset(few.studies["study"][:3]).save(tables)
    assert {p.name: p.read_bytes() for p in tables.iterdir()} == before


def test_a_file_of_the_owner_beside_the_tables_survives_a_save(few, tables: Path):
    """A README or licence in the corpus folder is not ours to delete."""
    shutil.copy(ROOT / "pyproject.toml", tables / "README.md")
    few.save(tables)
    assert (tables / "README.md").exists()


def test_subset_keeps_the_rows_of_its_studies_and_no_others(corpus):
    names = corpus.studies["study"][10:20].tolist()
    part = corpus.subset(names)
    assert part.studies["study"].tolist() == names
    for table in TABLES:
        kept = corpus.tables[table.name]
        pd.testing.assert_frame_equal(
            part.tables[table.name], kept[kept["study"].isin(names)].reset_index(drop=True)
        )
