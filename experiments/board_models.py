"""Leaderboard: who ranks and predicts best, and what is left of it without labels, studies or features."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t

from experiments.bench import Bench, Cell, Section, numbers
from experiments.honesty import calibration_error
from experiments.judged import (
    RULES,
    Judged,
    described_apart,
    difference,
    judge_predictions,
    reduction,
    rule_margin,
)
from experiments.rivals import rivals, validate_rival, with_venn_abers
from experiments.variants import (
    Ablation,
    permuted,
    thinned,
    without_basis,
    without_blocks,
    without_known_sums,
    without_roles,
)
from secretome_ml.core.parallel import over_processes
from secretome_ml.models.registry import BASELINES
from secretome_ml.trust.resampling import Estimate
from secretome_ml.validation.cross_validation import OutOfFold
from secretome_ml.validation.splits import study_folds


def score_models(bench: Bench, judged: dict[str, Judged], tried: Path) -> list[Section]:
    """Return ranking and probability of every rule, baseline and model, then what was tried and left out."""
    ranks = Section(
        "Ranking: share of pairs in which the better arm scores higher",
        "Pairs of arms of one study that the model has not seen; ties count one half. In brackets the 90 % "
        "interval over resampled studies. `descriptions differ` leaves out the pairs whose two arms are "
        "described alike (they differ in route, dose or time of giving): every model ties on them. "
        "Rows `tried, left out` were measured once, on the evidence of their day, beside the blend of that "
        "day; their code is gone.",
    )
    chances = Section(
        "Probability: log loss below that of prevalence, and calibration",
        "Share by which the mean log loss on tested outcomes lies below that of the `prevalence` baseline, "
        "from the same folds. Calibration error: 10 bins of equal mass; `floor` is what perfect "
        "probabilities would show with as many outcomes.",
    )
    for rule in RULES:
        margin = rule_margin(rule, bench.profiles, bench.recipe.effects)
        _ranked(ranks, bench, rule, judge_predictions([margin], [], bench.targets, bench.groups))
    for name, found in judged.items():
        _ranked(ranks, bench, name, found)
        error, floor = calibration_error(
            found.outcomes["probability"], found.outcomes["label"], found.outcomes["group"]
        )
        cells: dict[str, Cell] = {
            effect: reduction(found, judged["prevalence"], "log_loss", effect)
            for effect in bench.recipe.effects
        }
        cells["all"] = reduction(found, judged["prevalence"], "log_loss")
        cells |= {"Brier score": found.estimate("brier"), "calibration error": error, "floor": floor}
        chances.rows.append(
            {"model": name, **cells, "run": bench.log(f"probability {name}", plan_of(bench), numbers(cells))}
        )
    if tried.is_file():
        with tried.open(encoding="utf-8", newline="") as lines:
            ranks.rows += [dict(row) for row in csv.DictReader(lines)]
    return [ranks, chances]


def compare_models(bench: Bench, judged: dict[str, Judged]) -> Section:
    """Return the recipe's model minus every other one, pair by pair and outcome by outcome."""
    own = bench.recipe.model
    section = Section(
        f"`{own}` minus each other model, on the same pairs and outcomes",
        "Above zero in concordance, below zero in log loss: the recipe's model is better. An interval that "
        "holds zero means that this corpus cannot tell the two apart.",
    )
    for name, found in judged.items():
        if name != own:
            cells: dict[str, Cell] = {
                "concordance": difference(judged[own], found, "concordance"),
                "log loss": difference(judged[own], found, "log_loss"),
            }
            run = bench.log(f"{own} minus {name}", plan_of(bench), numbers(cells))
            section.rows.append({"against": name, **cells, "run": run})
    return section


def rival_models(bench: Bench, own: OutOfFold, first: Judged) -> Section:
    """Return learners of other houses, and other probabilities of the same ranking, on the same folds."""
    section = Section(
        "Rivals on the same folds",
        "The first repeat. CatBoost and the explainable boosting machine get the same columns and learn from "
        "outcomes and from the better and worse arm of every comparison; the additive network is that of "
        "`evidence league`, from comparisons alone; Venn-ABERS replaces the calibration of the model. All "
        "are calibrated by the same inner folds. The change is rival minus model: below zero in concordance "
        "and above zero in log loss means that the rival is worse. Settings are those of "
        "`experiments/rivals.py`, untuned.",
    )
    makes, missing = rivals(bench.profiles)
    names = [*makes, "Venn-ABERS"]
    if missing:
        section.note += f" Not installed, left out: {', '.join(missing)}."
    for name in names:
        if name in makes:
            found = validate_rival(
                makes[name], name, bench.features, bench.targets, bench.plan, over_processes(bench.jobs)
            )
        else:
            found = with_venn_abers(replace(own, parts=own.parts[:1]), bench.targets)
        judged = bench.judge(found)
        cells: dict[str, Cell] = {
            "concordance": judged.estimate("concordance"),
            "change in concordance": difference(judged, first, "concordance"),
            "change in log loss": difference(judged, first, "log_loss"),
        }
        run = bench.log(f"rival {name}", plan_of(bench), numbers(cells))
        section.rows.append({"rival": name, **cells, "run": run})
    return section


