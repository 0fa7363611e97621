"""AutoGluon-Tabular on the same encoded table and folds, beside the released model's settings.

AutoGluon stands in an environment of its own, whose Python the variable `AUTOGLUON_PYTHON` names:

    python -m venv autogluon && autogluon/bin/pip install 'autogluon.tabular[lightgbm]'
    AUTOGLUON_PYTHON=autogluon/bin/python python -m benchmarks.automl

It learns whether an outcome is beneficial, one predictor per effect, from outcomes alone: comparisons between
arms are nothing that it could be given. Both see the same columns, chosen on the training side.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from secretome_ml import load_evidence, load_model
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.models import MODELS, targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.validation.guard import joined_duplicates
from secretome_ml.validation.metrics import evaluate_predictions
from secretome_ml.validation.splits import study_folds, study_groups

_CHILD = """
import sys, pandas as pd
from autogluon.tabular import TabularPredictor
folder, limit = sys.argv[1], float(sys.argv[2])
train, test = (pd.read_parquet(f"{folder}/{part}.parquet") for part in ("train", "test"))
found = TabularPredictor(label="label", path=f"{folder}/models", verbosity=0).fit(train, time_limit=limit)
chance = found.predict_proba(test)[1]
chance.rename("chance").to_frame().to_parquet(f"{folder}/found.parquet")
"""


def main() -> None:
    """Measure, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="AutoGluon's limit per effect and fold")
    given = parser.parse_args()
    python = os.environ.get("AUTOGLUON_PYTHON")
    if not python:
        sys.exit("AUTOGLUON_PYTHON names no Python; see `benchmarks/automl.py` for how to install AutoGluon.")
    print(table(python, given.seconds))


def table(python: str, limit: float) -> str:
    """Return concordance and AUROC over all folds, with the time that each took to fit and predict."""
    model, evidence = load_model(), load_evidence()
    recipe = model.recipe
    profiles = profiles_from_evidence(evidence)
    targets = targets_from_evidence(evidence, model.effects, recipe.basis_weights)
    groups = joined_duplicates(study_groups(evidence.studies), profiles, targets)
    every = pd.DataFrame(np.nan, index=profiles.samples, columns=list(model.effects))
    margins = {"this model": every, "AutoGluon": every.copy()}
    took = dict.fromkeys(margins, 0.0)
    for split in study_folds(profiles.samples, recipe.folds, recipe.seed, groups):
        begun = time.perf_counter()
        encoder = Encoder(model.effects, recipe.blocks, recipe.min_studies).fit(profiles.take(split.train))
        features = encoder.transform(profiles)
        train, test = features.take(split.train), features.take(split.test)
        own = MODELS[model.estimator.name](**model.estimator.get_params())
        encoded = time.perf_counter()
        own.fit(train, targets.take(split.train))
        margins["this model"].loc[split.test] = own.margin(test).to_numpy()
        took["this model"] += time.perf_counter() - begun
        took["AutoGluon"] += encoded - begun
        for effect in model.effects:
            label = targets.take(split.train).binary(effect)
            begun = time.perf_counter()
            chance = _ask(
                python,
                _table(train.take(label.index), effect).assign(label=label),
                _table(test, effect),
                limit,
            )
            took["AutoGluon"] += time.perf_counter() - begun
            margins["AutoGluon"].loc[split.test, effect] = np.log(chance / (1.0 - chance))
    lines = ["| effect | metric | this model | AutoGluon |", "|---|---|---|---|"]
    judged = {
        n: evaluate_predictions(m, expit(m), targets, recipe.level, recipe.draws, recipe.seed)
        for n, m in margins.items()
    }
    ours, theirs = (judged[n].set_index(["effect", "metric"]) for n in margins)
    for effect, metric in ours.index:
        if metric in ("auroc", "concordance"):
            cells = (_shown(part.loc[(effect, metric)]) for part in (ours, theirs))
            lines.append(f"| {effect} | {metric} | {' | '.join(cells)} |")
    ratio = took["AutoGluon"] / took["this model"]
    lines.append(
        f"\nEncoding, fits and predictions of all folds took {took['this model']:.1f} s and "
        f"{took['AutoGluon']:.0f} s ({ratio:.0f} x)."
    )
    return "\n".join(lines)


def _ask(python: str, train: pd.DataFrame, test: pd.DataFrame, limit: float) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        train.to_parquet(Path(folder) / "train.parquet", index=False)
        test.to_parquet(Path(folder) / "test.parquet", index=False)
        done = subprocess.run(
            [python, "-c", _CHILD, folder, str(limit)], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-1500:])
        found = pd.read_parquet(Path(folder) / "found.parquet")["chance"].to_numpy(dtype=float)
    return np.clip(found, 1e-6, 1.0 - 1e-6)


def _table(features: Features, effect: str) -> pd.DataFrame:
    names = [column.name for column in features.columns]
    return pd.DataFrame(features.for_effect(effect), index=features.samples, columns=names)


def _shown(row: pd.Series) -> str:
    return f"{row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"


if __name__ == "__main__":
    main()
