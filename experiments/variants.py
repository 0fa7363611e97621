"""Variants of a measurement: harder splits, something taken away, labels shuffled, fewer studies.

Harder splits hold out later years, one cell source, one preconditioning, one factor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from secretome_ml.core.errors import NotEnoughEvidence
from secretome_ml.evidence import Evidence
from secretome_ml.features.batch import batch_of
from secretome_ml.features.columns import Features
from secretome_ml.features.encoder import Encoder
from secretome_ml.features.knowledge import KnowledgeBlock
from secretome_ml.features.roles import Known, known_roles
from secretome_ml.models.targets import Targets
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.validation.splits import Split


@dataclass(frozen=True)
class HeldOut:
    """A split with what it holds out."""

    what: str
    value: str
    split: Split


def later_years(samples: pd.Index, studies: pd.DataFrame, groups: pd.Series, share: float = 0.2) -> HeldOut:
    """Return the split that learns from earlier studies and is judged on the latest ones.

    Studies without a year are on neither side: they may be later than the rest.

    Parameters
    ----------
    samples : pandas.Index
        `<study>/<arm>` names.
    studies : pandas.DataFrame
        The studies table.
    groups : pandas.Series
        Study to group of studies that repeat each other.
    share : float
        Least share of the dated studies on the test side.
    """
    year = studies.set_index("study")["year"].astype("Float64").astype(float)
    year = year.reindex(pd.unique(study_of(samples)))
    dated = year.dropna()
    if dated.nunique() < 2:
        raise NotEnoughEvidence("Fewer than two years are stated; later years cannot be held out.")
    cut = float(np.quantile(dated, 1.0 - share, method="lower"))
    cut = cut if cut > dated.min() else float(dated[dated > dated.min()].min())
    split = _split(samples, set(dated.index[dated >= cut]), groups, allowed=set(dated.index))
    return HeldOut("later years", f"{cut:.0f} and later", split)


def one_source_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per cell source that enough studies state; the test side states it in some arm."""
    stated = profiles.context["cell_source"].dropna()
    return _each(
        "cell source", profiles.samples, pd.Series(stated.to_numpy(), index=stated.index), groups, min_studies
    )


