"""Any supported file, or stdin, to profiles."""

from __future__ import annotations

from pathlib import Path

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.profiles.assemble import assemble
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.profiles.readers import READERS, recognise
from secretome_ml.profiles.sample_sheet import read_sample_sheet
from secretome_ml.profiles.source import Source, open_source


def read_profiles(
    path: Path | str,
    format: str | None = None,
    metadata: Path | str | None = None,
    control: str | None = None,
    lenient: bool = False,
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

    Returns
    -------
    Profiles
        `notes` says what was decided, `warnings` what to look at.

    Raises
    ------
    InputRefused
        If the file or the sheet cannot be read; every offending row is listed.
    """
    return read_source(open_source(path), format, metadata, control, lenient)


def read_source(
    source: Source,
    format: str | None = None,
    metadata: Path | str | None = None,
    control: str | None = None,
    lenient: bool = False,
) -> Profiles:
    """Read profiles from an opened input; see `read_profiles`."""
    name = format if format is not None else recognise(source)
    measured = READERS[name].read(source)
    if isinstance(measured, Profiles):
        return _complete(measured, source.name, metadata, control)
    sheet = read_sample_sheet(metadata) if metadata is not None else None
    return assemble(measured, source.name, sheet, control, lenient)


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
