"""Any supported file, or stdin, to profiles."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Origin, Profiles
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.choosing import choose_sheet, take_sheet
from secretome_ml.readers.formats import READERS, recognise
from secretome_ml.readers.formats.canonical_wide import standard_name
from secretome_ml.readers.measurements import SCALES, Measurements
from secretome_ml.readers.sample_sheet import read_sample_sheet
from secretome_ml.readers.source import Source, open_source

log = logging.getLogger(__name__)


def read_profiles(
    path: Path | str,
    format: str | None = None,
    metadata: Path | str | None = None,
    control: str | None = None,
    lenient: bool = False,
    among: bool = True,
    sheet: str | None = None,
) -> Profiles:
    """Read profiles from a file of any supported format.

    Parameters
    ----------
    path : path
        The file, or `-` for stdin.
    format : str, optional
        Name of its format; default: recognised from the content.
    metadata : path, optional
        A sample sheet: what each sample is.
    control : str, optional
        Sample that the others are compared with.
    lenient : bool
        Whether samples that stand on one side only of table and sheet are warnings.
    among : bool
        Whether an amount is also graded among the samples of its file; not for a model that was adapted to
        a laboratory's lots, where each stands for itself.
    sheet : str, optional
        Which sheet of a workbook; default: the only one that is shown and can be read.

    Returns
    -------
    Profiles
        `notes` says what was decided, `warnings` what to look at.

    Raises
    ------
    InputRefused
        If the file or the sheet cannot be read; every offending row is listed.
    """
    profiles = read_source(open_source(path), format, metadata, control, lenient, among, sheet)
    for note in profiles.notes:
        log.info("%s", note)
    for warning in profiles.warnings:
        log.warning("%s", warning)
    return profiles


def read_source(
    source: Source,
    format: str | None = None,
    metadata: Path | str | None = None,
    control: str | None = None,
    lenient: bool = False,
    among: bool = True,
    sheet: str | None = None,
) -> Profiles:
    """Read profiles from an opened input; see `read_profiles`."""
    if sheet is not None:
        take_sheet(source, sheet)
    name = format if format is not None else recognise(source)
    if format is not None:
        choose_sheet(source, lambda one: format if READERS[format].recognises(one) else None)
        log.debug("%s is read as %s, because --format says so", source.name, name)
    samples = read_sample_sheet(metadata) if metadata is not None else None
    if samples is not None:
        source.sheet_samples = tuple(samples.frame["sample"])
    measured = READERS[name].read(source)
    if isinstance(measured, Profiles):
        profiles = _complete(measured, source.name, metadata, control)
    else:
        profiles = assemble(measured, source.name, samples, control, lenient, among=among)
    if others := [title for title in source.sheets if title != source.sheet.name]:
        what = f"Only the sheet '{source.sheet.name[:60]}' was read, not {', '.join(others)[:200]}."
        left = Problem(source.name, None, None, what, "Name another with --sheet to read it.")
        profiles = replace(profiles, warnings=(*profiles.warnings, left))
    sheet_name = Path(metadata).name if metadata is not None else ""
    origin = Origin(source.name, name, sheet_name, control or "")
    if isinstance(measured, Measurements):
        columns = measured.columns or _columns(source.header, profiles)
        origin = replace(
            origin,
            scale=SCALES[measured.scale],
            columns=tuple(columns.items()),
            dropped=tuple(measured.dropped.items()),
        )
    return replace(profiles, origins=(origin,))


def _columns(header: list[str], profiles: Profiles) -> dict[str, str]:
    """Return what was made of each column or analyte, for the readers of one known layout."""
    factors = profiles.factors[["name", "factor"]].astype(str).drop_duplicates()
    found = {
        c: "about the sample" for c in header if standard_name(c) in (*CONTEXT_COLUMNS, "preconditioning")
    }
    found |= {
        str(r.label): f"amount of {r.factor}" for r in factors.rename(columns={"name": "label"}).itertuples()
    }
    return found | {str(n): "unknown name, not used" for n in profiles.unknown["name"].unique()}


def _complete(profiles: Profiles, file: str, metadata: Path | str | None, control: str | None) -> Profiles:
    """Refuse what evidence records do not take, because they state it themselves."""
    problems = [
        Problem(file, None, option, "Evidence records state this themselves.", f"Leave out --{option}.")
        for option, given in (("metadata", metadata), ("control", control))
        if given is not None
    ]
    if problems:
        raise InputRefused(problems)
    return profiles
