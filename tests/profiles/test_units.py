"""Units and their conversion; the published table is worked out again."""

import csv
import re

import pytest

from secretome_ml.core.paths import data_dir
from secretome_ml.profiles.units import molecular_weights, parse_unit
from secretome_ml.readers.genes import resolve_name


@pytest.mark.parametrize(
    ("text", "quantity", "factor"),
    [
        ("pg/mL", "concentration", 1),
        ("pg/ml", "concentration", 1),
        ("pg mL-1", "concentration", 1),
        ("pg·mL", None, None),
        ("ng/mL", "concentration", 1e3),
        ("ug/mL", "concentration", 1e6),
        ("µg/mL", "concentration", 1e6),
        ("μg/mL", "concentration", 1e6),
        ("mg/L", "concentration", 1e6),
        ("ng/L", "concentration", 1),
        ("ng/dL", "concentration", 10),
        ("pg per mL", "concentration", 1),
        ("pg/10^6 cells", "per_cells", 1),
        ("pg/10(6) cells", "per_cells", 1),
        ("ng/10^6 cells", "per_cells", 1e3),
        ("pg/10(5) cells/ml", "per_cells", 10),
        ("pg/1e6 cells/24h", "per_cells", 1),
        ("pg/10^6 cells/48 h", "per_cells", 0.5),
        ("pg/10^6 cells/day", "per_cells", 1),
        ("pg/10^6 cells/2 days", "per_cells", 0.5),
        ("pg/million cells", "per_cells", 1),
        ("pg/cell", "per_cells", 1e6),
        ("pg/h/10^6 cells", "per_cells", 24),
        ("pg/24 h/10^6 cells", "per_cells", 1),
        ("pg/mL/24h", "concentration", 1),
        ("pg/mL/h", "concentration", 24),
        ("pg/mL/day", "concentration", 1),
        ("ng/mL/2 days", "concentration", 500),
        ("pg/mg protein", None, None),
        ("pg/10^9 particles", None, None),
        ("NPX", "npx", 1),
        ("log2", "log2", 1),
        ("MFI", "mfi", 1),
        ("fold change", "fold_change", 1),
        ("log2FC", "log2_fold_change", 1),
        ("furlong", None, None),
        ("", None, None),
        ("mM/week", None, None),
    ],
)
def test_units(text: str, quantity: str | None, factor: float | None) -> None:
    unit = parse_unit(text)
    if quantity is None:
        assert unit is None
    else:
        assert unit is not None
        assert (unit.quantity, unit.factor) == (quantity, pytest.approx(factor))


@pytest.mark.parametrize(
    ("text", "factor"), [("pM", 1), ("nM", 1e3), ("pmol/L", 1), ("nmol/L", 1e3), ("fM", 1e-3)]
)
def test_molar_units_need_a_mass(text: str, factor: float) -> None:
    unit = parse_unit(text)
    assert unit is not None
    assert unit.molar
    assert unit.factor == pytest.approx(factor)


def test_unstated_collection_time_is_said() -> None:
    unit = parse_unit("pg/10^6 cells")
    assert unit is not None
    assert unit.assumed is not None
    assert "24 h is assumed" in unit.assumed


def test_molar_values_are_converted(tmp_path_factory: pytest.TempPathFactory) -> None:
    from secretome_ml.readers import read_profiles

    path = tmp_path_factory.mktemp("m") / "t.csv"
    path.write_text("sample,factor,value,unit\na,CXCL8,1,nM\nb,CXCL8,5000,pg/mL\n")
    profiles = read_profiles(path, control="b")
    row = profiles.factors[profiles.factors["sample"] == "a"].iloc[0]
    assert row["vs"] == "b"
    assert molecular_weights()["CXCL8"] == pytest.approx(11.1, abs=0.1)
    assert row["state"] == "elevated"
    assert any("molecular weight" in n for n in profiles.notes)


def test_published_table_is_worked_out_again() -> None:
    with (data_dir() / "reference" / "concentrations.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 20
    for row in rows:
        unit = parse_unit(row["unit"])
        assert unit is not None
        assert unit.quantity == row["quantity"]
        assert resolve_name(row["name"]).factor == row["factor"]
        assert row["doi"] or row["url"]
        factor = unit.factor
        if unit.assumed and row["collection_hours"]:
            factor *= 24 / float(row["collection_hours"])
        spread = re.match(r"[\d.]+", row["spread"])
        about = float(spread[0]) if spread else 0.0
        low, high = float(row["value_low"]), float(row["value_high"])
        assert float(row["low"]) == pytest.approx(max(low - about, low / 10) * factor, rel=1e-4)
        assert float(row["high"]) == pytest.approx((high + about) * factor, rel=1e-4)
