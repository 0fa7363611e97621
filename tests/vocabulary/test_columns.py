"""A context column and a word stand in one place; what lists them again is found."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from secretome_ml.evidence.tables import ARMS, MANIPULATIONS, OUTCOMES, PRECONDITIONING, TABLES
from secretome_ml.features.encoder import BLOCKS
from secretome_ml.profiles.context import resolve_column
from secretome_ml.profiles.preconditioning_text import parse_preconditioning
from secretome_ml.profiles.profiles import STATE_LEVELS
from secretome_ml.readers.sample_sheet import _columns
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import behind, context_columns
from secretome_ml.web.api.requests import Sample

FOLDER = ROOT / "data" / "vocabulary"
COLUMNS = {row["name"]: row for row in csv.DictReader((FOLDER / "context_columns.csv").open())}
TERMS = {name: row["vocabulary"] for name, row in COLUMNS.items() if row["holds"] == "terms"}
OTHER = {
    "preconditioning": ("preconditioning", PRECONDITIONING.column("kind")),
    "manipulation": ("manipulations", MANIPULATIONS.column("kind")),
    "effect": ("effects", OUTCOMES.column("effect")),
    "assay_system": ("assay_systems", OUTCOMES.column("system")),
}
# As many of these in one list are a list of them.
RESTATED = 3


def words(file: str) -> list[tuple[str, str]]:
    """Return every word of a vocabulary file with its identifier, read without the package."""
    found = []
    for row in csv.DictReader((FOLDER / f"{file}.csv").open()):
        names = [row["id"], row["label"], *row["synonyms"].split("|")]
        found += [(name, row["id"]) for name in names if name]
    return found


@pytest.mark.parametrize("column", TERMS)
def test_every_word_of_a_context_column_is_scored_and_imported(column: str) -> None:
    texts, expected = zip(*words(TERMS[column]), strict=True)
    problems: list = []
    scored = resolve_column(pd.Series(texts), column, "f", range(len(texts)), problems)
    assert problems == []
    assert scored.tolist() == list(expected)
    described = ARMS.column(column)
    imported = [described.read(text) for text in texts]
    assert all(described.accepts(text) for text in imported)
    assert [Terms().resolve(column, text) for text in imported] == list(expected)


@pytest.mark.parametrize("name", OTHER)
def test_every_other_word_is_read_and_imported(name: str) -> None:
    file, column = OTHER[name]
    for word, identifier in words(file):
        assert Terms().resolve(name, word) == identifier
        assert column.read(word) == identifier
        assert column.accepts(identifier)


def test_every_kind_of_preconditioning_is_scored() -> None:
    for identifier in {i for _, i in words("preconditioning")} - {"none"}:
        assert [e["kind"] for e in parse_preconditioning(identifier, Terms())] == [identifier]


def test_what_is_no_word_is_neither_scored_nor_imported() -> None:
    for column in TERMS:
        problems: list = []
        resolve_column(pd.Series(["moonbeam"]), column, "f", [2], problems)
        assert len(problems) == 1
        assert not ARMS.column(column).accepts("moonbeam")


def test_every_header_names_one_column() -> None:
    for name, row in COLUMNS.items():
        for header in (name, row["label"], *row["headers"].split("|")):
            assert not header or _columns(["sample", header.upper()]) == {
                "sample": "sample",
                name: header.upper(),
            }


def test_the_table_of_columns_is_whole() -> None:
    for column in context_columns():
        assert column.name in BLOCKS[column.block].groups  # what encodes it names it
        assert column.unstated == "unknown"
        assert column.domain in ("needed", "watched", "distance", "")
        assert column.compared in ("yes", "no", "class")
        assert behind(f"{column.name}=x") == column
    assert {row["holds"] for row in COLUMNS.values()} <= {"terms", "text", "number"}


def test_arms_and_requests_have_the_columns_and_no_other() -> None:
    assert set(COLUMNS) <= {c.name for c in ARMS.columns}
    assert set(Sample.model_fields) == {"sample", *COLUMNS, "preconditioning", "factors"}


def test_states_are_those_of_levels() -> None:
    factors = next(t for t in TABLES if t.name == "factors")
    assert set(factors.column("state").values) == set(STATE_LEVELS)


def literals(tree: ast.AST) -> list[tuple[int, set[str]]]:
    """Return the texts of every list, tuple, set and of the keys of every dictionary, with its line."""
    found = []
    for node in ast.walk(tree):
        parts = node.elts if isinstance(node, ast.List | ast.Tuple | ast.Set) else ()
        parts = node.keys if isinstance(node, ast.Dict) else parts
        texts = {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}
        found += [(node.lineno, texts)] if texts else []
    return found


# A worked example states some columns of one sample; a block names what it encodes; words of groups of
# factors are no effects.
NO_LISTS = {
    "workflows/record.py",
    "web/pages/factor.py",
    "features/words.py",
    "features/knowledge.py",
    "vocabulary/qualifiers.py",
}


def restated(path: Path, vocabularies: dict[str, set[str]]) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.name}:{line} restates {name}: {sorted(texts & known)}"
        for line, texts in literals(tree)
        for name, known in vocabularies.items()
        if len(texts & known) >= (RESTATED if name == "context_columns" else 5)
    ]


def test_no_file_lists_the_columns_or_a_vocabulary_again() -> None:
    lists = {"context_columns": set(COLUMNS)}
    for file in {*TERMS.values(), *(file for file, _ in OTHER.values())} - {"cell_types"}:
        lists[file] = {i for _, i in words(file)}
    package = ROOT / "src" / "secretome_ml"
    files = [p for p in package.rglob("*.py") if p.relative_to(package).as_posix() not in NO_LISTS]
    assert len(files) > 100
    assert [line for path in files for line in restated(path, lists)] == []


def test_a_restated_list_is_found(tmp_path: Path) -> None:
    file = tmp_path / "again.py"
    file.write_text('A = ("cell_type", "species", "culture")\nB = {"cell_type": 1, "dose": 2}\n')
    assert len(restated(file, {"context_columns": set(COLUMNS)})) == 1
