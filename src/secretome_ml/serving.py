"""The loader that MLflow calls: a bundle folder in, a scorer of tables out. It imports no MLflow."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.errors import InputRefused, Problem
from secretome_ml.model import Model, load_model
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.profiles.readers.canonical_wide import profiles_from_table

# One cell holds all factors: `VEGF-A=elevated; IL-6 [pg/mL]=12`; a fixed set of columns is what a
# serving signature can check.
SERVED_COLUMNS = ("sample", *CONTEXT_COLUMNS, "preconditioning", "factors")


class TableScorer:
    """Scores tables with the columns `SERVED_COLUMNS`, all text."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the rows that `score` gives for these samples."""
        return self._model.score(profiles_from_table(widen(model_input), "request"))


def widen(table: pd.DataFrame) -> pd.DataFrame:
    """Return the served table as the canonical wide one: a column per factor named in any cell."""
    table = table.reset_index(drop=True)
    wide = table.drop(columns="factors").astype("string")
    context = set(wide.columns)
    problems = []
    for row, cell in table["factors"].astype("string").dropna().items():
        for part in filter(None, (p.strip() for p in cell.split(";"))):
            name, _, value = (text.strip() for text in part.rpartition("="))
            if not name or name in context:
                what = f"'{part[:60]}' names no factor."
                problems.append(
                    Problem("request", int(row), "factors", what, "Write NAME=LEVEL; NAME=LEVEL.")
                )
                continue
            if name not in wide:
                wide[name] = pd.Series(pd.NA, index=wide.index, dtype="string")
            if pd.notna(wide.at[row, name]):
                what = f"'{name[:60]}' stands twice."
                problems.append(Problem("request", int(row), "factors", what, "Keep one of the two."))
            wide.at[row, name] = value
    if problems:
        raise InputRefused(problems)
    return wide.replace("", pd.NA)


def _load_pyfunc(path: str) -> TableScorer:
    """Load a bundle for `mlflow.pyfunc`."""
    return TableScorer(load_model(path))
