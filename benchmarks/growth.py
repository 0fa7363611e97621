"""How cost grows with rows, factors, trees and studies: each size beside the smallest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import made
from benchmarks.measure import Figure, seconds
from secretome_ml import load_evidence, load_model
from secretome_ml.features.encoder import Encoder
from secretome_ml.model import Model
from secretome_ml.models import MODELS, targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence


def figures(folder: Path, quick: bool) -> Iterator[Figure | str]:
    """Yield one line per size."""
    released = load_model()
    unit = 10_000 if quick else 25_000
    yield _line("rows, 60 factors, the released model", [
        (f"{n:,}", _scored(folder, released, n, 60)) for n in (unit, 2 * unit, 4 * unit, 8 * unit)
    ])  # fmt: skip
    yield _line(f"factors, {unit:,} rows, the released model", [
        (f"{n}", _scored(folder, released, unit, n)) for n in (30, 60, 120, 240)
    ])  # fmt: skip
    large = made.large_model(200 if quick else 1000)
    counts = [50, 100, 200] if quick else [125, 250, 500, 1000]
    yield _line(f"trees of depth 6, {unit:,} rows, 60 factors", [
        (f"{n:,}", _scored(folder, _first_trees(large, n), unit, 60)) for n in counts
    ])  # fmt: skip
    yield _line("studies, one fit of the encoder and the released model's settings", list(_studies(released)))


def _scored(folder: Path, model: Model, rows: int, factors: int) -> float:
    table = made.parquet(folder / "grown.parquet", rows, factors)
    made.score_file(model, table, folder / "grown.scores.parquet")
    took = min(
        seconds(lambda: made.score_file(model, table, folder / "grown.scores.parquet")) for _ in range(2)
    )
    table.unlink()
    return took


def _first_trees(model: Model, count: int) -> Model:
    whole = made.trees_of(model)
    part = type(whole)(**whole.get_params())
    part.__dict__.update({**whole.__dict__, "booster_": whole.booster_[:count]})
    return replace(model, estimator=part)


def _studies(model: Model) -> Iterator[tuple[str, float]]:
    evidence = load_evidence()
    names = np.random.default_rng(0).permutation(sorted(set(evidence.studies["study"])))
    for count in (len(names) // 8, len(names) // 4, len(names) // 2, len(names)):
        part = evidence.subset(set(names[:count]))
        profiles, targets = profiles_from_evidence(part), targets_from_evidence(part, model.effects)

        def fit(profiles=profiles, targets=targets) -> None:  # type: ignore[no-untyped-def]
            features = Encoder(model.effects).fit(profiles).transform(profiles)
            MODELS[model.estimator.name](**model.estimator.get_params()).fit(features, targets)

        yield f"{count:,}", seconds(fit)


def _line(what: str, found: list[tuple[str, float]]) -> str:
    first = found[0][1]
    sizes = ", ".join(f"{size}: {took:.2f} s ({took / first:.1f} x)" for size, took in found)
    return f"{what}: {sizes}."
