"""What blocking and over-expressing showed, study by study, and how often given signs agree with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from secretome_ml.evidence import Evidence
from secretome_ml.profiles.facts import TARGETED, arm_facts
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.trust.resampling import Estimate, mean_over_studies
from secretome_ml.vocabulary import FactorVocabulary
from secretome_ml.vocabulary.columns import context_columns, names_where
from secretome_ml.vocabulary.phrases import AGENT, FACTOR, GENE, MANIPULATED, Term, label

EXPERIMENT_COLUMNS = ("study", "factor", "effect", "first", "second", "held", "sign", "route")
# From the strongest to the weakest.
CHANGED, MEASURED, READOUT = "blocked or engineered", "measured apart", "readout of one arm"
ROUTES = (CHANGED, MEASURED, READOUT)

_DIRECTION = {"higher": 1.0, "lower": -1.0, "equal": 0.0}
_SAME = (*(c.name for c in context_columns() if c.domain), *names_where(aspect="donor"))

# A contribution smaller than rounding says nothing.
_SAYS = 1e-9

Amounts = dict[tuple[str, str], float]


def causal_experiments(evidence: Evidence, profiles: Profiles, effects: Sequence[str]) -> pd.DataFrame:
    """Return the experiments that tell whether a factor promotes or inhibits an effect.

    A factor of a study counts when the evidence marks it `causal`: blocking, knocking down or
    over-expressing it changed the outcome. Three routes tell its sign, from the strongest to the weakest;
    of one study, factor and effect only the strongest route that there is counts:

    - blocked or engineered: two compared arms of the same cells and product that differ in what was blocked,
      depleted, added, silenced or over-expressed, and in the factor alone;
    - measured apart: two compared arms that both state the factor, one more of it than the other;
    - readout of one arm: benefit in an arm that has the factor, or none in an arm that lacks it. The mark
      names no effect, so this may take an effect for one that the factor did not cause.

    Parameters
    ----------
    evidence : Evidence
        The studies.
    profiles : Profiles
        Their arms, as `profiles_from_evidence` gives them.
    effects : sequence of str
        Effects to look at.

    Returns
    -------
    pandas.DataFrame
        `study, factor, effect, first, second, held, sign, route`; `first` is the arm with more of the factor,
        `second` the arm that it was compared with, missing for a readout; `held` is -1 for a readout of an
        arm that lacks the factor, else +1. `sign` is +1 where the factor
        promotes the effect and -1 where it inhibits it.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.profiles import profiles_from_evidence
    >>> evidence = load_evidence()
    >>> found = causal_experiments(evidence, profiles_from_evidence(evidence), ["angiogenic"])
    >>> found.loc[found["factor"] == "SERPINF1", "sign"].unique().tolist()
    [-1.0]
    """
    vocabulary = FactorVocabulary.load()
    marked = evidence.factors[evidence.factors["causal"].fillna(False).astype(bool)]
    causal: dict[str, list[str]] = defaultdict(list)
    for study, name in dict.fromkeys(zip(marked["study"], marked["name"], strict=True)):
        factor = vocabulary.resolve(str(name)).factor
        if factor is not None and factor not in causal[study]:
            causal[study].append(factor)
    facts = arm_facts(profiles)
    changed, measured, context = _changed(facts), _measured(profiles), _contexts(facts)
    pairs = [
        (r.study, r.effect, f"{r.study}/{r.arm}", f"{r.study}/{r.than}", _DIRECTION[r.direction])
        for r in evidence.comparisons.itertuples(index=False)
        if r.study in causal and r.effect in effects
    ]
    touched: dict[str, dict[str, float]] = defaultdict(dict)
    for (sample, factor), sign in changed.items():
        touched[sample][factor] = sign
    apart = {p: len(_changed_apart(p[2], p[3], touched)) for p in pairs}
    alike = [p for p in pairs if apart[p] == 1 and context.get(p[2]) == context.get(p[3])]
    rows = list(_from_pairs(alike, causal, changed, CHANGED))
    undisturbed = [p for p in pairs if apart[p] == 0]
    rows += _weaker(rows, _from_pairs(undisturbed, causal, measured, MEASURED))
    rows += _weaker(rows, _from_readouts(evidence, effects, causal, measured | changed))
    return pd.DataFrame(rows, columns=list(EXPERIMENT_COLUMNS))


def terms_of(factor: str) -> tuple[str, ...]:
    """Return the terms of an explanation that are about one factor.

    Examples
    --------
    >>> terms_of("IL6")[0]
    'IL6'
    """
    about = [Term(FACTOR, factor), Term(GENE, factor), Term(AGENT, factor)]
    return tuple(label(t) for t in (*about, *(Term(MANIPULATED, m, factor) for m in TARGETED)))


def _changed(facts: pd.DataFrame) -> Amounts:
    """Return (sample, factor) to +1 where it was added or over-expressed, -1 where blocked or silenced."""
    genes = facts[(facts["about"] == "agent") & (facts["aspect"] == "gene")]
    rows = pd.concat([genes, facts[facts["about"] == "manipulation"]]).dropna(subset=["target", "sign"])
    signs = np.sign(rows["sign"].astype(float))
    return {
        (sample, target): float(sign)
        for sample, target, sign in zip(rows["sample"], rows["target"], signs, strict=True)
        if sign != 0
    }


def _measured(profiles: Profiles) -> Amounts:
    """Return (sample, factor) to 1 elevated, 0.5 present, -1 decreased or not detected."""
    levels = profiles.factors.dropna(subset="level")
    return {
        (row.sample, row.factor): 1.0 if row.level > 1 else 0.5 if row.level > 0 else -1.0
        for row in levels.itertuples(index=False)
    }


def _contexts(facts: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Return sample to what is stated of its cells, donor and product, what was done left out."""
    own = facts[facts["about"].isin(_SAME)]
    return dict(own.groupby("sample")["fact"].agg(frozenset).items())


