"""Measurements to profiles: roles, names, units, replicates and levels, in this order."""

from __future__ import annotations

import difflib
from collections import Counter
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.levels import Setting, find_all_levels
from secretome_ml.profiles.profiles import FACTOR_COLUMNS, Profiles, make_profiles
from secretome_ml.readers.blanks import apply_blanks
from secretome_ml.readers.described import Described, describe
from secretome_ml.readers.doubts import find_doubts
from secretome_ml.readers.doubts.reading import one_of_a_kind
from secretome_ml.readers.genes import GroupResolution, resolve_group
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.quantities import add_quantities
from secretome_ml.readers.replicates import summarise
from secretome_ml.readers.sample_sheet import SampleSheet


def assemble(
    measured: Measurements,
    file: str,
    sheet: SampleSheet | None = None,
    control: str | None = None,
    lenient: bool = False,
    relative: bool = True,
    among: bool = True,
) -> Profiles:
    """Return profiles of what a reader measured.

    Parameters
    ----------
    measured : Measurements
        What the reader gave.
    file : str
        Name of the file, for messages.
    sheet : SampleSheet, optional
        What the samples are.
    control : str, optional
        Sample (or joined replicates) that the others are compared with.
    lenient : bool
        Whether names on one side only of sheet and table are warnings instead of refusals.
    relative : bool
        Whether samples of the file may be compared with one another, and looked over for mistakes.
    among : bool
        Whether an amount is also graded among the samples of its file, where `relative`.

    Raises
    ------
    InputRefused
        If the sheet does not fit, the control does not exist, or no sample is left.
    """
    with _shared_frames():
        return _assemble(measured, file, sheet, control, lenient, relative, among)


def _shared_frames() -> AbstractContextManager[object]:
    """Let frames share what they have in common: a proteome of 200 samples is copied dozens of times else.

    pandas 3 always does.
    """
    if int(pd.__version__.partition(".")[0]) >= 3:
        return nullcontext()
    shared: AbstractContextManager[object] = pd.option_context("mode.copy_on_write", True)
    return shared


def _assemble(
    measured: Measurements,
    file: str,
    sheet: SampleSheet | None,
    control: str | None,
    lenient: bool,
    relative: bool,
    among: bool,
) -> Profiles:
    told = describe(measured, file, sheet, lenient)
    values, notes = measured.values, list(told.notes)
    notes += [f"{count} rows dropped: {reason}" for reason, count in measured.dropped.items()]
    if measured.scale == "mfi":
        values, said = apply_blanks(values, dict(measured.roles))
        notes += said
    values = values[values["sample"].astype(str).isin(told.samples)]
    values = values.assign(sample=values["sample"].astype(object).map(told.samples).astype("category"))
    if not told.samples:
        raise InputRefused(
            [
                Problem(
                    file,
                    None,
                    None,
                    "No sample is left: all wells are blanks or standards.",
                    "Check the roles.",
                )
            ]
        )
    values, unknown, of_groups = _resolve(values)
    joined = unknown["sample"].astype(object)
    unknown = unknown.assign(sample=joined.map(told.joined).fillna(joined)).drop_duplicates(
        ["sample", "name"]
    )
    notes += of_groups
    values, said = add_quantities(values, measured.scale)
    notes += said
    values = values.assign(spread=np.nan, n=1.0, state=values["state"].astype(object))
    values = _one_per_factor(values, told, measured.scale in ("intensity", "log2"), notes)
    controls = _controls(told, control, file)
    setting = Setting(told.context, controls, told.batches, relative and among)
    values, said = find_all_levels(values, setting)
    notes += said
    # A stream holds a part of its file; what looks odd in a part may not be odd.
    doubts = (
        find_doubts(file, values, told.context, told.preconditioning, unknown, controls) if relative else ()
    )
    shown = values.assign(n=values["n"].where(values["n"] > 1))[list(FACTOR_COLUMNS)]
    return make_profiles(
        told.context,
        told.preconditioning,
        told.manipulations,
        shown,
        unknown,
        tuple(dict.fromkeys(notes)),
        one_of_a_kind((*told.warnings, *doubts)),
    )


