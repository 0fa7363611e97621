"""What no honest split may hold: repeated studies on both sides, or a column that is the label."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from secretome_ml.core.errors import SecretomeError
from secretome_ml.features.columns import Features
from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.validation.splits import Split, StudyOnBothSides

# Two studies that agree in this many stated facts and results, and in nothing differ, are one study.
_LEAST_FACTS = 12
_IMPLAUSIBLE, _LEAST_STUDIES, _LEAST_RARER, _LEAST_PAIRS = 0.98, 20, 8, 30


class LeakingFeature(SecretomeError):
    """A column orders the outcomes or the comparisons better than any description could."""


def check_split(split: Split, groups: pd.Series) -> None:
    """Refuse a split that parts studies of one group.

    Raises
    ------
    StudyOnBothSides
        If a group is on both sides.
    """
    sides = [set(groups.reindex(pd.unique(study_of(side)))) for side in (split.train, split.test)]
    shared = sides[0] & sides[1]
    if shared:
        raise StudyOnBothSides(
            f"{len(shared)} groups of repeated studies are on both sides, e.g. {min(shared)}; split by group."
        )


def joined_duplicates(groups: pd.Series, profiles: Profiles, targets: Targets) -> pd.Series:
    """Return the groups, with studies of the same description and results joined too."""
    joined = groups.copy()
    for same in duplicated_studies(profiles, targets):
        for other in same[1:]:
            joined[joined == joined[other]] = joined[same[0]]
    return joined


def duplicated_studies(profiles: Profiles, targets: Targets) -> list[tuple[str, ...]]:
    """Return the sets of studies whose arms agree in all that is stated and all that was found.

    Only studies with enough facts are told apart from chance: many plain studies of one arm say the same
    few words.
    """
    facts: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for sample, fact in _facts(profiles, targets):
        facts[sample].append(fact)
    by_study: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for sample in profiles.samples:
        by_study[sample.split("/", 1)[0]].append(tuple(sorted(map(repr, facts[sample]))))
    alike: dict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    for study, arms in by_study.items():
        if sum(map(len, arms)) >= _LEAST_FACTS:
            alike[tuple(sorted(arms))].append(study)
    return [tuple(studies) for studies in alike.values() if len(studies) > 1]


def leaking_columns(features: Features, targets: Targets) -> pd.DataFrame:
    """Return the columns that alone order outcomes or pairs with at least 98 % right, either way round.

    Only where the column speaks broadly: 20 studies state it with 8 of the rarer result, or it tells 30
    compared pairs apart. Columns: `effect, column, on, share, studies`.
    """
    rows = [row for effect in targets.effects for row in _outcome_leaks(features, targets, effect)]
    rows += _pair_leaks(features, targets)
    return pd.DataFrame(rows, columns=["effect", "column", "on", "share", "studies"])


def check_features(features: Features, targets: Targets) -> None:
    """Refuse features of which a column leaks the labels.

    Raises
    ------
    LeakingFeature
        If `leaking_columns` finds any; all are named.
    """
    found = leaking_columns(features, targets)
    if len(found):
        named = ", ".join(sorted(set(found["column"])))
        raise LeakingFeature(f"These columns order the labels almost perfectly: {named}. Take them out.")


def _outcome_leaks(
    features: Features, targets: Targets, effect: str
) -> list[tuple[str, str, str, float, int]]:
    label = targets.binary(effect)
    values, study = features.of_effect(effect)[:, features.places(label.index)], study_of(label.index)
    found = []
    for column, given in zip(features.columns, values, strict=True):
        stated = ~np.isnan(given)
        truth, value = label.to_numpy()[stated], given[stated]
        rarer = min(truth.sum(), len(truth) - truth.sum())
        studies = len(set(study[stated]))
        if rarer < _LEAST_RARER or studies < _LEAST_STUDIES:
            continue
        wins = rankdata(value)[truth == 1].sum() - truth.sum() * (truth.sum() + 1) / 2
        area = float(wins / (truth.sum() * (len(truth) - truth.sum())))
        if max(area, 1 - area) >= _IMPLAUSIBLE:
            found.append((effect, column.name, "outcomes", max(area, 1 - area), studies))
    return found


def _pair_leaks(features: Features, targets: Targets) -> list[tuple[str, str, str, float, int]]:
    pairs = targets.comparisons[targets.comparisons["direction"] != 0]
    gaps = []
    for effect, part in pairs.groupby("effect"):
        values = np.nan_to_num(features.for_effect(str(effect)))
        arm, than = (features.places(pd.Index(part[side])) for side in ("arm", "than"))
        turned = np.sign(values[arm] - values[than]) * np.sign(part[["direction"]].to_numpy())
        gaps.append(pd.DataFrame(turned, columns=[c.name for c in features.columns]))
    if not gaps:
        return []
    right = pd.concat(gaps)
    told = (right != 0).sum()
    share = (right > 0).sum() / told.where(told > 0)
    extreme = np.maximum(share, 1 - share)
    return [
        ("all", str(c), "comparisons", float(extreme[c]), int(told[c]))
        for c in right.columns
        if told[c] >= _LEAST_PAIRS and extreme[c] >= _IMPLAUSIBLE
    ]


def _facts(profiles: Profiles, targets: Targets) -> list[tuple[str, tuple[object, ...]]]:
    """Return (sample, fact) of everything stated or found."""
    found: list[tuple[str, tuple[object, ...]]] = []
    for column in profiles.context.columns:
        found += [(str(s), (column, v)) for s, v in profiles.context[column].dropna().items()]
    for frame, columns in (
        (profiles.preconditioning, ["kind", "agent", "o2_percent", "hours"]),
        (profiles.manipulations, ["kind", "target"]),
        (profiles.factors, ["factor", "state"]),
    ):
        for row in frame[["sample", *columns]].astype(str).itertuples(index=False):
            found.append((row[0], tuple(row[1:])))
    for effect in targets.effects:
        found += [(str(s), (effect, v)) for s, v in targets.outcomes[effect].dropna().items()]
    return found