def null_run(bench: Bench) -> Section:
    """Return what the harness says when labels are dealt at random."""
    section = Section(
        "Null: permuted labels",
        "Outcomes dealt anew among the tested arms, half of the decided comparisons turned round: a harness "
        "that leaks would still show skill here. Concordance should be 0.5 and the log loss reduction 0, "
        "give or take the chance of one shuffle; the last row is the mean over shuffles with its interval.",
    )
    means: list[dict[str, float]] = []
    for seed in range(2 if bench.fast or bench.plan.repeats == 1 else 6):
        targets = permuted(bench.targets, seed)
        found = bench.validate(("prevalence", bench.recipe.model), repeats=1, targets=targets)
        base, own = (bench.judge(found[n], targets) for n in ("prevalence", bench.recipe.model))
        cells: dict[str, Cell] = {
            "concordance": own.estimate("concordance"),
            "log loss below prevalence": reduction(own, base, "log_loss"),
        }
        run = bench.log(f"null {seed}", plan_of(bench), numbers(cells))
        section.rows.append({"shuffle": str(seed), **cells, "run": run})
        means.append({k: v.value for k, v in cells.items() if isinstance(v, Estimate)})
    whole: dict[str, Cell] = {k: _mean([m[k] for m in means]) for k in means[0]}
    run = bench.log("null, mean", plan_of(bench), numbers(whole))
    section.rows.append({"shuffle": "mean", **whole, "run": run})
    return section


def learning_curve(bench: Bench) -> Section:
    """Return how the recipe's model does on the same test sides with fewer training studies."""
    section = Section(
        "Learning curve: the same test folds, learnt from a share of the training studies",
        "A smaller share is part of the larger one. Known roles hold the model up when studies are few.",
    )
    folds = study_folds(bench.features.samples, bench.plan.folds, bench.plan.seed, bench.groups)
    for share in (0.25, 1.0) if bench.fast else (0.1, 0.2, 0.4, 0.7, 1.0):
        splits = [thinned(s, share, bench.groups, bench.plan.seed) for s in folds]
        cells: dict[str, Cell] = {}
        judged = {
            n: pooled([bench.judge_fold(f) for f in bench.predict(n, splits)])
            for n in ("prevalence", bench.recipe.model)
        }
        own = judged[bench.recipe.model]
        cells["concordance"] = own.estimate("concordance")
        cells["log loss below prevalence"] = reduction(own, judged["prevalence"], "log_loss")
        studies = len({s.split("/", 1)[0] for s in splits[0].train})
        run = bench.log(f"learning curve {share}", plan_of(bench), numbers(cells))
        section.rows.append({"training studies": studies, **cells, "run": run})
    return section


def ablations(bench: Bench, full: Judged) -> Section:
    """Return what the recipe's model loses without each part; the full model from the same folds."""
    section = Section(
        "Ablation: what each part brings",
        "The first repeat of the folds. The change is model without the part minus model with it, on the "
        "pairs and outcomes that both have: below zero in concordance means that the part helps.",
    )
    for one in _ablations(bench):
        found = bench.validate((bench.recipe.model,), repeats=1, features=one.features, targets=one.targets)
        own = bench.judge(found[bench.recipe.model], one.targets)
        cells: dict[str, Cell] = {
            "concordance": own.estimate("concordance"),
            "change in concordance": difference(own, full, "concordance"),
            "change in log loss": difference(own, full, "log_loss"),
        }
        run = bench.log(f"without {one.without}", plan_of(bench), numbers(cells))
        section.rows.append({"without": one.without, **cells, "run": run})
    return section


def _ablations(bench: Bench) -> Iterator[Ablation]:
    yield from without_blocks(bench.profiles, bench.targets, bench.recipe.blocks)
    if not bench.fast:
        yield from without_known_sums(bench.features, bench.targets)
    yield without_roles(bench.profiles, bench.features, bench.targets, "design")
    yield without_basis(bench.evidence, bench.features, bench.targets, "review")


def _ranked(section: Section, bench: Bench, name: str, found: Judged) -> str:
    cells: dict[str, Cell] = {"all": found.estimate("concordance")}
    cells |= {effect: found.estimate("concordance", effect) for effect in bench.recipe.effects}
    cells["descriptions differ"] = described_apart(found, bench.profiles).estimate("concordance")
    run = bench.log(f"ranking {name}", plan_of(bench), numbers(cells))
    kind = "rule" if name in RULES else "baseline" if name in BASELINES else "model"
    section.rows.append({"kind": kind, "model": name, **cells, "run": run})
    return run


def pooled(parts: list[Judged]) -> Judged:
    """Return several test sides as one."""
    return Judged(pd.concat([p.pairs for p in parts]), pd.concat([p.outcomes for p in parts]))


def _mean(values: list[float]) -> Estimate:
    """Return the mean of independent repetitions with its 90 % interval by Student's t."""
    middle = float(np.mean(values))
    half = float(t.ppf(0.95, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Estimate(middle, middle - half, middle + half, len(values), len(values))


def plan_of(bench: Bench) -> dict[str, object]:
    """Return what the run of a row says of how it was measured."""
    plan = bench.plan
    return {
        "evidence_digest": bench.evidence.digest,
        "recipe": bench.recipe.name,
        "folds": plan.folds,
        "inner_folds": plan.inner_folds,
        "repeats": plan.repeats,
        "seed": plan.seed,
        "min_studies": plan.min_studies,
    }


def first_repeat(bench: Bench, found: OutOfFold) -> Judged:
    """Return the first repeat alone, beside the truth: what an ablation of one repeat is compared with."""
    folds = found.parts[0]
    margins, chances = [pd.concat([f.margin for f in folds])], [pd.concat([f.probability for f in folds])]
    return judge_predictions(margins, chances, bench.targets, bench.groups)
