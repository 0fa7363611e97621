from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from secretome_ml.core.errors import InputRefused
from secretome_ml.vocabulary import frame, normal_form
from secretome_ml.vocabulary.index import factor_index
from secretome_ml.vocabulary.tables import read_rows, rows, split_cell

TABLES = [
    "factors",
    "proteins",
    "ambiguous",
    "unresolved",
    "agents",
    "cell_types",
    "cell_sources",
    "species",
    "stages",
    "products",
    "cultures",
    "fractions",
    "preconditioning",
    "effects",
    "assay_systems",
]


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_where_it_comes_from(name: str) -> None:
    table = rows(name)
    assert table
    assert all(row["source"] for row in table)


@pytest.mark.parametrize("name", [name for name in TABLES if "id" in rows(name)[0]])
def test_identifiers_are_unique_and_tidy(name: str) -> None:
    identifiers = [row["id"] for row in rows(name)]
    assert len(identifiers) == len(set(identifiers))
    assert all(identifier == identifier.strip() and identifier for identifier in identifiers)


def test_there_are_enough_factors() -> None:
    assert len(rows("factors")) >= 900


def test_every_protein_stands_in_uniprot() -> None:
    accessions = {row["accession"] for row in rows("proteins")}
    assert {row["uniprot"] for row in rows("factors") if row["kind"] == "protein"} <= accessions


def test_every_factor_has_a_known_kind_and_a_family() -> None:
    kinds = {"protein", "family", "mirna", "rna", "lipid", "small_molecule", "complex", "class"}
    assert {row["kind"] for row in rows("factors")} <= kinds
    assert all(row["family"] for row in rows("factors"))


def test_no_name_has_two_owners_unless_it_is_listed() -> None:
    listed = {normal_form(row["name"]) for row in rows("ambiguous")}
    owners: dict[str, set[str]] = defaultdict(set)
    for row in rows("factors"):
        for name in (row["id"], *split_cell(row["synonyms"])):
            owners[normal_form(name)].add(row["id"])
    assert {form: ids for form, ids in owners.items() if len(ids) > 1 and form not in listed} == {}


def test_decisions_choose_a_factor_that_exists() -> None:
    known = {*factor_index().factors, *factor_index().proteins.accessions}
    assert [
        row["name"] for row in rows("ambiguous") if row["decision"] and row["decision"] not in known
    ] == []
    assert all(row["reason"] for row in rows("ambiguous"))


def test_agents_point_to_factors() -> None:
    known = factor_index().factors
    pointed = [row[column] for row in rows("agents") for column in ("factor", "inhibits") if row[column]]
    assert [factor for factor in pointed if factor not in known] == []


def test_frame_is_a_fresh_copy() -> None:
    table = frame("effects")
    table.loc[0, "id"] = "changed"
    assert frame("effects").loc[0, "id"] == "angiogenic"


def test_a_ragged_table_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("id,label\na,b\nc,d,e\n", encoding="utf-8")
    with pytest.raises(InputRefused, match=r"bad\.csv, row 3"):
        read_rows(path)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"none\.csv"):
        read_rows(tmp_path / "none.csv")
