"""One reader per format, found by name or by content; the order is from the particular to the general."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.logs import facts
from secretome_ml.core.registry import Registry, modules_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.readers.choosing import choose_sheet
from secretome_ml.readers.formats.canonical_wide import says_samples_only
from secretome_ml.readers.formats.not_read import refuse_known
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.sample_sheet import is_layout, looks_like_sheet
from secretome_ml.readers.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reader:
    """How to recognise and read one format."""

    recognises: Callable[[Source], bool]
    read: Callable[[Source], Measurements | Profiles]

    @property
    def what(self) -> str:
        """What the format is, in the words of its module."""
        return _first_line(sys.modules[self.read.__module__].__doc__)

    @property
    def says(self) -> str:
        """What is read of a file, in the words of `read`."""
        return _first_line(self.read.__doc__)

    @property
    def sign(self) -> str:
        """What a file is recognised by, in the words of `recognises`."""
        return _first_line(self.recognises.__doc__).removeprefix("Say whether ").rstrip(".")


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


# The particular formats first, the general ones last; a reader that is named in neither stands between.
_FIRST = ("evidence_records", "anndata_h5ad", "mztab", "maxquant", "diann_report", "diann", "fragpipe",
          "spectronaut", "proteome_discoverer", "olink", "olink_wide", "somascan", "xponent", "intelliflex",
          "bioplex")  # fmt: skip
_LAST = (
    "long_results",
    "plate",
    "canonical_long",
    "elisa",
    "canonical_wide",
    "protein_list",
    "matrix",
    "assay_table",
)


def _readers() -> dict[str, Reader]:
    """Return the reader of every module here that has a `NAME`, in the order in which they are asked."""
    modules = {m.__name__.rpartition(".")[2]: m for m in modules_of(__name__, __path__)}
    named = [name for name, module in modules.items() if hasattr(module, "NAME")]
    between = [name for name in named if name not in (*_FIRST, *_LAST)]
    ordered = [modules[name] for name in (*_FIRST, *between, *_LAST)]
    return {m.NAME: Reader(m.recognises, m.read) for m in ordered}


READERS: Registry[Reader] = Registry("format", _readers())


def recognise(source: Source) -> str:
    """Return the name of the format of a file, by its content.

    Raises
    ------
    InputRefused
        If no reader recognises it.
    """
    choose_sheet(source, lambda one: None if says_samples_only(one.header) else _first_that_does(one))
    found = _first_that_does(source)
    if found is not None:
        return found
    if looks_like_sheet(source.header) or is_layout(source.head):
        what = "The table says what samples are, and holds no factor."
        raise InputRefused(
            [Problem(source.name, None, None, what, "Give it with --metadata, beside the measurements.")]
        )
    below = _header_below(source)
    if below is not None:
        what = f"The header seems to stand in row {below}, below a title."
        raise InputRefused([Problem(source.name, below, None, what, "Remove the rows above it.")])
    shown = ", ".join(source.header[:5])[:120]
    what = f"The content is of no known format (it begins with: {shown})."
    remedy = f"Give a table with a `sample` column, or name the format with --format ({', '.join(READERS)})."
    raise InputRefused([Problem(source.name, None, None, what, remedy)])


def _header_below(source: Source) -> int | None:
    """Return the row of the first full header, where titles of one or two cells stand above it."""
    filled = [sum(bool(cell) for cell in cells) for cells in source.head[:30]]
    if len(filled) < 3 or filled[0] > 2 or max(filled) < max(3, 2 * filled[0]):
        return None
    row = next(i for i, count in enumerate(filled) if count >= max(filled) / 2)
    return row + 1 if row else None


def _first_that_does(source: Source) -> str | None:
    """Return the first format that recognises an input; refuse what is recognised and not read."""
    known = refuse_known(source)
    if known is not None:
        raise known
    for name, reader in READERS.items():
        if reader.recognises(source):
            passed = list(READERS)[: list(READERS).index(name)]
            log.debug(
                "%s is read as %s, because %s",
                source.name,
                name,
                reader.sign,
                extra=facts(file=source.name, format=name, passed_over=passed),
            )
            return name
    return None
