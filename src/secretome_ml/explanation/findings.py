"""What each arm of the corpus found for an effect: its readouts, and what it was compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from secretome_ml.evidence import Evidence

FINDING_COLUMNS = ("sample", "effect", "result", "side", "readout")
SUPPORTS, AGAINST = "supports", "against"

_RESULTS = ("beneficial", "null", "adverse")
_TURNED = {"higher": "lower", "lower": "higher", "equal": "equal"}
_COMPARED = {"higher": "more than", "lower": "less than", "equal": "as much as"}
_WORTH = {"higher": 1.0, "equal": 0.0, "lower": -1.0}


def arm_findings(evidence: Evidence, effects: Sequence[str]) -> pd.DataFrame:
    """Return what every arm that tested an effect found, one row per arm and effect.

    An arm tested an effect when it has a readout of it or was compared on it. It speaks for a benefit
    (`supports`) when more than half of its readouts were beneficial, else it speaks `against` one. An arm
    without readout is judged by its comparisons: it supports when it had more of the effect than the arms
    it was compared with; where it had as much, the readouts of those arms decide.

    Parameters
    ----------
    evidence : Evidence
        The studies.
    effects : sequence of str
        Effects to look at.

    Returns
    -------
    pandas.DataFrame
        `sample` (`<study>/<arm>`), `effect`, `result` in words, `side`, and `readout`: whether the arm had
        a readout of its own against a control, or was only compared with other arms.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> found = arm_findings(load_evidence(), ["angiogenic"])
    >>> sorted(found["side"].unique())
    ['against', 'supports']
    """
    outcomes = evidence.outcomes[evidence.outcomes["effect"].isin(effects)]
    outcomes = outcomes.assign(sample=outcomes["study"] + "/" + outcomes["arm"])
    readouts: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    columns = outcomes["sample"], outcomes["effect"], outcomes["result"], outcomes["vs"]
    for sample, effect, result, versus in zip(*columns, strict=True):
        own = readouts.setdefault((str(sample), str(effect)), [])
        own.append((str(result), str(versus) if pd.notna(versus) else None))
    told = {key: _outcome_words(own) for key, own in readouts.items()}
    share = (outcomes["result"] == "beneficial").groupby([outcomes["sample"], outcomes["effect"]]).mean()
    benefit = {key: float(v) for key, v in share.items()}
    compared: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in _both_ways(evidence.comparisons, effects).itertuples(index=False):
        compared.setdefault((row.sample, row.effect), []).append((row.direction, row.other))
    rows = []
    for key in dict.fromkeys([*told, *compared]):
        pairs = compared.get(key, [])
        words = [*([told[key]] if key in told else []), *_comparison_words(pairs)]
        side = SUPPORTS if _supports(key, pairs, benefit) else AGAINST
        rows.append((*key, "; ".join(words), side, key in told))
    return pd.DataFrame(rows, columns=list(FINDING_COLUMNS))


def arm_words(arm: str) -> str:
    """Return the name of an arm as words.

    Examples
    --------
    >>> arm_words("hypoxia_rmsc_cm")
    'hypoxia rmsc cm'
    """
    return arm.replace("_", " ")


def _supports(
    key: tuple[str, str], pairs: list[tuple[str, str]], benefit: dict[tuple[str, str], float]
) -> bool:
    if key in benefit:
        return benefit[key] > 0.5
    balance = sum(_WORTH[direction] for direction, _ in pairs)
    if balance != 0:
        return balance > 0
    study = key[0].split("/", 1)[0]
    others = [benefit.get((f"{study}/{other}", key[1])) for _, other in pairs]
    known = [share for share in others if share is not None]
    return bool(known) and sum(known) / len(known) > 0.5


def _outcome_words(rows: Sequence[tuple[str, str | None]]) -> str:
    """Return readouts, result and what against, as words: `beneficial in 2 of 3 readouts, against PBS`."""
    counts = Counter(result for result, _ in rows)
    present = [(r, counts[r]) for r in _RESULTS if counts[r]]
    if len(rows) == 1:
        text = present[0][0]
    elif len(present) == 1:
        text = f"{present[0][0]} in {len(rows)} readouts"
    else:
        (first, number), *rest = present
        text = ", ".join([f"{first} in {number} of {len(rows)} readouts", *(f"{r} in {n}" for r, n in rest)])
    against = list(dict.fromkeys(arm_words(versus) for _, versus in rows if versus is not None))
    return f"{text}, against {' and '.join(against[:2])}" if against else text


def _both_ways(comparisons: pd.DataFrame, effects: Sequence[str]) -> pd.DataFrame:
    """Return comparisons seen from either arm: `sample, effect, direction, other`."""
    own = comparisons[comparisons["effect"].isin(effects)]
    seen_from_arm = pd.DataFrame(
        {
            "sample": own["study"] + "/" + own["arm"],
            "effect": own["effect"],
            "direction": own["direction"],
            "other": own["than"],
        }
    )
    seen_from_other = pd.DataFrame(
        {
            "sample": own["study"] + "/" + own["than"],
            "effect": own["effect"],
            "direction": own["direction"].map(_TURNED),
            "other": own["arm"],
        }
    )
    return pd.concat([seen_from_arm, seen_from_other], ignore_index=True)


def _comparison_words(pairs: list[tuple[str, str]]) -> list[str]:
    """Return comparisons as words, one part per direction: `more than normoxia cm`."""
    words = []
    for direction, said in _COMPARED.items():
        others = list(dict.fromkeys(arm_words(other) for d, other in pairs if d == direction))
        if others:
            words.append(f"{said} {' and '.join(others)}")
    return words
