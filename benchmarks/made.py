"""What the benchmarks work on: tables of made-up preparations, and a model of 1,000 trees of depth 6.

The tables hold real words of the vocabulary in random combinations. The released model is small; the large
one has its encoder, calibration and intervals, and trees grown on a made-up target so that they are full.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import xgboost as xgb

from secretome_ml import load_evidence, load_model
from secretome_ml.core.files import write_table
from secretome_ml.model import Model
from secretome_ml.models.boosted import BoostedTrees
from secretome_ml.stream import LongTable
from secretome_ml.stream.header import read_header
from secretome_ml.stream.source import open_table
from secretome_ml.workflows.score import scored_batches

CONTEXTS = 300
CHUNK = 100_000
_WORDS = ("elevated", "decreased", "unchanged", "detected", "not_detected")
_TREATMENTS = (
    "none",
    "hypoxia(o2=1%, hours=48)",
    "hypoxia(o2=5%, hours=24)",
    "cytokine(IFNG, 10 ng/mL, hours=24)",
    "cytokine(TNF, 20 ng/mL) + hypoxia",
    "genetic_modification(HGF overexpression)",
    "3d_culture",
    None,
)


@cache
def factor_names(count: int) -> tuple[str, ...]:
    """Return factors that the model knows first, then others of the vocabulary."""
    known = load_model().important_factors
    from secretome_ml.profiles import profiles_from_evidence

    others = profiles_from_evidence(load_evidence()).factors["factor"].dropna().value_counts().index
    return tuple(dict.fromkeys([*known, *map(str, others)]))[:count]


@cache
def contexts(seed: int = 0) -> pd.DataFrame:
    """Return distinct combinations of what stands about a preparation beside its factors."""
    rng = np.random.default_rng(seed)
    arms = load_evidence().arms
    found = {}
    for column in ("cell_type", "cell_source", "species", "product", "culture"):
        common = arms[column].dropna()
        common = common[~common.str.startswith("other")].value_counts().index[:8]
        found[column] = rng.choice(np.array([*common, None], dtype=object), CONTEXTS)
    found["preconditioning"] = rng.choice(np.array(readable(), dtype=object), CONTEXTS)
    return pd.DataFrame(found)


def readable() -> list[str | None]:
    """Return the treatments that the vocabulary reads."""
    from secretome_ml.profiles.preconditioning_text import parse_preconditioning
    from secretome_ml.vocabulary import Terms

    kept: list[str | None] = []
    for text in _TREATMENTS:
        try:
            if text is not None:
                parse_preconditioning(text, Terms())
        except ValueError:
            continue
        kept.append(text)
    return kept


def chunks(rows: int, factors: int, seed: int = 1, size: int = CHUNK) -> Iterator[pa.Table]:
    """Yield a canonical wide table in parts: half of its factors in pg/mL, half in words, some empty."""
    rng = np.random.default_rng(seed)
    names = factor_names(factors)
    for start in range(0, rows, size):
        count = min(size, rows - start)
        own = contexts().take(rng.integers(0, CONTEXTS, count)).reset_index(drop=True)
        columns: dict[str, pa.Array] = {"sample": pa.array([f"s{start + i}" for i in range(count)])}
        columns |= {name: pa.array(own[name]).dictionary_encode() for name in own}
        for i, name in enumerate(names):
            if i % 2:
                code = rng.integers(0, len(_WORDS) + 3, count).astype(np.int32)
                words = pa.array(code, mask=code >= len(_WORDS))
                columns[name] = pa.DictionaryArray.from_arrays(words, pa.array(_WORDS))
            else:
                values = np.exp(rng.normal(5.0, 3.0, count)).round(2)
                values[rng.random(count) < 0.4] = np.nan
                columns[f"{name} [pg/mL]"] = pa.array(values, from_pandas=True)
        yield pa.table(columns)


def parquet(path: Path, rows: int, factors: int, seed: int = 1) -> Path:
    """Write a canonical wide Parquet file."""
    writer = None
    for part in chunks(rows, factors, seed):
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()
    return path


def csv(path: Path, rows: int, factors: int, seed: int = 1) -> Path:
    """Write the same table as CSV."""
    with path.open("wb") as stream:
        for i, part in enumerate(chunks(rows, factors, seed)):
            plain = pa.table({n: _plain(part.column(n)) for n in part.column_names})
            pacsv.write_csv(plain, stream, pacsv.WriteOptions(include_header=i == 0, quoting_style="needed"))
    return path


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def matrix(path: Path, model: Model) -> np.ndarray:
    """Return the ready matrix of a file, as the trees see it: its rows for each effect, under one another."""
    estimator = trees_of(model)
    parts: list[list[np.ndarray]] = [[] for _ in model.effects]
    for batch in long_table(path).batches():
        features = model.encoder.encode(batch)
        for part, effect in zip(parts, model.effects, strict=True):
            part.append(estimator._columns(features, effect).T)
    return np.concatenate([part for effect in parts for part in effect])


def long_table(path: Path) -> LongTable:
    """Open a table to be read in batches, however short it is."""
    source = open_table(path)
    if source is None:
        raise ValueError(f"{path} is no plain table")
    return LongTable(source, read_header(source))


def score_file(model: Model, path: Path, target: Path) -> None:
    """Score a table into another, as `score` does with a long one."""
    write_table((batch.scores() for batch in scored_batches(model, long_table(path))), target)


def explain_file(model: Model, path: Path, target: Path) -> None:
    """Write the contributions of a table into another, as `explain` does with a long one."""
    write_table((batch.terms() for batch in scored_batches(model, long_table(path), terms=True)), target)


def trees_of(model: Model) -> BoostedTrees:
    """Return the trees of a model, also where they are part of a blend."""
    found: BoostedTrees = getattr(model.estimator, "trees_", model.estimator)
    return found


@cache
def large_model(trees: int = 1000, depth: int = 6, factors: int = 200) -> Model:
    """Return a model of many full trees on the released encoder, grown anew on 6,000 made-up rows."""
    released = load_model()
    with tempfile.TemporaryDirectory() as folder:
        rows = matrix(parquet(Path(folder) / "grown.parquet", 4_000, factors, seed=7), released)
    rng = np.random.default_rng(3)
    chosen = rng.choice(len(rows), 6_000, replace=False)
    values = np.nan_to_num(rows[chosen])
    target = values @ rng.normal(size=values.shape[1]) / 5.0 + rng.normal(size=len(values))
    settings = {"max_depth": depth, "eta": 0.05, "colsample_bynode": 0.3, "base_score": 0.0, "seed": 0}
    small = trees_of(released)
    grown = BoostedTrees(rounds=trees, depth=depth)
    grown.columns_, grown.effects_ = small.columns_, small.effects_
    grown.base_, grown.typical_ = small.base_, small.typical_
    data = xgb.DMatrix(rows[chosen], target, feature_names=grown._names())
    grown.booster_ = xgb.train(settings, data, num_boost_round=trees)
    grown.booster_.set_param({"nthread": 0})
    return replace(released, estimator=grown)


def first_rows(path: Path, count: int) -> Path:
    """Write the first rows of a file beside it."""
    small = path.with_name(f"first.{path.name}")
    batch = next(pq.ParquetFile(path).iter_batches(batch_size=count))
    pq.write_table(pa.Table.from_batches([batch]), small)
    return small
