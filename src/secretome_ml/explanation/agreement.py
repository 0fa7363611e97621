"""How often given signs agree with the signs that experiments showed, against chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome_ml.trust.resampling import Estimate, mean_over_studies

# A contribution smaller than rounding says nothing.
_SAYS = 1e-9


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
