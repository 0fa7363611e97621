"""What the changed factors of a panel do: over-representation against the panel that was measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import false_discovery_control, hypergeom

PANEL_COLUMNS = (
    "set", "size", "overlap", "expected", "odds_ratio", "odds_low", "odds_high", "p", "adjusted", "factors",
)  # fmt: skip
# A set of which fewer members were measured says nothing about itself.
LEAST_MEMBERS = 3
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Power:
    """What a panel could show at best.

    Parameters
    ----------
    tested : int
        Sets that can be tested: enough measured members, and not the whole panel.
    best : float
        The least adjusted p that any set could reach, were all of its members changed; 1 without sets.
    """

    tested: int
    best: float

    @property
    def enough(self) -> bool:
        """Whether anything could come out significant."""
        return self.tested > 0 and self.best <= SIGNIFICANT


def over_representation(
    changed: Collection[str],
    background: Collection[str],
    sets: Mapping[str, frozenset[str]],
    level: float = 0.9,
) -> pd.DataFrame:
    """Test, for every set, whether the changed factors hold more of its members than chance would.

    One-sided hypergeometric test (that of Fisher) against the measured factors, never the genome: what was
    not measured could not have changed. All sets with enough measured members are tested and corrected
    together, those without overlap too (Benjamini and Hochberg, doi:10.1111/j.2517-6161.1995.tb02031.x).
    The odds ratio has one half added to each count, and its interval is that of the logit (Gart and
    Zweifel, doi:10.1093/biomet/54.1-2.181).

    Parameters
    ----------
    changed : collection of str
        Factors that are elevated, or that are decreased; those outside the background are left out.
    background : collection of str
        Every factor that was measured and could have stood in a set.
    sets : mapping of str to frozenset of str
        Members by name of the set.
    level : float
        Level of the interval of the odds ratio.

    Returns
    -------
    pandas.DataFrame
        Columns `PANEL_COLUMNS`, smallest p first; `size` counts measured members, `factors` names the
        changed ones.

    Examples
    --------
    >>> panel = ["VEGFA", "HGF", "FGF2", "IL6", "CXCL8", "TIMP1", "TIMP2", "CCL2"]
    >>> sets = {"growth": frozenset({"VEGFA", "HGF", "FGF2"})}
    >>> found = over_representation(["VEGFA", "HGF", "FGF2"], panel, sets)
    >>> round(float(found["p"].iloc[0]), 4)  # 1 way of 8 choose 3
    0.0179
    """
    whole, names, members, inside = _measured(changed, background, sets)
    size = np.array([len(m) for m in members], dtype=float)
    overlap = np.array([len(m & inside) for m in members], dtype=float)
    total, number = len(whole), len(inside)
    p = hypergeom.sf(overlap - 1, total, size, number) if names else np.zeros(0)
    ratio, low, high = _odds(overlap, size, number, total, level)
    table = pd.DataFrame(
        {
            "set": names,
            "size": size.astype(int),
            "overlap": overlap.astype(int),
            "expected": size * number / max(total, 1),
            "odds_ratio": ratio,
            "odds_low": low,
            "odds_high": high,
            "p": p,
            "adjusted": false_discovery_control(np.clip(p, 0.0, 1.0)) if names else p,
            "factors": ["; ".join(sorted(m & inside)) for m in members],
        },
        columns=list(PANEL_COLUMNS),
    )
    order = table.assign(more=-table["overlap"]).sort_values(["p", "more", "set"], kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def power(changed: Collection[str], background: Collection[str], sets: Mapping[str, frozenset[str]]) -> Power:
    """Return what could come out at best: the least adjusted p, were each set changed as far as it can be.

    It depends on the numbers of measured and changed factors alone, not on which ones changed, so that to
    refuse by it chooses no result (Tarone, doi:10.2307/2531456).

    Examples
    --------
    >>> power(["a"], ["a", "b", "c", "d"], {"s": frozenset("abc")}).enough
    False
    """
    whole, names, members, inside = _measured(changed, background, sets)
    if not names or not inside:
        return Power(len(names), 1.0)
    size = np.array([len(m) for m in members], dtype=float)
    p = hypergeom.sf(np.minimum(size, len(inside)) - 1, len(whole), size, len(inside))
    return Power(len(names), float(false_discovery_control(np.clip(p, 0.0, 1.0)).min()))


def _measured(
    changed: Collection[str], background: Collection[str], sets: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], list[str], list[frozenset[str]], frozenset[str]]:
    """Return the background, the sets that can be tested, and the changed factors in the background."""
    whole = frozenset(background)
    kept = {name: members & whole for name, members in sets.items()}
    kept = {n: m for n, m in kept.items() if LEAST_MEMBERS <= len(m) < len(whole)}
    return whole, list(kept), list(kept.values()), whole & frozenset(changed)


def _odds(
    overlap: np.ndarray, size: np.ndarray, number: int, total: int, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cells = np.stack([overlap, size - overlap, number - overlap, total - size - number + overlap]) + 0.5
    middle = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    half = ndtri(0.5 + level / 2.0) * np.sqrt((1.0 / cells).sum(axis=0))
    return np.exp(middle), np.exp(middle - half), np.exp(middle + half)
