"""Amounts that no preparation has, or that stand for something else than an amount."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.profiles.levels import present, stated
from secretome_ml.profiles.levels.reference import known_range, place, published_range
from secretome_ml.readers.doubts.reading import Reading, listed

_ABSOLUTE = ("concentration", "per_cells")
_LINEAR = (*_ABSOLUTE, "intensity", "mfi")
# A wrong prefix is a factor of a thousand; laboratories differ by less than a hundred.
_FAR = 100.0
_SHIFT = 300.0
# Of one factor, in pg/mL: 100 ug/mL is more than any factor reaches in a medium.
_MOST = 1e8
_FEW, _SEVERAL, _ENOUGH = 3, 5, 3
# log2 of a gram per mL; concentrations of a whole panel are never all as small.
_LOG2_AT_MOST = 40.0
_OFTEN, _MANY = 0.2, 10


def far_from_published(reading: Reading) -> Iterator[Problem]:
    """Doubt amounts a hundred times outside of what is published, or beyond 100 ug/mL."""
    rows = reading.numbers(*_ABSOLUTE)
    rows = rows[rows["amount"].gt(0)]
    if rows.empty:
        return
    source, product = (
        rows["sample"].astype(object).map(reading.context[c].astype(object).to_dict()).fillna("")
        for c in ("cell_source", "product")
    )
    keys = [rows["factor"].astype(object), rows["quantity"].astype(object), source, product]
    number = rows.groupby(keys, sort=False).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    limits = np.empty((len(first), 2))
    places = zip(*(key.iloc[first].astype(str) for key in keys), strict=True)
    for limit, (factor, quantity, tissue, made) in zip(limits, places, strict=True):
        asked = factor, quantity, tissue or None, made or None
        known, found = known_range(*asked), published_range(*asked)
        # Cells that are not named may hardly make the factor.
        least = found.low / _FAR if found and tissue else 0.0
        if found is not None and not tissue and len(found.sources) < _ENOUGH and quantity == "per_cells":
            known = None  # one laboratory's cells say little of cells that are not named
        most = min(known.high * _FAR if known else np.inf, _MOST if quantity == "concentration" else np.inf)
        limit[:] = least, most
    amount, order = rows["amount"].to_numpy(dtype=float), np.argsort(number, kind="stable")
    least_of, most_of = limits[number].T
    remedy = "Is the unit right (ng or pg)? Are they amounts at all?"
    for side, far in (("above", amount > most_of), ("below", amount < least_of)):
        if far.any():
            names = rows["name"].iloc[order[far[order]]]
            every = "every published or usual one" if side == "above" else "every published one"
            what = f"The amounts lie far {side} {every} ({_FAR:.0f}-fold or more)."
            yield reading.doubt(None, listed(names), what, remedy)


def logarithms_of_concentrations(reading: Reading) -> Iterator[Problem]:
    """Doubt concentrations that are far below what is usual, while 2 or 10 to their power is usual."""
    rows = reading.numbers("concentration")
    rows = rows[rows["amount"].gt(0)]
    ranges = {f: known_range(f, "concentration", None) for f in rows["factor"].astype(str).unique()}
    rows = rows[rows["factor"].astype(str).isin([f for f, r in ranges.items() if r is not None])]
    if rows["factor"].nunique() < _FEW or rows["amount"].max() > _LOG2_AT_MOST:
        return
    known = [r for f in rows["factor"].astype(str) if (r := ranges[f]) is not None]
    low, high = np.array([r.low for r in known]), np.array([r.high for r in known])
    amounts = rows["amount"].to_numpy(dtype=float)
    raw = np.median(place(amounts, low, high))
    for base in (2.0, 10.0):
        away = np.median(np.abs(place(base**amounts, low, high)))
        if raw < -1.0 and away < 1.0:
            what = f"The concentrations are far below the usual, as if they were log{base:.0f} of them."
            remedy = f"If they are, write [log{base:.0f}] as unit, or give the concentrations."
            yield reading.doubt(None, listed(rows["name"]), what, remedy)
            return


def state_against_value(reading: Reading) -> Iterator[Problem]:
    """Doubt a state that its own number contradicts: not detected at 500, elevated at 0."""
    values = reading.values[reading.values["value"].notna() & reading.values["route"].eq(stated.NAME)]
    value, limit = values["value"].astype(float), values["lod"].astype(float)
    none = values["state"].eq("not_detected") & value.gt(0) & ~value.le(limit)
    some = values["state"].isin(["elevated", "unchanged", "detected"]) & value.eq(0)
    some &= ~values["quantity"].isin(["log2", "npx", "log10", "log2_fold_change"])
    for wrong, what in (
        (none, "Not detected, yet with an amount above any limit that is given; the state was taken."),
        (some, "Detected, yet with an amount of 0; the state was taken."),
    ):
        if wrong.any():
            rows = values[wrong]
            remedy = "Correct the state or the amount; write <limit for what lies below the limit."
            yield reading.doubt(listed(rows["sample"]), listed(rows["name"]), what, remedy)


def units_mixed(reading: Reading) -> Iterator[Problem]:
    """Doubt a factor that stands in one file in several units: one of them may be a slip."""
    rows = reading.values[reading.values["value"].notna() & reading.values["unit"].notna()]
    kinds = rows.assign(unit=rows["unit"].astype(str))[["factor", "name", "unit"]].drop_duplicates()
    several = kinds[kinds.groupby("factor", observed=True)["unit"].transform("nunique").gt(1)]
    told = several.groupby(several["factor"].astype(object), sort=False)["unit"].agg(lambda u: ", ".join(u))
    for units, part in told.groupby(told):
        what = f"The factor stands in the file in several units: {units}."
        yield reading.doubt(None, listed(part.index), what, "Is each meant so? Give one unit a factor.")


def one_sample_in_another_unit(reading: Reading) -> Iterator[Problem]:
    """Doubt a sample that lies hundreds of times above or below the others in most of its factors."""
    rows = reading.numbers(*_LINEAR)
    rows = rows[rows["amount"].gt(0)]
    if rows["sample"].nunique() < _FEW:
        return
    logs = np.log10(rows["amount"].astype(float))
    centre = logs.groupby([rows["factor"], rows["quantity"]], observed=True).transform("median")
    apart = (logs - centre).groupby(rows["sample"], sort=False, observed=True)
    shift = apart.median()[apart.count() >= _FEW]
    for sample, away in shift[shift.abs() >= np.log10(_SHIFT)].items():
        side = "above" if away > 0 else "below"
        what = f"The sample lies about {10 ** abs(away):.0f}-fold {side} the others in most factors."
        yield reading.doubt(str(sample), None, what, "Is it in another unit?")


def not_used(reading: Reading) -> Iterator[Problem]:
    """Doubt numbers whose size says nothing: without a unit, or with nothing to hold them against."""
    values = reading.values
    # A control is what the others are held against.
    compared = values["sample"].isin(set(reading.controls.values()))
    rows = values[values["value"].notna() & values["route"].eq(present.NAME) & ~compared]
    bare = rows["quantity"].isna()
    if bare.any():
        what = "Amount not used: numbers without a unit count as present, whatever their size."
        remedy = "Write the unit behind the name, such as VEGF [pg/mL] or VEGF [fold change]."
        yield reading.doubt(None, listed(rows.loc[bare, "name"]), what, remedy)
    if (~bare).any():
        what = "Amount not used: nothing published to hold them against, and too few samples to compare."
        remedy = "Give a control (--control), or 4 samples or more in one file."
        yield reading.doubt(None, listed(rows.loc[~bare, "name"]), what, remedy)


def all_one(reading: Reading) -> Iterator[Problem]:
    """Doubt a sample that is exactly 1 in every factor: the others are ratios to it."""
    values = reading.values
    linear = values["quantity"].isin(_LINEAR) | values["quantity"].isna()
    grouped = values[linear & values["value"].notna()].groupby("sample", sort=False, observed=True)["value"]
    told = grouped.agg(["min", "max", "count"])
    ones = told[(told["min"] == 1) & (told["max"] == 1) & (told["count"] >= _FEW)]
    if len(told) > len(ones):
        for sample in ones.index:
            what = "Every value of the sample is 1, as if the others were ratios to it."
            yield reading.doubt(
                str(sample), None, what, "Write [fold change] as unit, and leave this sample out."
            )


def zeros(reading: Reading) -> Iterator[Problem]:
    """Doubt many zeros: a zero says "looked for and not detected", an export often means "missing"."""
    values = reading.values
    numbers = values[values["value"].notna()]
    zero = numbers["value"].eq(0) & numbers["state"].eq("not_detected")
    if len(numbers) >= _MANY and zero.mean() >= _OFTEN:
        what = (
            f"{int(zero.sum())} of {len(numbers)} numbers are 0 and were read as looked for and not detected."
        )
        yield reading.doubt(None, None, what, "Leave a cell empty where the factor was not measured.")


def lowest_repeated(reading: Reading) -> Iterator[Problem]:
    """Doubt a lowest value that stands in many samples: it is rather the limit of detection."""
    values = reading.values
    rows = values[values["value"].gt(0) & values["lod"].isna() & values["state"].ne("not_detected")]
    rows = rows[rows["quantity"].ne("fold_change")]
    if rows["sample"].nunique() < _SEVERAL:
        return
    grouped = rows.groupby("factor", observed=True)["value"]
    least = rows["value"].eq(grouped.transform("min"))
    told = pd.DataFrame(
        {"repeats": least.groupby(rows["factor"], observed=True).sum(), "count": grouped.size()}
    )
    often = told[(told["repeats"] >= _FEW) & (told["repeats"] >= _OFTEN * told["count"])]
    often = often[often["repeats"] < often["count"]]
    if len(often):
        what = f"The lowest value stands in {int(often['repeats'].max())} samples alike."
        yield reading.doubt(None, listed(often.index), what, "If it is the limit of detection, write <limit.")
