"""The published preparations nearest to a sample: what they did, and what differs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from secretome_ml.evidence import Evidence
from secretome_ml.explanation.studies import FACTOR, StudyIndex, described_facts, fact_matrix, fact_words
from secretome_ml.profiles.profiles import Profiles

NEAREST_COLUMNS = (
    "sample", "rank", "study", "arm", "author", "title", "doi", "locator", "year", "nearness",
    "outcomes", "shared", "only_here", "only_there", "factors_apart", "itself",
)  # fmt: skip
_CHUNK = 512


def nearest(profiles: Profiles, evidence: Evidence, effects: Sequence[str], most: int = 5) -> pd.DataFrame:
    """Return, per sample, the published preparations most like it that tested one of the effects.

    Likeness is that of `studies_behind`: the cosine between what two preparations state, rare facts counting
    more; a study gives its nearest arm alone.

    Parameters
    ----------
    profiles : Profiles
        The samples.
    evidence : Evidence
        The corpus.
    effects : sequence of str
        Effects whose outcomes are told.
    most : int
        Preparations per sample.

    Returns
    -------
    pandas.DataFrame
        Columns `NEAREST_COLUMNS`, nearest first. `outcomes`: effect by effect what the arm found; `shared`,
        `only_here` and `only_there`: stated facts; `factors_apart`: measured in both, in opposite directions;
        `itself`: the sample is an arm of this study, and the model has seen it.

    Examples
    --------
    >>> from secretome_ml import load_evidence, read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> profiles = read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")
    >>> found = nearest(profiles, load_evidence(), ["angiogenic"], most=2)
    >>> found["sample"].tolist()
    ['asc_normoxia', 'asc_normoxia', 'asc_hypoxia', 'asc_hypoxia']
    """
    return nearest_in(StudyIndex.of(evidence, effects), profiles, most)


def nearest_in(index: StudyIndex, profiles: Profiles, most: int = 5) -> pd.DataFrame:
    """Return the nearest preparations of an index that was made before; see `nearest`."""
    told = _outcomes(index)
    tested = np.array(sorted(told), dtype=np.int64)
    described = described_facts(profiles)
    if not len(tested) or not described:
        return pd.DataFrame(columns=list(NEAREST_COLUMNS))
    arms = index.stated[tested]
    weighed = arms.multiply(index.weight[None, :]).tocsr()
    length = np.maximum(index.lengths(arms), 1e-12)
    groups = index.arms["group"].to_numpy()[tested]
    own = dict(zip(index.arms["sample"], index.arms["group"], strict=True))
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(described), _CHUNK):
        part = described[start : start + _CHUNK]
        values = fact_matrix(part, index.facts)
        near = np.asarray((values @ weighed.T).todense(), dtype=float) / length[None, :]
        near /= np.maximum(index.lengths(values), 1e-12)[:, None]
        for i, facts in enumerate(part):
            sample = str(profiles.samples[start + i])
            for rank, at in enumerate(_best(near[i], groups, most), start=1):
                arm = int(tested[at])
                itself = groups[at] == own.get(sample)
                rows.append((sample, rank, *_row(index, arm, near[i, at], told[arm], facts), itself))
    table = pd.DataFrame(rows, columns=list(NEAREST_COLUMNS))
    return table.astype({"year": "Int64", "nearness": float, "itself": bool})


def _outcomes(index: StudyIndex) -> dict[int, str]:
    """Return, per arm that tested something, what it found: `angiogenic: beneficial, against PBS`."""
    told: dict[int, list[str]] = {}
    for effect, found in index.findings.items():
        for arm, result in zip(found["arm"], found["result"], strict=True):
            told.setdefault(int(arm), []).append(f"{effect.replace('_', '-')}: {result}")
    return {arm: "; ".join(words) for arm, words in told.items()}


def _best(near: np.ndarray, groups: np.ndarray, most: int) -> list[int]:
    """Return the places of the nearest arms, one per group of studies that repeat each other."""
    first: dict[object, int] = {}
    for at in np.argsort(-near, kind="stable").tolist():
        if near[at] <= 0.0 or len(first) >= most:
            break
        first.setdefault(groups[at], at)
    return list(first.values())


def _row(
    index: StudyIndex, arm: int, near: float, outcomes: str, facts: dict[str, float]
) -> tuple[object, ...]:
    vector = index.stated[arm]
    theirs = {index.facts[i]: float(v) for i, v in zip(vector.indices, vector.data, strict=True)}
    both = [fact for fact, value in facts.items() if theirs.get(fact) == value]
    here = [fact for fact in facts if fact not in theirs and not fact.startswith(FACTOR)]
    there = [fact for fact in theirs if fact not in facts and not fact.startswith(FACTOR)]
    apart = [f.removeprefix(FACTOR) for f, v in facts.items() if v * theirs.get(f, 0.0) < 0.0]
    named = index.arms.iloc[arm]
    cited = index.studies.loc[named["study"]]
    return (
        named["study"], named["arm"], cited["author"], cited["title"], cited["doi"], cited["locator"],
        cited["year"], float(near), outcomes, fact_words(both, facts), fact_words(here, facts),
        fact_words(there, theirs), ", ".join(apart),
    )  # fmt: skip
