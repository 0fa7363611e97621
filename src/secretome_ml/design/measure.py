"""What to measure next: how much of what is not known about a score each factor would settle.

A factor that was not measured may be found as studies found it: how often, and how high. Each such finding
would move the score; the variance of that is what measuring the factor settles (Sobol's first-order index,
doi:10.1016/S0378-4754(00)00270-6). Beside it stands what no measurement settles: the interval of the score
itself. The narrowing is of both together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.paths import data_dir
from secretome_ml.evidence import Evidence
from secretome_ml.features.batch import Batch, batch_of
from secretome_ml.model import Model
from secretome_ml.profiles import Profiles, profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.readers.source import open_source
from secretome_ml.trust.verdict import verdicts
from secretome_ml.vocabulary import FactorVocabulary

Array = NDArray[np.float64]

LEAST_STUDIES = 3
"""As many studies must have measured a factor; from fewer nobody knows how it is found."""

FACTOR_COLUMNS = (
    "rank", "factor", "studies", "found", "mean_level", "narrowing", "moves_score", "expected_change",
    "verdict_changes", "together", "cost", "panels",
)  # fmt: skip
PANEL_COLUMNS = (
    "panel", "maker", "source", "factors", "new", "narrowing", "moves_score", "verdict_changes", "cost",
    "best",
)  # fmt: skip
# What a level can be found to be; each is believed a little before it was ever found.
_LEVELS = np.array([-1.0, 0.0, 1.0, 2.0])
_PSEUDO = 2.0
_DRAWS = 300
_BEST, _NAMED = 10, 5
_CHUNK = 2048
# Odds at the very ends say no more than so many units of logit.
_LEAST_CHANCE = 1e-4


@dataclass(frozen=True)
class Measure:
    """What to measure next.

    Parameters
    ----------
    effect : str
        The effect.
    factors : pandas.DataFrame
        Columns `FACTOR_COLUMNS`, what settles most first (per cost, where costs are given). `found`: the
        share of arms in which it was found of those that looked; `narrowing`: by how much the interval of
        the score is expected to become narrower; `moves_score`: the expected size of the move, log odds;
        `expected_change`: its mean; `verdict_changes`: in which share of the findings the verdict would be
        another; `together`: the narrowing by this and the factors above it, where each adds to them.
    panels : pandas.DataFrame
        Columns `PANEL_COLUMNS`; the same for panels on the market. Narrowing by their ten best new factors.
    known : tuple of str
        Factors that were measured already.
    spread : float
        Standard deviation of the score now, log odds: of its interval and of what was not measured.
    settled : float
        That of what was not measured alone.
    """

    effect: str
    factors: pd.DataFrame
    panels: pd.DataFrame
    known: tuple[str, ...]
    spread: float
    settled: float


def what_to_measure(
    model: Model,
    start: Profiles,
    evidence: Evidence,
    effect: str,
    have: Sequence[str] = (),
    most: int = 12,
    cost: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Measure:
    """Rank the factors that were not measured by what they are expected to settle.

    Parameters
    ----------
    model : Model
        A trained model.
    start : Profiles
        What is known of the preparation, one sample inside the domain.
    evidence : Evidence
        The studies, for how often and how high each factor is found.
    effect : str
        The effect.
    have : sequence of str
        Factors that were measured although the start does not hold them.
    most : int
        Factors to rank.
    cost : mapping of str to float, optional
        Cost of factors and panels; a factor without one is then not offered.
    seed : int
        Seed of the draws.

    Raises
    ------
    InputRefused
        If the start lies outside the domain of the model.

    Examples
    --------
    >>> from secretome_ml import load_evidence, load_model
    >>> from secretome_ml.design.start import read_start
    >>> start = read_start("cell_type=MSC; product=conditioned_medium")
    >>> found = what_to_measure(load_model(), start, load_evidence(), "angiogenic", most=3)
    >>> "VEGFA" in set(found.factors["factor"])
    True
    """
    batch = batch_of(start)
    reason = str(model.domain.reasons(batch)[0])
    if reason:
        what, remedy = f"Outside the domain: {reason}.", "Describe a preparation that the model knows."
        raise InputRefused([Problem("start", str(start.samples[0]), None, what, remedy)])
    measured = (f for f, level in zip(batch.factors, batch.levels[:, 0], strict=True) if not np.isnan(level))
    known = tuple(sorted({*measured, *have}))
    findings = how_found(profiles_from_evidence(evidence))
    findings = findings[~findings.index.isin(known)]
    asked = _Asked(model, batch, effect, findings)
    alone = _one_by_one(asked)
    rest = float(alone["variance"].sum())
    fixed = asked.fixed_variance()
    spread = float(np.sqrt(fixed + rest))
    alone["narrowing"] = 1.0 - np.sqrt(np.maximum(fixed + rest - alone["variance"], 0.0)) / max(spread, 1e-9)
    panels = _panels(asked, alone["variance"], cost, fixed, rest, seed)
    alone["cost"] = np.nan if cost is None else pd.Series(alone.index.map(cost.get), alone.index, dtype=float)
    order = alone["narrowing"] if cost is None else alone["narrowing"] / alone["cost"]
    offered = alone.assign(order=order).dropna(subset="order")
    ranked = offered.sort_values(["order", "narrowing"], ascending=False, kind="stable").head(most)
    ranked["together"] = _together(asked, list(ranked.index), fixed, rest, seed)
    listed = known_panels().groupby("factor")["panel"].agg("; ".join)
    ranked["panels"] = ranked.index.map(listed.to_dict()).fillna("")
    ranked["rank"] = np.arange(1, len(ranked) + 1)
    table = ranked.rename_axis("factor").reset_index()[list(FACTOR_COLUMNS)]
    return Measure(effect, table, panels, known, spread, float(np.sqrt(rest)))


def how_found(arms: Profiles) -> pd.DataFrame:
    """Return, per factor that enough studies measured, how it was found.

    Returns
    -------
    pandas.DataFrame
        Indexed by factor: `studies`, `found` (share of the arms that looked), `mean_level`, and the chance of
        each level from -1 to 2, a study counting once however many arms it has.
    """
    rows = arms.factors[["sample", "factor", "level"]].dropna()
    rows = rows.assign(study=study_of(pd.Index(rows["sample"])), level=rows["level"].astype(float))
    rows["nearest"] = np.clip(np.rint(rows["level"]), -1, 2)
    rows["weight"] = 1.0 / rows.groupby(["study", "factor"])["sample"].transform("count")
    counts = rows.pivot_table(
        index="factor", columns="nearest", values="weight", aggfunc="sum", fill_value=0.0
    )
    counts = counts.reindex(columns=_LEVELS, fill_value=0.0)
    overall = counts.sum() / counts.to_numpy().sum()
    chances = (counts + _PSEUDO * overall).div(counts.sum(axis=1) + _PSEUDO, axis=0)
    studies = rows.groupby("factor")["study"].nunique()
    looked = rows.groupby("factor")["level"]
    found = pd.DataFrame(
        {
            "studies": studies,
            "found": looked.agg(lambda levels: float((levels > 0).mean())),
            "mean_level": looked.mean(),
        }
    )
    return found.join(chances)[studies >= LEAST_STUDIES]


@dataclass(frozen=True)
class _Asked:
    """A start, and what its factors that were not measured may be found to be."""

    model: Model
    batch: Batch
    effect: str
    findings: pd.DataFrame

    def margins(self, factors: Sequence[str], levels: Array) -> Array:
        """Return the score of the start with more factors found: levels are factors by rows."""
        parts = [
            self._margins(factors, levels[:, at : at + _CHUNK]) for at in range(0, levels.shape[1], _CHUNK)
        ]
        return np.concatenate(parts)

    def _margins(self, factors: Sequence[str], levels: Array) -> Array:
        count = levels.shape[1]
        rows = dict(zip(self.batch.factors, np.repeat(self.batch.levels, count, axis=1), strict=True))
        rows |= dict(zip(factors, levels, strict=True))
        names = tuple(sorted(rows))
        whole = replace(
            self.batch,
            samples=pd.RangeIndex(count).astype(str),
            which=np.zeros(count, dtype=np.int64),
            factors=names,
            levels=np.stack([rows[n] for n in names]) if names else np.empty((0, count)),
            unknown=np.repeat(self.batch.unknown, count),
            reading=np.repeat(self.batch.reading, count),
        )
        margins = self.model.estimator.margins(self.model.encoder.encode(whole))
        found: Array = margins[self.model.effects.index(self.effect)]
        return found

    def now(self) -> float:
        """Return the score as it stands."""
        return float(self.margins((), np.empty((0, 1)))[0])

    def fixed_variance(self) -> float:
        """Return the variance of the score that its interval stands for, log odds."""
        low, high = self.model.intervals.bounds_of(self.effect, np.array([self.now()]))
        ends = np.clip(np.array([low[0], high[0]]), _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
        return float((np.diff(logit(ends))[0] / (2.0 * ndtri(0.5 + self.model.intervals.level / 2.0))) ** 2)

    def drawn(self, factors: Sequence[str], seed: int) -> tuple[float, float, float]:
        """Return variance, mean move and changed verdicts where factors are found as studies found them."""
        if not factors:
            return 0.0, 0.0, 0.0
        random = np.random.default_rng(seed)
        steps = np.cumsum(self.findings.loc[list(factors), list(_LEVELS)].to_numpy(dtype=float), axis=1)
        drawn = random.random((len(factors), _DRAWS))
        levels = _LEVELS[(drawn[:, :, None] > steps[:, None, :-1]).sum(axis=2)]
        margins = self.margins(factors, levels)
        moved = float(np.abs(margins - self.now()).mean())
        return float(margins.var()), moved, float(self.changed(margins).mean())

    def changed(self, margins: Array) -> NDArray[np.bool_]:
        """Return where the verdict would be another than now."""
        every = np.append(margins, self.now())
        low, high = self.model.intervals.bounds_of(self.effect, every)
        usual = self.model.usual[self.effect]
        said = verdicts(low, high, usual, np.ones(len(every), dtype=bool))
        found: NDArray[np.bool_] = said[:-1] != said[-1]
        return found


def _one_by_one(asked: _Asked) -> pd.DataFrame:
    """Return what each factor alone would settle, over every level that it may be found at."""
    factors = list(asked.findings.index)
    size, chance = len(factors), asked.findings[list(_LEVELS)].to_numpy(dtype=float)
    levels = np.full((size, size * len(_LEVELS)), np.nan)
    for i in range(size):
        levels[i, i * len(_LEVELS) : (i + 1) * len(_LEVELS)] = _LEVELS
    margins = asked.margins(factors, levels)
    away = (margins - asked.now()).reshape(size, len(_LEVELS))
    mean = (chance * away).sum(axis=1)
    other = asked.changed(margins).reshape(size, len(_LEVELS))
    return asked.findings[["studies", "found", "mean_level"]].assign(
        variance=(chance * (away - mean[:, None]) ** 2).sum(axis=1),
        moves_score=(chance * np.abs(away)).sum(axis=1),
        expected_change=mean,
        verdict_changes=(chance * other).sum(axis=1),
    )


def _narrowing(settled: float, fixed: float, rest: float) -> float:
    whole = fixed + max(rest, settled)
    return float(1.0 - np.sqrt((whole - settled) / whole)) if whole > 0.0 else 0.0


def _together(asked: _Asked, factors: Sequence[str], fixed: float, rest: float, seed: int) -> list[float]:
    """Return the narrowing by the first factor, the first two, and so on; who measures more knows no less."""
    settled = [asked.drawn(factors[: i + 1], seed)[0] for i in range(len(factors))]
    return [_narrowing(float(v), fixed, rest) for v in np.maximum.accumulate(settled)] if settled else []


def _panels(
    asked: _Asked,
    alone: pd.Series,
    cost: Mapping[str, float] | None,
    fixed: float,
    rest: float,
    seed: int,
) -> pd.DataFrame:
    rows = []
    order = alone.sort_values(ascending=False, kind="stable")
    for (panel, maker, source), part in known_panels().groupby(["panel", "maker", "source"], sort=False):
        new = [f for f in part["factor"] if f in asked.findings.index]
        _, moved, changed = asked.drawn(new, seed)
        best = [f for f in order.index if f in set(new)][:_BEST]
        together = _together(asked, best, fixed, rest, seed)
        rows.append(
            {
                "panel": panel, "maker": maker, "source": source, "factors": len(part), "new": len(new),
                "narrowing": together[-1] if together else 0.0, "moves_score": moved,
                "verdict_changes": changed, "cost": np.nan if cost is None else cost.get(panel, np.nan),
                "best": "; ".join(best[:_NAMED]),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(PANEL_COLUMNS))
    return table.sort_values("narrowing", ascending=False, kind="stable", ignore_index=True)


@cache
def known_panels() -> pd.DataFrame:
    """Return the panels of the reference, one row per analyte: `panel, maker, factor, name, source`.

    `source` is an address, or `design` for a list that stands on no page that could be read.
    """
    return pd.read_csv(data_dir() / "reference" / "panels.csv", dtype=str)


def named_factors(text: str) -> tuple[str, ...]:
    """Return the factors of a list such as `VEGF-A, HGF`.

    Raises
    ------
    InputRefused
        If one of them is no known factor.

    Examples
    --------
    >>> named_factors("VEGF-A, HGF")
    ('VEGFA', 'HGF')
    """
    problems, found = [], []
    for name in (n.strip() for n in text.split(",") if n.strip()):
        resolved = FactorVocabulary.load().resolve(name)
        if resolved.factor is None:
            what = f"'{name[:60]}' is no known factor: {resolved.reason}."
            problems.append(Problem("--have", None, name[:60], what, "See `vocabulary find`."))
        else:
            found.append(resolved.factor)
    if problems:
        raise InputRefused(problems)
    return tuple(found)


def read_costs(path: Path) -> dict[str, float]:
    """Return the costs of a table `factor,cost`; a row may also name a panel of the reference.

    Raises
    ------
    InputRefused
        With every row that cannot be used.
    """
    table = open_source(path).table()
    names = {c.strip().casefold(): c for c in table.columns}
    if not {"factor", "cost"} <= set(names):
        what = "The table has no columns `factor` and `cost`."
        raise InputRefused([Problem(table.file, table.header_line, None, what, "Name them so.")])
    panels = set(known_panels()["panel"])
    problems: list[Problem] = []
    found: dict[str, float] = {}
    for line, name, text in zip(
        table.lines, table.frame[names["factor"]], table.frame[names["cost"]], strict=True
    ):
        word = str(name).strip()
        factor = word if word in panels else FactorVocabulary.load().resolve(word).factor
        amount = pd.to_numeric(str(text).strip(), errors="coerce")
        if factor is None:
            what = f"'{word[:60]}' is neither a known factor nor a panel."
            problems.append(Problem(table.file, line, names["factor"], what, "See `vocabulary find`."))
        elif not np.isfinite(amount) or amount <= 0.0:
            what = f"'{str(text)[:40]}' is no cost above zero."
            problems.append(Problem(table.file, line, names["cost"], what, "Give a plain number."))
        elif factor in found and found[factor] != amount:
            what = f"{factor} has another cost in an earlier row."
            problems.append(Problem(table.file, line, names["cost"], what, "Keep one."))
        else:
            found[str(factor)] = float(amount)
    if problems:
        raise InputRefused(problems)
    return found
