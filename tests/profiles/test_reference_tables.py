"""The tables of published amounts, masses and panels: every row usable, and how far they reach."""

import csv
import math
import re

import pytest

from secretome_ml.paths import data_dir
from secretome_ml.profiles.units import CANONICAL, molecular_weights, parse_unit
from secretome_ml.readers.genes import resolve_name
from secretome_ml.vocabulary.factors import FactorVocabulary

COMMONEST = {
    *("VEGFA", "HGF", "IL6", "CXCL8", "CCL2", "TGFB1", "ANGPT1", "FGF2", "IGF1", "EGF", "PDGFB", "IL10"),
    *("TNF", "IL1B", "IFNG", "CCL5", "CXCL12", "TIMP1", "MMP2", "LIF"),
}


def table(name: str) -> list[dict[str, str]]:
    with (data_dir() / "reference" / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_amount_is_a_positive_range_with_a_source_one_can_follow() -> None:
    for row in table("concentrations.csv"):
        low, high = float(row["low"]), float(row["high"])
        assert 0 < low <= high < math.inf, row
        assert float(row["value_low"]) <= float(row["value_high"]), row
        unit = parse_unit(row["unit"])
        assert unit is not None, row
        assert unit.quantity == row["quantity"], row
        assert row["quantity"] in CANONICAL, row
        assert resolve_name(row["name"]).factor == row["factor"], row
        assert re.fullmatch(r"10\.\d{4,}/\S+", row["doi"]) or row["url"].startswith("http"), row
        assert row["basis"] in {"abstract", "figure_legend", "table", "text"}, row


def test_no_amount_is_listed_twice() -> None:
    keys = [
        tuple(r[c] for c in ("factor", "value_low", "value_high", "doi", "url", "product", "preconditioning"))
        for r in table("concentrations.csv")
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.xfail(strict=True, reason="aim: 60 factors; few open pages state numbers outside figures")
def test_the_reference_covers_a_bench_panel() -> None:
    assert len({row["factor"] for row in table("concentrations.csv")}) >= 60


@pytest.mark.xfail(strict=True, reason="aim: three sources or products for each of the twenty commonest")
def test_the_commonest_factors_have_three_sources() -> None:
    places: dict[str, set[tuple[str, str]]] = {}
    for row in table("concentrations.csv"):
        place = (row["doi"] or row["url"], row["product"])
        places.setdefault(row["factor"], set()).add(place)
    assert {f for f in COMMONEST if len(places.get(f, ())) < 3} == set()


def test_a_panel_has_as_many_analytes_as_its_name_says() -> None:
    panels: dict[str, list[dict[str, str]]] = {}
    for row in table("panels.csv"):
        panels.setdefault(row["panel"], []).append(row)
    assert len(panels) >= 6
    for name, rows in panels.items():
        stated = re.search(r"(\d+)-plex", name)
        assert stated is not None, name
        assert len(rows) == int(stated[1]), name
        assert len({r["factor"] for r in rows}) == len(rows), name
        assert len({(r["maker"], r["source"]) for r in rows}) == 1, name
        assert all(resolve_name(r["name"]).factor == r["factor"] for r in rows), name
        assert all(r["maker"] and r["source"].startswith("https://") for r in rows), name


def test_a_mass_is_that_of_a_protein_of_the_vocabulary() -> None:
    assert all(1.0 < mass < 4000.0 for mass in molecular_weights().values())
    for row in table("molecular_weights.csv"):
        assert re.fullmatch(r"[A-Z0-9]{6,10}", row["uniprot"]), row
        assert FactorVocabulary.load().accession(row["factor"]) == row["uniprot"], row
        assert row["source"], row
