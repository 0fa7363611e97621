"""SHAP values and interactions by pattern tables, beside XGBoost's own and shap's TreeExplainer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import shap
import xgboost as xgb

from benchmarks import made
from benchmarks.measure import Figure, compare
from secretome_ml import load_model
from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.models.trees import PatternTables


def figures(folder: Path, quick: bool) -> Iterator[Figure | str]:
    """Yield the figures."""
    rounds = 2 if quick else 3
    model = made.large_model(200 if quick else 1000)
    table = made.parquet(folder / "explained.parquet", 4_000, 200)
    for name, scored in (
        ("1,000 trees of depth 6" if not quick else "200 trees of depth 6", model),
        ("the released model", load_model()),
    ):
        trees = made.trees_of(scored)
        rows = made.matrix(table, scored)
        yield from _one(name, trees, rows, rounds)
    yield from _million(folder, quick)


def _one(name: str, trees: BoostedTrees, rows: np.ndarray, rounds: int) -> Iterator[Figure | str]:
    begun = time.perf_counter()
    tables, small = PatternTables(trees.forest), trees.small
    if small is not None:  # trees of a few splits are looked up in bundles
        small.contributions(small.outcomes(_columns(rows[:8])))
    built = time.perf_counter() - begun
    booster, names = trees.booster_, trees._names()
    booster.set_param({"nthread": 0})  # every core, as the tables take them
    own = sum(table.values.nbytes for several in tables._tables for table in several) / 1e6
    few = rows[:: len(rows) // 60][:60]
    matrix, single = xgb.DMatrix(few, feature_names=names), xgb.DMatrix(rows[:1], feature_names=names)
    away = np.abs(tables.contributions(few) - booster.predict(matrix, pred_contribs=True)).max()
    yield (
        f"{name}: tables built in {built:.1f} s, {own:.1f} MB; "
        f"largest difference from `pred_contribs` {away:.1e}."
    )
    yield compare(
        f"SHAP values, {name}",
        "XGBoost `pred_contribs`",
        lambda: tables.contributions(rows),
        lambda: booster.predict(matrix, pred_contribs=True),
        rounds,
        least=30,
        per=(len(rows), len(few), "row"),
    )
    explainer = shap.TreeExplainer(booster)
    yield compare(
        f"SHAP values, {name}",
        "shap TreeExplainer",
        lambda: tables.contributions(rows),
        lambda: explainer.shap_values(few),
        rounds,
        per=(len(rows), len(few), "row"),
    )
    # XGBoost needs seconds a row for these: fewer trees tell the same.
    count, several = min(50, len(trees.forest.trees)), rows[:64]
    part = PatternTables(replace(trees.forest, trees=trees.forest.trees[:count]))
    part.interactions(several[:1])
    yield compare(
        f"SHAP interactions, the first {count} trees of {name}",
        "XGBoost `pred_interactions`",
        lambda: part.interactions(several),
        lambda: booster.predict(single, pred_interactions=True, iteration_range=(0, count)),
        2,
        least=30,
        per=(len(several), 1, "row"),
    )
    if small is None:
        return
    columns = _columns(rows)
    yield compare(
        f"SHAP values of small trees, {name}",
        "XGBoost `pred_contribs`",
        lambda: small.contributions(small.outcomes(columns)),
        lambda: booster.predict(matrix, pred_contribs=True),
        rounds,
        least=25,
        per=(len(rows), len(few), "row"),
    )
    yield compare(
        f"margins alone, {name}",
        "`Booster.inplace_predict`",
        lambda: small.margins(small.outcomes(columns)),
        lambda: booster.inplace_predict(rows, predict_type="margin", validate_features=False),
        rounds,
        per=(len(rows), len(rows), "row"),
    )


def _columns(rows: np.ndarray) -> dict[int, np.ndarray]:
    """Return the columns of a matrix, as small trees are asked: one variant, rows side by side."""
    return {i: column[None] for i, column in enumerate(np.ascontiguousarray(rows.T))}


def _million(folder: Path, quick: bool) -> Iterator[str]:
    count = 5_000 if quick else 50_000
    table = made.parquet(folder / "million.parquet", count, 60)
    begun = time.perf_counter()
    made.explain_file(load_model(), table, folder / "million.terms.parquet")
    took = time.perf_counter() - begun
    size = (folder / "million.terms.parquet").stat().st_size / 1e6
    yield (
        f"{count:,} profiles of 60 factors explained for three effects by the released model "
        f"in {took:.0f} s; the table takes {size:.0f} MB."
    )
    for path in (table, folder / "million.terms.parquet"):
        path.unlink()
