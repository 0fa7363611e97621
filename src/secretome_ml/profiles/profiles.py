"""The canonical profile table: what every reader gives and every feature block reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.vocabulary.columns import context_columns

Rows: TypeAlias = Iterable[Mapping[str, object]] | pd.DataFrame

CONTEXT_COLUMNS = tuple(c.name for c in context_columns())
PRECONDITIONING_COLUMNS = ("sample", "kind", "agent", "o2_percent", "hours", "dose", "unit")
MANIPULATION_COLUMNS = ("sample", "kind", "target")
FACTOR_COLUMNS = (
    "sample",
    "name",
    "factor",
    "state",
    "vs",
    "value",
    "unit",
    "lod",
    "level",
    "spread",
    "n",
    "route",
    "flag",
)
UNKNOWN_COLUMNS = ("sample", "name", "reason")

# What a stated state is worth as a level; a factor without a level was not measured.
STATE_LEVELS = {"elevated": 2.0, "unchanged": 1.0, "detected": 1.0, "not_detected": 0.0, "decreased": -1.0}


@dataclass(frozen=True)
class Origin:
    """A file that profiles were read from.

    Parameters
    ----------
    file, format : str
        Its name, and the format that it was read as.
    sheet, control : str
        Its sample sheet and its control, if any.
    scale : str
        What its numbers are, in words.
    columns, dropped : tuple of pairs
        What each column became; how many rows were left out, per reason.
    """

    file: str
    format: str
    sheet: str = ""
    control: str = ""
    scale: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    dropped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Profiles:
    """Secretome profiles of any origin, as five tidy frames.

    Parameters
    ----------
    context : pandas.DataFrame
        One row per sample (the index), columns `CONTEXT_COLUMNS`; missing = not stated.
    preconditioning : pandas.DataFrame
        One row per sample and agent, columns `PRECONDITIONING_COLUMNS`.
    manipulations : pandas.DataFrame
        One row per sample and thing done to the product after collection.
    factors : pandas.DataFrame
        One row per sample and measured factor, columns `FACTOR_COLUMNS`; `factor` is the resolved
        identifier, `level` runs from -1 (decreased) over 0 (not detected) and 1 (present) to
        2 (elevated). An absent row means not measured. `spread` is the standard deviation of the log2
        values over `n` replicates; `route` names how the level was found; `flag` is a remark.
    unknown : pandas.DataFrame
        Factor names that did not resolve, with the reason.
    notes : tuple of str
        What a reader decided and a user should know.
    warnings : tuple of Problem
        What the owner should look at although the input was read, each with its place.
    origins : tuple of Origin
        The files that were read; empty for profiles that come from no file.
    """

    context: pd.DataFrame
    preconditioning: pd.DataFrame = field(repr=False)
    manipulations: pd.DataFrame = field(repr=False)
    factors: pd.DataFrame = field(repr=False)
    unknown: pd.DataFrame = field(repr=False)
    notes: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()
    origins: tuple[Origin, ...] = ()

    @property
    def samples(self) -> pd.Index:
        """Sample names, in input order."""
        return self.context.index

    def __len__(self) -> int:
        return len(self.context)

    def take(self, samples: Iterable[str]) -> Profiles:
        """Return the named samples, in the order given."""
        wanted = pd.Index(list(samples))
        return replace(
            self,
            context=self.context.loc[wanted],
            preconditioning=_of(self.preconditioning, wanted),
            manipulations=_of(self.manipulations, wanted),
            factors=_of(self.factors, wanted),
            unknown=_of(self.unknown, wanted),
        )


def make_profiles(
    context: pd.DataFrame,
    preconditioning: Iterable[Mapping[str, object]] = (),
    manipulations: Iterable[Mapping[str, object]] = (),
    factors: Rows = (),
    unknown: Rows = (),
    notes: tuple[str, ...] = (),
    warnings: tuple[Problem, ...] = (),
) -> Profiles:
    """Return profiles from rows; columns that a row lacks are "not stated".

    Parameters
    ----------
    context : pandas.DataFrame
        Indexed by sample; any of `CONTEXT_COLUMNS`.
    preconditioning, manipulations, factors, unknown : iterable of mapping, or pandas.DataFrame
        Rows of the long frames.
    notes, warnings : tuple
        What a reader decided, and what the owner should look at.
    """
    frame = context.reindex(columns=list(CONTEXT_COLUMNS)).astype("string")
    frame.index = pd.Index(frame.index.astype(str), name="sample")
    return Profiles(
        frame,
        _frame(preconditioning, PRECONDITIONING_COLUMNS, numbers=("o2_percent", "hours", "dose")),
        _frame(manipulations, MANIPULATION_COLUMNS),
        with_levels(_frame(factors, FACTOR_COLUMNS, numbers=("value", "lod", "level", "spread", "n"))),
        _frame(unknown, UNKNOWN_COLUMNS),
        notes,
        warnings,
    )


def with_levels(factors: pd.DataFrame) -> pd.DataFrame:
    """Fill the level of every factor that has a state but no level yet."""
    if factors["level"].notna().all():
        return factors
    stated = factors["state"].map(STATE_LEVELS).astype("Float64")
    return factors.assign(level=factors["level"].fillna(stated))


def join_profiles(parts: Iterable[Profiles]) -> Profiles:
    """Return several profiles as one; sample names must differ."""
    several = list(parts)
    return Profiles(
        pd.concat([p.context for p in several]),
        pd.concat([p.preconditioning for p in several], ignore_index=True),
        pd.concat([p.manipulations for p in several], ignore_index=True),
        pd.concat([p.factors for p in several], ignore_index=True),
        pd.concat([p.unknown for p in several], ignore_index=True),
        tuple(dict.fromkeys(note for p in several for note in p.notes)),
        tuple(dict.fromkeys(warning for p in several for warning in p.warnings)),
        tuple(dict.fromkeys(origin for p in several for origin in p.origins)),
    )


def _frame(rows: Rows, columns: tuple[str, ...], numbers: tuple[str, ...] = ()) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        frame = rows.reindex(columns=list(columns)).reset_index(drop=True)
    else:
        frame = pd.DataFrame(list(rows), columns=list(columns), dtype="object")
    return pd.DataFrame({c: _numbers(frame[c]) if c in numbers else _texts(frame[c]) for c in columns})


def _numbers(values: pd.Series) -> pd.Series:
    """Return values as `Float64`; what is a float already is not looked at again, million by million."""
    if values.dtype != np.float64:
        return values.astype("Float64")
    known = values.to_numpy()
    missing = np.isnan(known)
    return pd.Series(pd.arrays.FloatingArray(np.where(missing, 0.0, known), missing), values.index)


def _texts(values: pd.Series) -> pd.Series:
    """Return values as `string`; each category is made a text once."""
    if not isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype("string")
    texts = pd.array([*values.cat.categories.astype(str), pd.NA], dtype="string")
    return pd.Series(texts.take(values.cat.codes.to_numpy()), values.index)


def _of(frame: pd.DataFrame, samples: pd.Index) -> pd.DataFrame:
    return frame[frame["sample"].isin(samples)].reset_index(drop=True)
