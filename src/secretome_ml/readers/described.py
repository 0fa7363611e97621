"""What every sample is: the file's own words and the sample sheet's, brought together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.context import PRODUCT_WORDS, manipulations_of
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.joining import join_names
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.replicates import replicate_groups
from secretome_ml.readers.sample_sheet import SampleSheet

_KEPT = ("sample", "control")


@dataclass(frozen=True)
class Described:
    """The samples that become profiles.

    Parameters
    ----------
    samples : dict of str to str
        Name in the table to name in the profiles, for samples and controls; blanks and standards are gone.
    context : pandas.DataFrame
        One row per profile.
    preconditioning, manipulations : list of dict
        Rows of the long frames.
    roles, batches : dict of str to str
        Per profile.
    joined : dict of str to str
        Sample to the name of its joined replicates.
    notes, warnings : tuple
        What was decided and what the owner should look at.
    """

    samples: dict[str, str]
    context: pd.DataFrame
    preconditioning: list[dict[str, object]]
    manipulations: list[dict[str, object]]
    roles: dict[str, str]
    batches: dict[str, str]
    joined: dict[str, str]
    notes: tuple[str, ...]
    warnings: tuple[Problem, ...]


def describe(measured: Measurements, file: str, sheet: SampleSheet | None, lenient: bool) -> Described:
    """Bring the file's and the sheet's words about the samples together; the sheet's win.

    Raises
    ------
    InputRefused
        If a sheet row has no sample or a sample no sheet row (a warning when `lenient`, unless nothing fits).
    """
    roles = {name: str(role) for name, role in measured.roles.items()}
    table = [name for name, role in roles.items() if role in _KEPT]
    own = measured.context.reindex(index=table, columns=[*CONTEXT_COLUMNS, PRODUCT_WORDS]).astype("string")
    notes, warnings = list(measured.notes), list(measured.warnings)
    told = list(measured.preconditioning)
    if sheet is None:
        return _finish(
            measured, {s: s for s in table}, own, told, roles, dict(measured.batches), {}, notes, warnings
        )
    names = sheet.frame["sample"].tolist()
    everything = list(roles)
    known = [s for s in everything if roles[s] in _KEPT or s in names]
    joined = join_names(names, sheet.lines, known, measured.wells, (sheet.file, file))
    wrong = [p for p in joined.problems if p.file == file or not sheet.layout]
    wrong = [p for p in wrong if p.row not in roles or roles[str(p.row)] in _KEPT]
    if wrong and (not lenient or not joined.samples):
        raise InputRefused(wrong)
    warnings += wrong
    notes += [*sheet.notes, *joined.notes]
    rows = sheet.frame.set_index("sample").loc[list(joined.samples)]
    rows.index = pd.Index(list(joined.samples.values()), name="sample")
    roles |= {str(s): str(r) for s, r in rows["role"].dropna().items()}
    samples = {s: s for s in everything if roles[s] in _KEPT}
    if "rename" in rows:
        samples |= {str(s): str(n) for s, n in rows["rename"].items() if s in samples}
    context = own.reindex(list(samples))
    warnings += _species_disagree(rows, own, sheet)
    for column in (*CONTEXT_COLUMNS, PRODUCT_WORDS):
        if column in rows:
            context[column] = rows[column].reindex(context.index).astype("string").fillna(context[column])
    stated = {
        joined.samples[str(e["sample"])] for e in sheet.preconditioning if e["sample"] in joined.samples
    }
    told = [e for e in told if e["sample"] not in stated]
    told += [
        {**e, "sample": joined.samples[str(e["sample"])]}
        for e in sheet.preconditioning
        if e["sample"] in joined.samples
    ]
    batches = dict(measured.batches)
    if "batch" in rows:
        batches |= {str(s): str(b) for s, b in rows["batch"].items() if b}
    treatment = _treatments(told, list(rows.index))
    told_rows = rows.assign(treatment=treatment, sheet_name=list(joined.samples))
    groups, said, more = replicate_groups(told_rows.loc[told_rows.index.isin(list(samples))], sheet.file)
    return _finish(
        measured, samples, context, told, roles, batches, groups, [*notes, *said], [*warnings, *more]
    )


def _species_disagree(rows: pd.DataFrame, own: pd.DataFrame, sheet: SampleSheet) -> list[Problem]:
    """Return where the sheet states another species than the protein names of the file."""
    if "species" not in rows:
        return []
    table = own["species"].reindex(rows.index)
    wrong = rows.index[(rows["species"] != table).fillna(False)]
    said = {
        f"The sheet says {rows.at[s, 'species']}, the protein names of the file {table[s]}." for s in wrong
    }
    remedy = "The sheet's was taken; correct it if it is wrong."
    return [Problem(sheet.file, str(wrong[0]), "species", what, remedy) for what in sorted(said)]


def _treatments(entries: list[dict[str, object]], samples: list[str]) -> list[str]:
    """Return the preconditioning of every sample as one text, to compare it."""
    texts: dict[str, list[str]] = {s: [] for s in samples}
    for entry in entries:
        words = "|".join(f"{k}={v}" for k, v in entry.items() if k != "sample" and v is not None)
        texts.setdefault(str(entry["sample"]), []).append(words)
    return [" + ".join(texts[s]) for s in samples]


def _finish(
    measured: Measurements,
    samples: dict[str, str],
    context: pd.DataFrame,
    preconditioning: list[dict[str, object]],
    roles: dict[str, str],
    batches: dict[str, str],
    joined: dict[str, str],
    notes: list[str],
    warnings: list[Problem],
) -> Described:
    """Name the profiles: one per sample, or per group of replicates, which takes its first member's words."""
    final = {s: joined.get(s, shown) for s, shown in samples.items()}
    context = context.rename(index=final)
    context = context[~context.index.duplicated()]
    kept: dict[str, str] = {}
    for sample, name in final.items():
        kept.setdefault(name, sample)
    told = [
        {**e, "sample": final[str(e["sample"])]}
        for e in preconditioning
        if kept.get(final.get(str(e["sample"]), "")) == e["sample"]
    ]
    done = [
        {**e, "sample": final[str(e["sample"])]} for e in measured.manipulations if str(e["sample"]) in final
    ]
    covered = {e["sample"] for e in done}
    done += [e for e in manipulations_of(context) if e["sample"] not in covered]
    return Described(
        samples=samples,
        context=context,
        preconditioning=told,
        manipulations=done,
        roles={name: roles[s] for name, s in kept.items()},
        batches={name: batches[s] for name, s in kept.items() if s in batches},
        joined={samples[s]: group for s, group in joined.items() if s in samples},
        notes=tuple(dict.fromkeys(notes)),
        warnings=tuple(dict.fromkeys(warnings)),
    )
