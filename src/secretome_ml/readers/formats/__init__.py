"""One reader per format, found by name or by content; the order is from the particular to the general."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.logs import facts
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.sample_sheet import is_layout, looks_like_sheet
from secretome_ml.readers.source import Source
from secretome_ml.registry import Registry, modules_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reader:
    """How to recognise and read one format."""

    recognises: Callable[[Source], bool]
    read: Callable[[Source], Measurements | Profiles]

    @property
    def sign(self) -> str:
        """What a file is recognised by, in the words of `recognises`."""
        return (self.recognises.__doc__ or "").split("\n")[0].removeprefix("Say whether ").rstrip(".")


# The particular formats first, the general ones last; a reader that is named in neither stands between.
_FIRST = ("evidence_records", "anndata_h5ad", "mztab", "maxquant", "diann_report", "diann", "fragpipe",
          "spectronaut", "proteome_discoverer", "olink", "xponent", "intelliflex", "bioplex")  # fmt: skip
_LAST = ("plate", "canonical_long", "elisa", "canonical_wide", "protein_list")


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
    if looks_like_sheet(source.header) or is_layout(source.head):
        what = "The table says what samples are, and holds no factor."
        raise InputRefused(
            [Problem(source.name, None, None, what, "Give it with --metadata, beside the measurements.")]
        )
    shown = ", ".join(source.header[:5])[:120]
    what = f"The content is of no known format (it begins with: {shown})."
    remedy = f"Give a table with a `sample` column, or name the format with --format ({', '.join(READERS)})."
    raise InputRefused([Problem(source.name, None, None, what, remedy)])
