"""The tables of published amounts, masses and panels: every row usable, and how far they reach."""

import csv
import math
import re

import pytest

from secretome_ml.core.paths import data_dir
from secretome_ml.profiles.levels.reference import known_range
from secretome_ml.profiles.units import CANONICAL, molecular_weights, parse_unit
from secretome_ml.readers.genes import resolve_name
from secretome_ml.vocabulary import frame
from secretome_ml.vocabulary.factors import FactorVocabulary

COMMONEST = {
    *("VEGFA", "HGF", "IL6", "CXCL8", "CCL2", "TGFB1", "ANGPT1", "FGF2", "IGF1", "EGF", "PDGFB", "IL10"),
    *("TNF", "IL1B", "IFNG", "CCL5", "CXCL12", "TIMP1", "MMP2", "LIF"),
}


def table(name: str, folder: str = "reference") -> list[dict[str, str]]:
    with (data_dir() / folder / name).open(encoding="utf-8", newline="") as stream:
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


def test_every_factor_of_a_panel_has_a_range() -> None:
    """What no page states a number for has the usual one of an expert, so that no amount is lost."""
    for row in table("panels.csv"):
        whole = FactorVocabulary.load().kind(row["factor"])
        if whole in ("protein", "lipid", "small_molecule"):
            assert known_range(row["factor"], "concentration", None) is not None, row


def test_usual_amounts_are_ranges_of_known_factors_and_marked_as_priors() -> None:
    rows = table("usual_amounts.csv", "knowledge")
    assert len({r["factor"] for r in rows}) == len(rows) >= 60
    assert all(float(r["low"]) * 10 <= float(r["high"]) for r in rows)
    assert {r["evidence"] for r in rows} == {"design"}
    known = set(frame("factors")["id"])
    assert {r["factor"] for r in rows} <= known


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
        assert all(r["maker"] and r["source"].startswith(("https://", "design")) for r in rows), name


def test_a_mass_is_that_of_a_protein_of_the_vocabulary() -> None:
    for row in table("molecular_weights.csv"):
        kind = FactorVocabulary.load().kind(row["factor"])
        assert row["source"], row
        if kind == "protein":
            assert FactorVocabulary.load().accession(row["factor"]) == row["uniprot"], row
            assert 1.0 < float(row["kilodalton"]) < 4000.0, row
        else:
            assert 0.0 < float(row["kilodalton"]) < 100.0, row


def test_an_estimated_mass_is_that_of_so_many_residues() -> None:
    """The median residue of the exact masses weighs 111.3 Da; 95 % of them lie within -12 % and +5 %."""
    for row in table("molecular_weights.csv"):
        found = re.search(r"estimated from (\d+) residues", row["source"])
        if found:
            assert float(row["kilodalton"]) == pytest.approx(0.1113 * int(found[1]), abs=0.06), row


def test_every_factor_of_a_panel_has_a_mass() -> None:
    """`FGF` and `TGF-b` name families: which member was measured, and so its mass, is not said."""
    asked = {row["factor"] for row in table("panels.csv")}
    asked |= {row["factor"] for row in table("usual_amounts.csv", "knowledge")}
    asked |= {row["factor"] for row in table("concentrations.csv")}
    assert asked - set(molecular_weights()) == {"FGF family", "PDGF family", "TGFB family"}


def test_published_amounts_reach_so_far() -> None:
    """The aim is 60 factors, and three sources or products for each of the commonest: not reached."""
    rows = table("concentrations.csv")
    sources: dict[str, set[tuple[str, ...]]] = {}
    for row in rows:
        made = (row["doi"] or row["url"], row["cell_source"], row["product"])
        sources.setdefault(row["factor"], set()).add(made)
    assert len(sources) >= 30
    assert len(COMMONEST & set(sources)) >= 12
    assert {f for f in COMMONEST if len(sources.get(f, ())) >= 3} >= {"VEGFA"}


def test_one_publication_alone_widens_what_is_usual() -> None:
    """IL-6 in one well, 24.4 ng/mL, lies above the usual 0.1 to 20 ng/mL; the range holds both."""
    own = known_range("IL6", "concentration", None)
    assert own is not None
    assert (own.low, own.high) == pytest.approx((100.0, 24423.9))
    assert len(own.sources) == 1