def one_preconditioning_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per kind of preconditioning that enough studies state."""
    rows = profiles.preconditioning[~profiles.preconditioning["kind"].str.startswith("other:")]
    stated = pd.Series(rows["kind"].to_numpy(), index=rows["sample"])
    return _each("preconditioning", profiles.samples, stated, groups, min_studies)


def one_factor_out(profiles: Profiles, groups: pd.Series, min_studies: int = 15) -> list[HeldOut]:
    """Return one split per factor that enough studies measured."""
    rows = profiles.factors.dropna(subset="level")
    stated = pd.Series(rows["factor"].to_numpy(), index=rows["sample"])
    return _each("factor", profiles.samples, stated, groups, min_studies)


def _each(
    what: str, samples: pd.Index, stated: pd.Series, groups: pd.Series, min_studies: int
) -> list[HeldOut]:
    """Return a split for every value of `stated` (sample to value) that `min_studies` studies state."""
    pairs = pd.DataFrame(
        {"study": study_of(stated.index), "value": stated.to_numpy(dtype=object)}
    ).drop_duplicates()
    counts = pairs["value"].value_counts()
    every = set(study_of(samples))
    return [
        HeldOut(
            what, str(value), _split(samples, set(pairs.loc[pairs["value"] == value, "study"]), groups, every)
        )
        for value in sorted(counts.index[counts >= min_studies])
    ]


def _split(samples: pd.Index, tested: set[str], groups: pd.Series, allowed: set[str]) -> Split:
    """Return the tested studies against the allowed ones that share no group with them."""
    study = study_of(samples)
    barred = set(groups.reindex(list(tested)))
    test = np.array([s in tested for s in study])
    train = np.array([s in allowed and groups[s] not in barred for s in study])
    return Split(samples[train], samples[test])


@dataclass(frozen=True)
class Ablation:
    """Features and targets with something taken away."""

    without: str
    features: Features
    targets: Targets


def without_blocks(profiles: Profiles, targets: Targets, blocks: tuple[str, ...]) -> Iterator[Ablation]:
    """Yield the features without each block in turn, encoded anew."""
    for block in blocks:
        kept = tuple(b for b in blocks if b != block)
        features = Encoder(targets.effects, kept, min_studies=1).fit(profiles).transform(profiles)
        yield Ablation(f"block {block}", features, targets)


def without_known_sums(features: Features, targets: Targets) -> Iterator[Ablation]:
    """Yield the features without each column of signed knowledge in turn."""
    for column in [c for c in features.columns if c.effect is not None]:
        yield Ablation(f"column {column.name}", features.without(column), targets)


def without_roles(profiles: Profiles, features: Features, targets: Targets, evidence: str) -> Ablation:
    """Return the features with the known sums made without roles of one kind of evidence, e.g. `design`."""
    block, batch = KnowledgeBlock(known=Known(known_roles((evidence,)))), batch_of(profiles)
    known = {effect: block.transform(batch, effect) for effect in targets.effects}
    return Ablation(f"roles whose evidence is {evidence}", replace(features, by_effect=known), targets)


def without_basis(evidence: Evidence, features: Features, targets: Targets, basis: str) -> Ablation:
    """Return targets in which studies read from `basis`, e.g. `review`, weigh nothing in training.

    They stay on the test side: the folds are the same, so that nothing else changes.
    """
    left = evidence.studies.loc[evidence.studies["basis"] == basis, "study"]
    weights = targets.weights.where(~np.isin(study_of(targets.weights.index), left), 0.0)
    pairs = targets.comparisons
    silent = replace(
        targets,
        weights=weights,
        comparisons=pairs.assign(weight=pairs["weight"].where(~pairs["study"].isin(left), 0.0)),
    )
    return Ablation(f"studies read from {basis}", features, silent)


def permuted(targets: Targets, seed: int) -> Targets:
    """Return targets in which no label belongs to its arm any more.

    Per effect, the outcomes are dealt anew among the tested arms, and one half of the decided
    comparisons, chosen at random, is turned round.

    Examples
    --------
    >>> import pandas as pd
    >>> outcomes = pd.DataFrame({"angiogenic": [1.0, 0.0, None]}, index=["s/a", "s/b", "t/a"])
    >>> pairs = pd.DataFrame({"effect": [], "arm": [], "than": [], "direction": []})
    >>> shuffled = permuted(Targets(outcomes, pd.Series(1.0, index=outcomes.index), pairs), seed=0)
    >>> float(shuffled.outcomes["angiogenic"].sum()), int(shuffled.outcomes["angiogenic"].isna().sum())
    (1.0, 1)
    """
    generator = np.random.default_rng(seed)
    outcomes = targets.outcomes.copy()
    for effect in targets.effects:
        tested = outcomes.index[outcomes[effect].notna()]
        outcomes.loc[tested, effect] = generator.permutation(outcomes.loc[tested, effect].to_numpy())
    turn = np.ones(len(targets.comparisons))
    decided = np.flatnonzero(targets.comparisons["direction"].to_numpy(dtype=float) != 0)
    turn[generator.permutation(decided)[: len(decided) // 2]] = -1.0
    pairs = targets.comparisons.assign(direction=targets.comparisons["direction"].astype(float) * turn)
    return Targets(outcomes, targets.weights, pairs)


def thinned(split: Split, share: float, groups: pd.Series, seed: int) -> Split:
    """Return the split with only a share of the training groups; a smaller share is part of a larger one.

    Examples
    --------
    >>> whole = Split(pd.Index(["a/1", "b/1", "c/1", "d/1"]), pd.Index(["e/1"]))
    >>> groups = pd.Series(list("abcde"), index=list("abcde"))
    >>> len(thinned(whole, 0.5, groups, seed=0).train)
    2
    """
    group = groups.reindex(study_of(split.train)).to_numpy(dtype=object)
    names = np.array(sorted(set(group)), dtype=object)
    order = np.random.default_rng(seed).permutation(len(names))
    kept = set(names[order[: max(round(share * len(names)), 1)]])
    return Split(split.train[[g in kept for g in group]], split.test)