def _resolve(values: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Add `factor`; each distinct name and group is resolved once."""
    names = values["name"].astype(object).where(values["name"].notna(), "")
    accessions = values["accession"].astype(object).where(values["accession"].notna(), "")
    name_codes, name_texts = pd.factorize(names)
    group_codes, group_texts = pd.factorize(accessions)
    codes, pairs = pd.factorize(name_codes.astype(np.int64) * max(len(group_texts), 1) + group_codes)
    width = max(len(group_texts), 1)
    ids, shown_names = list(group_texts), list(name_texts)
    found = [resolve_group(str(ids[int(p) % width]), str(shown_names[int(p) // width])) for p in pairs]
    own, factors = pd.factorize(np.array([r.factor for r in found], dtype=object))
    values = values.assign(factor=pd.Categorical.from_codes(own[codes], categories=pd.Index(factors)))
    shown = names.where(names.ne(""), accessions)
    lost = values["factor"].isna()
    reasons = np.array([r.reason for r in found] + [None], dtype=object)
    unknown = pd.DataFrame({"sample": values["sample"], "name": shown, "reason": reasons[codes]})[lost]
    unknown = unknown.drop_duplicates(["sample", "name"])
    notes = _said_of_groups(found)
    if any(r.how == "unresolved" for r in found):
        some = ", ".join(str(n)[:40] for n in list(dict.fromkeys(unknown["name"]))[:5])
        count = sum(r.how == "unresolved" for r in found)
        notes.append(f"{count} of {len(found)} names are unknown or ambiguous (such as {some})")
    return values[~lost].assign(name=shown[~lost]), unknown, notes


def _said_of_groups(found: list[GroupResolution]) -> list[str]:
    how = Counter(r.how for r in found)
    notes = []
    if how["leading"]:
        shown = [f"{'/'.join(r.members[:3])} as {r.factor}" for r in found if r.how == "leading"][:3]
        notes.append(
            f"{how['leading']} groups of several genes resolved to their leading protein "
            f"(such as {', '.join(shown)})"
        )
    if how["family"]:
        notes.append(f"{how['family']} groups resolved to the family that their members share")
    orthologs = [r.factor for r in found if r.ortholog]
    if orthologs:
        listed = ", ".join(str(f) for f in orthologs[:5])
        notes.append(
            f"{len(orthologs)} names of another species mapped to the human ortholog by symbol "
            f"(such as {listed})"
        )
    dated = sum("spreadsheet" in (r.reason or "") for r in found)
    if dated:
        notes.append(f"{dated} gene names are dates that a spreadsheet made; they are unknown")
    return notes


def _one_per_factor(
    values: pd.DataFrame, told: Described, spectrometric: bool, notes: list[str]
) -> pd.DataFrame:
    """Join replicate wells, replicate samples, then the analytes that stand for one factor."""
    values = values.assign(
        quantity=values["quantity"].astype(object),
        unit=values["unit"].astype(object),
        flag=values["flag"].astype(object),
    )
    analyte = ["sample", "factor", "quantity", "name", "accession"]
    if spectrometric:
        # Of several groups of one factor the most intense stands for it, sample by sample.
        keys = ["sample", "factor", "quantity"]
        several = values.duplicated(keys, keep=False)
        if several.any():
            best = (
                values[several]
                .sort_values("log2", ascending=False, kind="stable")
                .drop_duplicates(keys)
                .index
            )
            count = values.loc[several, "factor"].nunique()
            notes.append(
                f"{count} factors have several protein groups: the most intense counts, sample by sample"
            )
            values = values[~several | values.index.isin(best)]
    else:
        values = values.assign(
            accession=values["accession"].astype(object).where(values["accession"].notna(), "")
        )
        repeated = int(values.duplicated(analyte).sum())
        if repeated:
            notes.append(f"{repeated} repeated measurements joined: median of the log values, spread kept")
        values = summarise(values, analyte)
    if told.joined:
        names = values["sample"].astype(object)
        values = values.assign(sample=names.map(told.joined).where(names.isin(told.joined), names))
    elif not spectrometric:
        several = values[values.duplicated(["sample", "factor", "quantity"], keep=False)]
        if len(several):
            shown = ", ".join(dict.fromkeys(several["name"].astype(str)))
            notes.append(f"several names of one factor joined: median of the log values ({shown[:120]})")
    return summarise(values, ["sample", "factor", "quantity"])


def _controls(told: Described, control: str | None, file: str) -> dict[str, str]:
    """Return sample to control: the named one for all, else the sheet's control of the same batch."""
    samples = [str(s) for s in told.context.index]
    if control is not None:
        name = told.joined.get(control, told.samples.get(control, control))
        name = told.joined.get(name, name)
        if name not in samples:
            near = difflib.get_close_matches(control, samples, 3, 0.5)
            remedy = f"Use one of {', '.join(near or samples[:5])}."
            raise InputRefused(
                [Problem(file, None, "control", f"There is no sample '{control[:60]}'.", remedy)]
            )
        return {s: name for s in samples if s != name}
    found: dict[str, str] = {}
    controls: dict[str, list[str]] = {}
    for sample in samples:
        if told.roles.get(sample) == "control":
            controls.setdefault(told.batches.get(sample, ""), []).append(sample)
    several = {batch: names for batch, names in controls.items() if len(names) > 1}
    if several:
        remedy = "Name one with --control, or give them one `group` and a `replicate`."
        raise InputRefused(
            [
                Problem(
                    file,
                    None,
                    "role",
                    f"Batch '{batch}' has {len(names)} controls ({', '.join(names[:3])}).",
                    remedy,
                )
                for batch, names in several.items()
            ]
        )
    for sample in samples:
        own = controls.get(told.batches.get(sample, ""))
        if own and sample != own[0]:
            found[sample] = own[0]
    return found
