"""Rows that are no samples, controls that nothing was compared with, samples without a known factor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from secretome_ml.core.errors import Problem
from secretome_ml.readers.doubts.reading import Reading, listed

_SUMMARY = re.compile(
    r"(?:grand|overall|column)?[ _]?(?:mean|average|avg|median|totals?|sum|sd|stdev|sem|%?cv)"
    r"[ _]?(?:all|samples?|\(.{0,40}\))?",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"(?:assay |detection |lower |upper |mean )*(?:[lu]{0,3}lo[dq]|mdd|mdc|mdl|"
    r"lower limit|upper limit|limits?|sensitivity|"
    r"(?:lower |upper )?(?:detection limits?|limits? of (?:detection|quantification|quantitation)))"
    r"(?: \(.{0,40}\)| \[.{0,40}\])?",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"(?:^|[^a-z])(?:controls?|ctrl|untreated|vehicle|medium only|unconditioned|blank medium|basal medium)"
    r"(?:$|[^a-z])",
    re.IGNORECASE,
)
_NO_PRODUCT = re.compile(
    r"(?:blank|background|empty|buffer|pbs|saline|vehicle|dmso)(?: control| well)?(?: \d+)?|"
    r"(?:(?:fresh|basal|culture|growth|cell|complete|plain|control|unconditioned|cell free|serum free) )*"
    r"(?:medium|media|dmem|rpmi|mem|alpha mem|α mem|fbs|fcs)(?: only| alone| blank| control)?(?: \d+)?",
    re.IGNORECASE,
)
_LINEAR = ("concentration", "per_cells", "intensity", "mfi")
_FEW, _MANY = 3, 10
_LIKE = 2e-3


def summary_rows(reading: Reading) -> Iterator[Problem]:
    """Doubt a row named like a mean or a total, or a last row that is one of the rows above it."""
    remedy = "Remove the row; it is no sample."
    names = [str(s) for s in reading.context.index]
    named = [s for s in names if _SUMMARY.fullmatch(s.strip())]
    for sample in named:
        yield reading.doubt(sample, "sample", "The row is named like a mean, a total or a deviation.", remedy)
    if limits := [s for s in names if _LIMIT.fullmatch(s.strip())]:
        what = "The row is named like a limit of detection, and was read as a sample."
        yield reading.doubt(listed(limits), "sample", what, "Remove it; write cells below it as `<limit`.")
    if names and names[-1] not in named and (which := _made_of_others(reading, names[-1])):
        yield reading.doubt(names[-1], None, f"The last row is the {which} of the rows above it.", remedy)


def _made_of_others(reading: Reading, last: str) -> str | None:
    values = reading.values
    rows = values[values["amount"].gt(0) & (values["quantity"].isin(_LINEAR) | values["quantity"].isna())]
    own = rows[rows["sample"].eq(last)].drop_duplicates("factor").set_index("factor")["amount"].astype(float)
    grouped = rows[rows["sample"].ne(last)].groupby("factor", observed=True)["amount"]
    told = grouped.agg(["mean", "sum", "median", "count"]).reindex(own.index).astype(float)
    told = told[told["count"] >= 2]
    if len(told) < _FEW:
        return None
    for which in ("mean", "sum", "median"):
        if np.allclose(own.loc[told.index], told[which], rtol=_LIKE, atol=0.0):
            return which
    return None


def one_direction(reading: Reading) -> Iterator[Problem]:
    """Doubt a comparison of which all changes are up, or all down: it may be no change at all."""
    rows = reading.numbers("log2_fold_change", "fold_change")
    changed = rows[rows["state"].isin(["elevated", "decreased"])]
    states = changed["state"].astype(object)
    told = states.groupby(changed["sample"].astype(object), sort=False).agg(["nunique", "size", "first"])
    for direction, part in told[(told["nunique"] == 1) & (told["size"] >= _MANY)].groupby("first"):
        what = f"All changes of the sample are {direction}."
        yield reading.doubt(
            listed(part.index), None, what, "Is the column one of changes, and of all proteins?"
        )


def control_among_samples(reading: Reading) -> Iterator[Problem]:
    """Doubt a sample that is named like a control while nothing is compared with a control."""
    names = [str(s) for s in reading.context.index]
    found = [s for s in names if _CONTROL.search(s.replace("_", " "))]
    if reading.controls or not found or len(found) == len(names) or reading.values["value"].isna().all():
        return
    what = "Named like a control, but scored as a sample, and nothing was compared with it."
    yield reading.doubt(
        listed(found), "sample", what, "Name it with --control, or as `role` in the sample sheet."
    )


def named_like_no_product(reading: Reading) -> Iterator[Problem]:
    """Doubt a sample that is called blank or medium, and is scored as what cells made."""
    made = reading.context["product"].astype(object).ne("unconditioned_medium")
    names = [str(s) for s in reading.context.index[made]]
    held = set(reading.controls.values())
    found = [s for s in names if s not in held and _NO_PRODUCT.fullmatch(re.sub(r"[ _.-]+", " ", s).strip())]
    if found:
        what = "Called a blank or a medium without cells, and scored as what cells made."
        remedy = "Leave it out, write `unconditioned_medium` as its product, or name it with --control."
        yield reading.doubt(listed(found), "sample", what, remedy)


def nothing_known(reading: Reading) -> Iterator[Problem]:
    """Doubt samples without a known factor: the score then rests on the context alone."""
    known = set(reading.values["sample"].unique())
    lost = [str(s) for s in dict.fromkeys(reading.unknown["sample"].astype(object)) if s not in known]
    if lost:
        what = "None of the factor names is known; the score rests on the context alone."
        names = reading.unknown["name"]
        yield reading.doubt(
            listed(lost), None, what, f"See what {listed(names)} may be: `vocabulary find NAME`."
        )
    empty = [str(s) for s in reading.context.index if s not in known and str(s) not in set(lost)]
    if empty:
        what = "No factor has a value; the score rests on the context alone."
        yield reading.doubt(listed(empty), None, what, "Fill in what was measured.")


def letters_of_another_alphabet(reading: Reading) -> Iterator[Problem]:
    """Doubt unknown names with Cyrillic letters: they look like Latin ones and mean nothing here."""
    names = dict.fromkeys(str(n) for n in reading.unknown["name"].dropna())
    mixed = [n for n in names if any(unicodedata.name(c, "").startswith("CYRILLIC") for c in n[:200])]
    if mixed:
        what = "The name holds Cyrillic letters that look like Latin ones; it is unknown."
        yield reading.doubt(None, listed(mixed), what, "Type the name again.")
