"""Does the model predict these lots? Each is left out in turn and predicted from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from secretome_ml.adaptation.fit import FLAT, Array, Fit, fit
from secretome_ml.adaptation.lots import NUMBER, YES_NO

MEAN, FACTOR, MODEL, ADAPTED = "mean", "best factor", "model", "adapted"
RULES = (MEAN, FACTOR, MODEL, ADAPTED)
"""Their mean; the factor that did best inside the other lots; the model's score; the same with weights."""

LEFT_OUT = "lot"
DRAWS = 4000
# Fewer donors or batches cannot be left out in turn and say anything.
LEAST_GROUPS = 3
COMPARED_COLUMNS = (
    "left_out", "rule", "lots", "error", "skill", "skill_low", "skill_high",
    "over_factor", "over_factor_low", "over_factor_high", "rank_correlation",
)  # fmt: skip
# Of the rows of the mean of other lots, a chance is never believed to be none or certain.
_LEAST_CHANCE = 0.02


@dataclass(frozen=True)
class Judged:
    """Lots as they were predicted without themselves.

    Parameters
    ----------
    predicted : pandas.DataFrame
        One row per lot: `lot, outcome`, what each rule predicted, `low`, `high` of the adapted model, and
        `factor`, the one that the others chose.
    compared : pandas.DataFrame
        Columns `COMPARED_COLUMNS`: per thing left out and rule, the root of the mean squared error, the share
        of the squared error of the mean that it takes away (`skill`), and how much more than the best
        factor takes away, with intervals over lots.
    level : float
        Level of the intervals.
    """

    predicted: pd.DataFrame
    compared: pd.DataFrame
    level: float

    def better(self, than: str, rule: str = ADAPTED, left_out: str = LEFT_OUT) -> str:
        """Return `yes`, `no` or `not told apart`: whether a rule predicts better than the mean or factor."""
        rows = self.compared
        row = rows[(rows["rule"] == rule) & (rows["left_out"] == left_out)].iloc[0]
        side = "skill" if than == MEAN else "over_factor"
        low, high = float(row[f"{side}_low"]), float(row[f"{side}_high"])
        return "yes" if low > 0.0 else "no" if high < 0.0 else "not told apart"


def judge(
    names: list[str],
    columns: Array,
    outcome: Array,
    kind: str,
    singles: dict[str, Array],
    groups: dict[str, np.ndarray],
    level: float = 0.9,
    seed: int = 0,
) -> Judged:
    """Predict every lot from the others, by every rule, and compare.

    Parameters
    ----------
    names : list of str
        The lots.
    columns : array, lots by columns
        The model's score, then the factors that may have a weight.
    outcome, kind
        What was measured.
    singles : dict of str to array
        Every factor that a rule of one factor may choose, over the lots.
    groups : dict of str to array
        Beside each lot: what else is left out in turn, such as donors.
    level : float
        Level of the intervals.
    seed : int
        Seed of the draws of lots.
    """
    parts = {LEFT_OUT: np.arange(len(outcome)).astype(object)}
    parts |= {n: g for n, g in groups.items() if len(set(g)) >= LEAST_GROUPS and len(set(g)) < len(g)}
    compared, first = [], pd.DataFrame()
    for number, (left_out, groups_of) in enumerate(parts.items()):
        found = _without(columns, outcome, kind, singles, groups_of, level)
        compared.append(_compared(left_out, found, outcome, groups_of, level, seed + number))
        if left_out == LEFT_OUT:
            first = pd.DataFrame({"lot": names, "outcome": outcome, **found})
    return Judged(first, pd.concat(compared, ignore_index=True), level)


def _without(
    columns: Array, outcome: Array, kind: str, singles: dict[str, Array], groups: np.ndarray, level: float
) -> dict[str, np.ndarray]:
    """Return what each rule predicts of every lot from the lots of other groups."""
    found: dict[str, np.ndarray] = {rule: np.empty(len(outcome)) for rule in (*RULES, "low", "high")}
    found["factor"] = np.full(len(outcome), "", dtype=object)
    for own in _parts(groups):
        rest = ~own
        found[MEAN][own] = _bounded(outcome[rest].mean(), kind)
        name, values = _best_factor(singles, outcome, rest, kind)
        found["factor"][own] = name
        found[FACTOR][own] = _line(values, outcome, rest, kind)(values[own]) if name else found[MEAN][own]
        for rule, free in ((MODEL, False), (ADAPTED, True)):
            fitted = fit(columns[rest], outcome[rest], kind, free)
            middle, low, high = fitted.expected(columns[own], level)
            found[rule][own] = middle
            if free:
                found["low"][own], found["high"][own] = low, high
    return found


