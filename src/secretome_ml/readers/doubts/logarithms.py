"""Logarithms that are none, linear values that are logarithms, and z-scores."""

from __future__ import annotations

from collections.abc import Iterator

from secretome_ml.core.errors import Problem
from secretome_ml.readers.doubts.reading import Reading, listed

_LOGGED = ("log2", "npx")
# 2^64 is more than any instrument counts.
_CEILING = {"log2": 64.0, "npx": 64.0, "log2_fold_change": 64.0, "log10": 20.0}
_FEW, _MANY = 6, 30
# Logarithms of logarithms of intensities lie near 4 and hardly differ.
_TWICE, _TWICE_SPREAD = 6.5, 0.6
_NEGATIVE = 0.2
_FACTORS, _SAMPLES = 3, 5
_ZERO, _ONE = 0.02, 0.13


def too_large(reading: Reading) -> Iterator[Problem]:
    """Doubt logarithms that no instrument reaches."""
    rows = reading.numbers(*_CEILING)
    large = rows[rows["value"].abs() > rows["quantity"].map(_CEILING).astype(float)]
    if len(large):
        what = f"Values up to {large['value'].max():.4g} are too large for a logarithm."
        yield reading.doubt(
            None, listed(large["name"]), what, "Are they raw? Write [intensity], or their unit."
        )


def too_small_for_linear(reading: Reading) -> Iterator[Problem]:
    """Doubt intensities as small as logarithms."""
    rows = reading.numbers("intensity", "mfi")
    if len(rows) >= _FEW and rows["value"].max() < _CEILING["log2"]:
        what = f"The largest of {len(rows)} intensities is {rows['value'].max():.3g}: they may be logarithms."
        yield reading.doubt(None, None, what, "If they are, write [log2] as unit.")


def taken_twice(reading: Reading) -> Iterator[Problem]:
    """Doubt logarithms that are all alike and small: the logarithm was taken twice."""
    value = reading.numbers("log2")["value"].astype(float)
    if len(value) < _MANY or value.min() <= 0:
        return
    if value.max() < _TWICE and value.std() < _TWICE_SPREAD:
        what = f"All log2 values lie between {value.min():.2g} and {value.max():.2g}."
        yield reading.doubt(None, None, what, "Was the logarithm taken twice? Export it once.")


def centred(reading: Reading) -> Iterator[Problem]:
    """Doubt z-scores: a mean of 0 and a deviation of 1 in every factor, or many negative log2 values."""
    rows = reading.numbers(*_LOGGED)
    remedy = "Z-scores and centred values hold no amounts; give log2 intensities or NPX as exported."
    grouped = rows.assign(value=rows["value"].astype(float)).groupby("factor", observed=True)["value"]
    told = grouped.agg(["mean", "std", "count"])
    told = told[told["count"] >= _SAMPLES]
    alike = (told["mean"].abs() < _ZERO) & ((told["std"] - 1).abs() < _ONE)
    if len(told) >= _FACTORS and alike.mean() > 0.8:
        what = f"{int(alike.sum())} of {len(told)} factors have mean 0 and standard deviation 1: z-scores."
        yield reading.doubt(None, None, what, remedy)
        return
    log2 = rows[rows["quantity"].eq("log2")]
    if len(log2) >= _FEW and log2["value"].lt(0).mean() >= _NEGATIVE:
        what = f"{int(log2['value'].lt(0).sum())} of {len(log2)} log2 values are negative, like z-scores."
        yield reading.doubt(None, None, what, remedy)
