"""A plain ELISA table: `factor, value, unit`, without a column of samples: the file is one sample."""

from __future__ import annotations

from secretome_ml.readers.formats import canonical_long
from secretome_ml.readers.measurements import Measurements
from secretome_ml.readers.source import Source

NAME = "elisa"


def recognises(source: Source) -> bool:
    """Say whether the header has a column of factors and of values, and none of samples."""
    found = canonical_long.columns_of(source.header)
    return "factor" in found and "value" in found and "sample" not in found


def read(source: Source) -> Measurements:
    """Read the table as one sample, named after the file; with a sample column it is a long table."""
    table = source.table()
    return canonical_long.read_long(table, one_sample=source.name.split(".")[0])