def _parts(groups: np.ndarray) -> Iterator[np.ndarray]:
    for group in dict.fromkeys(groups.tolist()):
        yield groups == group


def _best_factor(singles: dict[str, Array], outcome: Array, rest: np.ndarray, kind: str) -> tuple[str, Array]:
    """Return the factor that predicts the other lots best, each of them left out in turn."""
    best, chosen = np.inf, ""
    for name, values in singles.items():
        if np.isnan(values[rest]).any() or np.ptp(values[rest]) <= FLAT:
            continue
        error = _left_out_error(values[rest], outcome[rest], kind)
        if error < best:
            best, chosen = error, name
    return chosen, singles.get(chosen, np.zeros(len(outcome)))


def _left_out_error(values: Array, outcome: Array, kind: str) -> float:
    """Return the squared error of a line whose every point is left out, from its leverages."""
    design = np.column_stack([np.ones(len(values)), values - values.mean()])
    hat = design @ np.linalg.pinv(design)
    rest = (outcome - hat @ outcome) / np.maximum(1.0 - np.diag(hat), 1e-6)
    return float(np.mean(rest**2))


def _line(values: Array, outcome: Array, rest: np.ndarray, kind: str) -> Callable[[Array], Array]:
    """Return a straight line through lots, as a bench would draw it; logistic, lightly drawn, for yes/no."""
    known = values[rest]
    if kind == YES_NO:
        fitted = fit(known[:, None] * _sign(known, outcome[rest]), outcome[rest], kind, False)
        return partial(_chance_on, fitted, _sign(known, outcome[rest]))
    slope = np.cov(known, outcome[rest])[0, 1] / known.var(ddof=1)
    return partial(_on_line, float(slope), float(known.mean()), float(outcome[rest].mean()))


def _on_line(slope: float, centre: float, level: float, values: Array) -> Array:
    return np.where(np.isnan(values), level, level + slope * (np.nan_to_num(values) - centre))


def _chance_on(fitted: Fit, sign: float, values: Array) -> Array:
    return fitted.expected(sign * values[:, None], 0.9)[0]


def _sign(values: Array, outcome: Array) -> float:
    return -1.0 if np.cov(values, outcome)[0, 1] < 0.0 else 1.0


def _bounded(mean: float, kind: str) -> float:
    return float(mean) if kind == NUMBER else float(np.clip(mean, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE))


def _compared(
    left_out: str, found: dict[str, np.ndarray], outcome: Array, groups: np.ndarray, level: float, seed: int
) -> pd.DataFrame:
    """Return the errors of the rules and their differences, with intervals over draws of groups."""
    # In units of the outcome's own variance, so that nothing hangs on the unit of the assay.
    squared = {rule: (found[rule] - outcome) ** 2 / outcome.var() for rule in RULES}
    names, member = np.unique(groups.astype(str), return_inverse=True)
    times = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    drawn = {rule: times @ np.bincount(member, errors) for rule, errors in squared.items()}
    # A draw whose lots the mean happens to predict exactly says nothing about what it leaves.
    useful = drawn[MEAN] > FLAT
    skill = {rule: 1.0 - errors[useful] / drawn[MEAN][useful] for rule, errors in drawn.items()}
    total = {rule: 1.0 - errors.sum() / max(squared[MEAN].sum(), FLAT) for rule, errors in squared.items()}
    tail = _tail(level, len(names))
    rows = []
    for rule in RULES:
        row = {
            "left_out": left_out,
            "rule": rule,
            "lots": len(outcome),
            "error": float(np.sqrt(squared[rule].mean() * outcome.var())),
            "rank_correlation": float("nan") if rule == MEAN else _ranks(found[rule], outcome),
        }
        for name, own, over in (
            ("skill", total[rule], skill[rule]),
            ("over_factor", total[rule] - total[FACTOR], skill[rule] - skill[FACTOR]),
        ):
            low, high = np.quantile(over, [tail, 1.0 - tail])
            row |= {name: float(own), f"{name}_low": float(low), f"{name}_high": float(high)}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COMPARED_COLUMNS))


def _tail(level: float, count: int) -> float:
    """Return which share of the draws to leave out on either side.

    Draws of few lots vary less than lots do; the quantiles lie further out, as those of Student's
    distribution do (Hesterberg, doi:10.1080/00031305.2015.1089789).
    """
    away = student.ppf((1.0 - level) / 2.0, count - 1) * np.sqrt(count / (count - 1))
    return float(norm.cdf(away))


def _ranks(predicted: Array, outcome: Array) -> float:
    """Return Spearman's correlation; missing where a rule predicts the same of every lot."""
    first, second = (pd.Series(v).rank() for v in (predicted, outcome))
    if first.std() <= FLAT or second.std() <= FLAT:
        return float("nan")
    return float(first.corr(second))
