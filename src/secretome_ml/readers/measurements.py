"""What an instrument reader gives: long measurements, not yet names of the vocabulary and not yet levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from secretome_ml.core.errors import Problem

Scale = Literal["intensity", "log2", "npx", "mfi", "concentration", "stated"]
Role = Literal["sample", "control", "blank", "standard", "quality_control"]

ROLES: tuple[Role, ...] = ("sample", "control", "blank", "standard", "quality_control")
VALUE_COLUMNS = ("sample", "name", "accession", "value", "unit", "lod", "state", "flag")
_NUMBERS = ("value", "lod")

# The scales in words.
SCALES: dict[Scale, str] = {
    "intensity": "linear amounts without a unit",
    "log2": "log2 amounts",
    "npx": "NPX (log2)",
    "mfi": "fluorescence (MFI)",
    "concentration": "concentrations",
    "stated": "what each unit or state says",
}


@dataclass(frozen=True)
class Measurements:
    """Measured values of any instrument.

    Parameters
    ----------
    values : pandas.DataFrame
        One row per sample and analyte, columns `VALUE_COLUMNS`; no row = not measured. `state` is stated by
        the file (`not_detected` = below the limit); `flag` is a remark on the value such as `QC warning`.
    scale : str
        What the values are where no unit says otherwise: `intensity` (linear), `log2`, `npx`, `mfi`,
        `concentration`, `stated` (states, or numbers whose unit the table names).
    roles : dict of str to str
        Role of every sample in the file's own terms, one of `ROLES`; `quality_control` is the kit's own.
    context : pandas.DataFrame
        Context columns that the file itself carries, indexed by sample.
    preconditioning, manipulations : list of dict
        Rows of the long frames that the file itself carries.
    batches : dict of str to str
        Plate or batch of a sample, where the file names it.
    wells : dict of str to str
        Well of a sample that stands in one well, where the file names it.
    dropped : dict of str to int
        Rows left out, per reason.
    columns : dict of str to str
        What the reader took each column for, where it had to find out.
    notes : tuple of str
        What the reader decided.
    warnings : tuple of Problem
        What the owner should look at, although the file was read.
    """

    values: pd.DataFrame
    scale: Scale
    roles: dict[str, Role]
    context: pd.DataFrame = field(default_factory=pd.DataFrame)
    preconditioning: list[dict[str, object]] = field(default_factory=list)
    manipulations: list[dict[str, object]] = field(default_factory=list)
    batches: dict[str, str] = field(default_factory=dict)
    wells: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def samples(self) -> list[str]:
        """Names of everything measured, in file order."""
        return list(self.roles)


def value_frame(rows: pd.DataFrame | Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Return rows with all of `VALUE_COLUMNS` in their types."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), dtype="object")
    frame = frame.reindex(columns=list(VALUE_COLUMNS)).reset_index(drop=True)
    return frame.astype({c: "float64" if c in _NUMBERS else "category" for c in VALUE_COLUMNS})


def from_matrix(
    matrix: np.ndarray, names: pd.Series, accessions: pd.Series, samples: list[str], unit: str | None = None
) -> pd.DataFrame:
    """Return a matrix of analytes by samples as long values; NaN cells give no row.

    Parameters
    ----------
    matrix : numpy.ndarray
        Analytes by samples.
    names, accessions : pandas.Series
        One entry per analyte.
    samples : list of str
        One name per column.
    unit : str, optional
        Unit of every value.

    Examples
    --------
    >>> one = pd.Series(["IL6"])
    >>> from_matrix(np.array([[2.0, np.nan]]), one, one, ["a", "b"])[["sample", "value"]].values.tolist()
    [['a', 2.0]]
    """
    column, row = np.nonzero(~np.isnan(matrix.T))
    count = len(row)
    empty = pd.Categorical.from_codes(np.full(count, -1), categories=pd.Index([], dtype="object"))
    name_codes, name_values = pd.factorize(names.astype(object).to_numpy())
    accession_codes, accession_values = pd.factorize(accessions.astype(object).to_numpy())
    return pd.DataFrame(
        {
            "sample": pd.Categorical.from_codes(column, categories=pd.Index(samples, dtype="object")),
            "name": pd.Categorical.from_codes(name_codes[row], categories=pd.Index(name_values)),
            "accession": pd.Categorical.from_codes(
                accession_codes[row], categories=pd.Index(accession_values)
            ),
            "value": matrix[row, column],
            "unit": pd.Categorical([unit] * count) if unit else empty,
            "lod": np.full(count, np.nan),
            "state": empty,
            "flag": empty,
        }
    )
