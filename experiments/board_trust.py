"""Leaderboard: are probabilities, intervals and prediction sets honest."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import logit

from experiments.bench import Bench, Cell, Section, numbers
from experiments.board_models import plan_of
from experiments.honesty import (
    calibration_error,
    fit_conformal,
    group_coverage,
    kind_coverage,
    reliability_bins,
)
from experiments.judged import Judged
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.cells import CELL, FEWEST_ARMS, cells_of, error_by_cell
from secretome_ml.trust.intervals import MODEL_SPREAD, fit_intervals
from secretome_ml.trust.resampling import mean_over_studies
from secretome_ml.validation.cross_validation import Fold, OutOfFold

# A tissue, product or preconditioning that so many tested arms state is rare, yet can be judged.
_RARE = (10, 60)


def reliability(bench: Bench, judged: Judged) -> list[Section]:
    """Return the calibration error per effect, and the reliability table of all effects."""
    errors = Section(
        "Calibration of the recipe's model, out of fold",
        "Expected calibration error, 10 bins of equal mass, with its interval over studies. `floor`: what "
        "perfect probabilities would show with as many outcomes.",
    )
    for effect in (None, *bench.recipe.effects):
        part = judged.outcomes if effect is None else judged.outcomes[judged.outcomes["effect"] == effect]
        error, floor = calibration_error(part["probability"], part["label"], part["group"])
        cells: dict[str, Cell] = {"calibration error": error, "floor": floor}
        run = bench.log(f"calibration {effect or 'all'}", plan_of(bench), numbers(cells))
        errors.rows.append(
            {"effect": effect or "all", "outcomes": error.n, "studies": error.studies, **cells, "run": run}
        )
    table = Section(
        "Reliability, all effects", "Bins of equal mass: predicted and observed share of beneficial arms."
    )
    bins = reliability_bins(judged.outcomes["probability"], judged.outcomes["label"])
    run = bench.log(
        "reliability", plan_of(bench), {f"{c}_{i}": float(v) for c in bins for i, v in enumerate(bins[c])}
    )
    table.rows += [
        {
            "arms": int(b["arms"]),
            "predicted": float(b["predicted"]),
            "observed": float(b["observed"]),
            "run": run,
        }
        for b in bins.to_dict("records")
    ]
    return [errors, table]


def coverage(bench: Bench, found: OutOfFold) -> list[Section]:
    """Return how often intervals and prediction sets hold what they claim."""
    parts = [_interval_coverage(bench, found), _set_coverage(bench, found)]
    return [*parts, _model_spread(bench, found)] if len(found.parts) > 1 else parts


def _model_spread(bench: Bench, found: OutOfFold) -> Section:
    section = Section(
        "How far other training studies move the model",
        "Delete-a-fold jackknife: the spread of an arm's log odds over repeats, times the root of "
        f"(folds - 1), tested arms only. The intervals above allow for {MODEL_SPREAD}.",
    )
    odds = np.stack(
        [
            logit(pd.concat([f.probability for f in folds]).reindex(bench.features.samples))
            for folds in found.parts
        ]
    )
    for place, effect in enumerate(bench.recipe.effects):
        tested = bench.targets.outcomes[effect].notna().to_numpy()
        spread = np.sqrt((bench.plan.folds - 1) * odds[:, tested, place].var(axis=0, ddof=1))
        cells: dict[str, Cell] = {
            "median arm": float(np.median(spread)),
            "root mean square": float(np.sqrt(np.mean(spread**2))),
        }
        run = bench.log(f"model spread {effect}", plan_of(bench), numbers(cells))
        section.rows.append({"effect": effect, **cells, "run": run})
    return section


def _interval_coverage(bench: Bench, found: OutOfFold) -> Section:
    section = Section(
        f"Coverage of the {bench.recipe.level:.0%} intervals of the probability, out of fold",
        "A probability cannot be seen, a frequency can. Arms that score alike are grouped; the interval, "
        "with the chance of so few arms, foretells the frequency of benefit in the group; covered is a group "
        "whose observed frequency lies within. `rare groups` are the arms of one tissue, product or "
        f"preconditioning that {_RARE[0]} to {_RARE[1]} tested arms state.",
    )
    frames = [_groups_of(bench, folds, repeat) for repeat, folds in enumerate(found.parts)]
    groups = pd.concat(frames, ignore_index=True)
    for of, effect in [(o, e) for o in pd.unique(groups["of"]) for e in ("all", *bench.recipe.effects)]:
        part = groups[(groups["of"] == of) & ((groups["effect"] == effect) | (effect == "all"))]
        if part.empty:
            continue
        cells: dict[str, Cell] = {
            "coverage": mean_over_studies(
                part["covered"].astype(float), part["effect"] + part["group"].astype(str)
            ),
            "mean width": float((part["high"] - part["low"]).mean()),
        }
        run = bench.log(f"coverage {of} {effect}", plan_of(bench), numbers(cells))
        count = part.groupby(["effect", "group"]).ngroups
        section.rows.append({"groups of": of, "effect": effect, "groups": count, **cells, "run": run})
    return section


def _groups_of(bench: Bench, folds: tuple[Fold, ...], repeat: int) -> pd.DataFrame:
    """Return the judged groups of one repeat."""
    spreads, samples = [], []
    for fold in folds:
        inside = bench.targets.take(fold.split.train)
        intervals = fit_intervals(fold.inner, inside, bench.recipe.level, 100, bench.plan.seed)
        columns = fold.margin.items()
        each = [intervals.spread(str(e), m.to_numpy(dtype=float)) for e, m in columns]
        spreads.append(np.stack(each, axis=2))
        samples.append(fold.margin.index)
    spread, order = np.concatenate(spreads, axis=1), samples[0].append(samples[1:])
    tables = []
    for place, effect in enumerate(bench.recipe.effects):
        label = bench.targets.binary(effect)
        own = spread[:, order.get_indexer(label.index), place]
        for size in (20, 40):
            table = group_coverage(own, label, size, bench.recipe.level, seed=repeat)
            tables.append(table.assign(of=f"{size} arms", effect=effect))
        rare = _rare(bench, label.index)
        if rare:
            table = kind_coverage(own, label, rare, bench.recipe.level, seed=repeat)
            tables.append(table.assign(of="rare groups", effect=effect))
    return pd.concat(tables, ignore_index=True)


def _rare(bench: Bench, samples: pd.Index) -> dict[str, np.ndarray]:
    """Return the positions of the arms of every rarely tested tissue, product and preconditioning."""
    context = bench.profiles.context.loc[samples]
    stated = [
        context[c].dropna().rename("value").to_frame().assign(what=c) for c in ("cell_source", "product")
    ]
    kinds = bench.profiles.preconditioning
    kinds = kinds[kinds["sample"].isin(samples)].drop_duplicates(["sample", "kind"]).set_index("sample")
    stated.append(kinds["kind"].rename("value").to_frame().assign(what="preconditioning"))
    table = pd.concat(stated)
    return {
        f"{what}={value}": samples.get_indexer(part.index)
        for (what, value), part in table.groupby(["what", "value"])
        if _RARE[0] <= len(part) <= _RARE[1]
    }


def _set_coverage(bench: Bench, found: OutOfFold) -> Section:
    section = Section(
        "Conformal prediction sets at 90 %, calibrated by study within each kind of result",
        "How often the set {beneficial, not beneficial} of an unseen arm holds the truth, among beneficial "
        "arms and among failing ones. `one result` is the share of sets that name just one.",
    )
    rows = []
    for folds in found.parts:
        for fold in folds:
            sets = fit_conformal(fold.inner, bench.targets.take(fold.split.train), 0.9)
            may, fail = sets.sets(fold.margin)
            for effect in bench.recipe.effects:
                label = bench.targets.take(fold.split.test).binary(effect)
                truth = label == 1
                held = may.loc[label.index, effect].where(truth, fail.loc[label.index, effect])
                single = may.loc[label.index, effect] != fail.loc[label.index, effect]
                rows.append(pd.DataFrame({"effect": effect, "truth": truth, "held": held, "single": single}))
    table = pd.concat(rows)
    table["group"] = bench.groups.reindex(study_of(table.index)).to_numpy(dtype=object)
    for effect in ("all", *bench.recipe.effects):
        part = table if effect == "all" else table[table["effect"] == effect]
        cells: dict[str, Cell] = {
            name: mean_over_studies(rows_["held"].astype(float), rows_["group"])
            for name, rows_ in (
                ("coverage", part),
                ("beneficial", part[part["truth"]]),
                ("failing", part[~part["truth"]]),
            )
        }
        cells["one result"] = float(part["single"].mean())
        run = bench.log(f"conformal {effect}", plan_of(bench), numbers(cells))
        section.rows.append({"effect": effect, **cells, "run": run})
    return section


def cells(bench: Bench, judged: Judged) -> Section:
    """Return the error per source, product and preconditioning, out of fold."""
    table = error_by_cell(judged.outcomes, cells_of(bench.profiles))
    shown = table[table["brier"].notna()]
    few = len(table) - len(shown)
    brier = {f"brier {i}": float(b) for i, b in enumerate(shown["brier"])}
    run = bench.log("cells", plan_of(bench), brier) if brier else ""
    return Section(
        "Error by cell: source, product and preconditioning, all effects",
        f"Cells of {FEWEST_ARMS} tested arms or more. Another {few} cells hold fewer, "
        f"{int(table['outcomes'].sum() - shown['outcomes'].sum())} of {int(table['outcomes'].sum())} tested "
        "outcomes: too few to say. `Brier score` is the mean squared error of the probability; where "
        "observed and predicted lie apart in a cell of few studies, the prediction is to be believed less.",
        [
            {
                **{name: str(row[name]) for name in CELL},
                **{name: int(row[name]) for name in ("arms", "outcomes", "studies")},
                **{name: float(row[name]) for name in ("observed", "predicted")},
                "Brier score": float(row["brier"]),
                "run": run,
            }
            for row in shown.to_dict("records")
        ],
    )