def _changed_apart(arm: str, than: str, changed: dict[str, dict[str, float]]) -> list[str]:
    """Return the factors that were blocked or engineered in one of two arms and not so in the other."""
    one, other = changed.get(arm, {}), changed.get(than, {})
    return [f for f in {**one, **other} if one.get(f) != other.get(f)]


def _from_pairs(
    pairs: list[tuple[str, str, str, str, float]],
    causal: dict[str, list[str]],
    amount: Amounts,
    route: str,
) -> Iterator[tuple[object, ...]]:
    for study, effect, arm, than, direction in pairs:
        for factor in causal[study]:
            one, other = amount.get((arm, factor)), amount.get((than, factor))
            if route == CHANGED:  # what was not touched is as it was
                one, other = one or 0.0, other or 0.0
            if one is None or other is None or one == other or direction == 0:
                continue
            first, second = (arm, than) if one > other else (than, arm)
            sign = float(np.sign(direction * (one - other)))
            yield study, factor, effect, first, second, 1.0, sign, route


def _from_readouts(
    evidence: Evidence, effects: Sequence[str], causal: dict[str, list[str]], amount: Amounts
) -> Iterator[tuple[object, ...]]:
    for row in evidence.outcomes.itertuples(index=False):
        if row.study not in causal or row.effect not in effects:
            continue
        sample = f"{row.study}/{row.arm}"
        for factor in causal[row.study]:
            held = amount.get((sample, factor))
            if held is not None:
                helped = 1.0 if row.result == "beneficial" else -1.0
                sign = float(np.sign(held))
                yield row.study, factor, row.effect, sample, None, sign, helped * sign, READOUT


def _weaker(
    stronger: list[tuple[object, ...]], rows: Iterator[tuple[object, ...]]
) -> list[tuple[object, ...]]:
    """Return the rows of which no stronger route tells the study, factor and effect."""
    told = {row[:3] for row in stronger}
    return [row for row in rows if row[:3] not in told]


def findings_of(experiments: pd.DataFrame, predictors: Sequence[str]) -> pd.DataFrame:
    """Return one row per study, factor and effect: the sign of the majority of its experiments.

    Experiments of one study that contradict each other evenly are left out. What a predictor gives is
    averaged over the experiments of a finding.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     [("s", "HGF", "angiogenic", "r", sign, 1.0) for sign in (1.0, 1.0, -1.0)],
    ...     columns=["study", "factor", "effect", "route", "sign", "m"],
    ... )
    >>> findings_of(table, ["m"])[["sign", "m"]].values.tolist()
    [[1.0, 1.0]]
    """
    keys = ["study", "factor", "effect", "route"]
    found = experiments.groupby(keys, as_index=False, sort=False)[["sign", *predictors]].mean()
    found["sign"] = np.sign(found["sign"])
    return found[found["sign"] != 0].reset_index(drop=True)


def agreement_row(
    findings: pd.DataFrame, predictor: str, level: float = 0.9, draws: int = 2000, seed: int = 0
) -> dict[str, int | float | str | Estimate]:
    """Return `n, studies, says, agrees, chance, p` of one predictor.

    Where all findings or all given signs are alike, permuting them changes nothing: no chance is shown.

    Parameters
    ----------
    findings : pandas.DataFrame
        `group, sign` and a column per predictor; 0 = says nothing.
    predictor : str
        The column to judge.
    level : float
        Level of the interval of `agrees`, over resampled groups of studies.
    draws, seed : int
        Bootstrap draws and permutations, and their seed.

    Examples
    --------
    >>> table = pd.DataFrame({"group": list("abcd"), "sign": [1, 1, 1, -1], "m": [0.2, 0.1, 0.0, -0.3]})
    >>> row = agreement_row(table, "m")
    >>> row["n"], row["says"], row["agrees"].value
    (4, 0.75, 1.0)
    """
    given, truth = (findings[c].to_numpy(dtype=float) for c in (predictor, "sign"))
    says = np.abs(given) > _SAYS
    given, truth = np.sign(given[says]), truth[says]
    agrees = mean_over_studies(given == truth, findings["group"][says], level, draws, seed)
    mixed = len(set(truth)) > 1 and len(set(given)) > 1
    permuted = permuted_agreement(given, truth, draws, seed) if mixed else np.empty(0)
    return {
        "n": len(findings),
        "studies": int(findings["group"].nunique()),
        "says": float(says.mean()) if len(says) else float("nan"),
        "agrees": agrees,
        "chance": float(permuted.mean()) if mixed else float("nan"),
        "p": _p_value(permuted, agrees.value) if mixed else "–",
    }


def _p_value(permuted: np.ndarray, observed: float) -> str:
    reached = (1 + np.sum(permuted >= observed - 1e-12)) / (1 + len(permuted))
    return f"{reached:.3f}" if reached >= 0.001 else "< 0.001"


def permuted_agreement(given: np.ndarray, truth: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return the agreement under each permutation of the experiments' signs among the findings."""
    if len(truth) == 0:
        return np.empty(0)
    generator = np.random.default_rng(seed)
    return np.array([np.mean(given == generator.permutation(truth)) for _ in range(draws)])
