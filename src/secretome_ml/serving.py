"""The loader that MLflow calls: a bundle folder in, a scorer of tables out. It imports no MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from secretome_ml.core.errors import BundleRefused, InputRefused, Problem
from secretome_ml.model import SCORE_COLUMNS, Model, load_model
from secretome_ml.model_file import DESCRIPTION, LARGEST, bundle_folder
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.formats.canonical_wide import profiles_from_table

# One cell holds all factors: `VEGF-A=elevated; IL-6 [pg/mL]=12`; a fixed set of columns is what a
# serving signature can check.
SERVED_COLUMNS = ("sample", *CONTEXT_COLUMNS, "preconditioning", "factors")
# `rows`: one row per sample and effect, as `score` writes them. `samples`: one row per sample, with its rows
# as a list, since Spark needs an answer of as many rows as were asked.
LAYOUTS = ("rows", "samples")
_NUMBERS = ("score", "probability", "probability_low", "probability_high", "percentile")
KINDS = {**dict.fromkeys(_NUMBERS, "double"), "in_domain": "boolean", "factors_used": "long"}
# The type of the second layout, as `mlflow.pyfunc.spark_udf` takes it.
SPARK_TYPE = "scores array<struct<{}>>".format(
    ", ".join(f"{name}: {KINDS.get(name, 'string')}" for name in SCORE_COLUMNS)
)


class TableScorer:
    """Scores tables with the columns `SERVED_COLUMNS`, all text."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the rows that `score` gives for these samples.

        Parameters
        ----------
        model_input : pandas.DataFrame
            Columns `SERVED_COLUMNS`.
        params : dict, optional
            `layout`, one of `LAYOUTS`; default `rows`.

        Raises
        ------
        InputRefused
            If a cell cannot be read, two samples have one name, or the layout is unknown.
        """
        layout = (params or {}).get("layout", LAYOUTS[0])
        if layout not in LAYOUTS:
            what = f"'{str(layout)[:40]}' is no layout."
            raise InputRefused([Problem("request", None, "layout", what, f"Use {' or '.join(LAYOUTS)}.")])
        scores = self._model.score(profiles_from_table(widen(model_input), "request"))
        return scores if layout == LAYOUTS[0] else _by_sample(scores, model_input["sample"])


def _by_sample(scores: pd.DataFrame, asked: pd.Series) -> pd.DataFrame:
    """Return one row per sample in the order asked: the list of its rows."""
    rows = {
        name: [{str(k): v for k, v in row.items()} for row in part.to_dict("records")]
        for name, part in scores.groupby("sample", sort=False)
    }
    return pd.DataFrame({"scores": [rows[name] for name in asked.astype("string").str.strip()]})


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
    """Load a bundle for `mlflow.pyfunc`, if the model around it is one of ours.

    Raises
    ------
    BundleRefused
        If its MLmodel file states anything that we do not write, or the bundle does not pass the audit.
    """
    bundle = Path(path).absolute()
    for folder in bundle.parents[:2]:
        if (folder / DESCRIPTION).is_file():
            with (folder / DESCRIPTION).open("rb") as stream:
                stated = bundle_folder(stream.read(LARGEST + 1), str(folder))
            if folder / stated == bundle:
                return TableScorer(load_model(bundle))
    raise BundleRefused(f"No {DESCRIPTION} file beside {bundle} names it as its bundle; it is not loaded.")
