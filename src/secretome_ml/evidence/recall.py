"""Which facts of a text two readers both wrote down, which only one, and how many both may have missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from secretome_ml.evidence.corpus import Evidence
from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.index import light_form

_DRAWS = 1000
_LEVEL = 0.95


def reading_recall(first: Evidence, second: Evidence) -> dict[str, dict[str, Any]]:
    """Return, per kind of fact, what both readings of the same studies hold and what only one does.

    Facts are counted per study, so that a reader who splits an arm misses nothing by it; a factor counts by
    what its name resolves to. How many facts neither reader wrote down is estimated as an animal population
    is from two catches, after Chapman (doi:10.1016/j.jclinepi.2008.06.001 uses it for what searches miss).
    Readers miss the same hard facts, and tables or texts that neither saw cannot be caught: it is a lower
    bound.

    Parameters
    ----------
    first, second : Evidence
        Two readings; studies are matched by their identifier.

    Returns
    -------
    dict
        Per kind of fact `both`, `only_first`, `only_second`; `found_by_first` and `found_by_second`, the
        share that a reading holds of the other's facts, each with a 95 % interval over resampled studies;
        `missed`, the estimated number in neither. A share of no facts is None.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> corpus = load_evidence()
    >>> reading_recall(corpus, corpus)["effects tested"]["found_by_first"]
    1.0
    """
    shared = sorted(set(first.studies["study"]) & set(second.studies["study"]))
    a, b = first.subset(shared), second.subset(shared)
    return {kind: _counted(shared, facts_of(a), facts_of(b)) for kind, facts_of in _KINDS.items()}


def _column(table: str, *columns: str) -> Callable[[Evidence], Iterator[tuple[str, ...]]]:
    def facts(evidence: Evidence) -> Iterator[tuple[str, ...]]:
        stated = evidence.tables[table][["study", *columns]].dropna()
        return (tuple(map(str, row)) for row in stated.itertuples(index=False))

    return facts


def _named(table: str) -> Callable[[Evidence], Iterator[tuple[str, ...]]]:
    def facts(evidence: Evidence) -> Iterator[tuple[str, ...]]:
        vocabulary = FactorVocabulary.load()
        for study, name in evidence.tables[table][["study", "name"]].itertuples(index=False):
            found = vocabulary.resolve(str(name))
            names = (found.factor,) if found.factor else found.candidates or (light_form(str(name)),)
            yield from ((str(study), n) for n in names)

    return facts


_KINDS: dict[str, Callable[[Evidence], Iterator[tuple[str, ...]]]] = {
    "cell types": _column("arms", "cell_type"),
    "cell sources": _column("arms", "cell_source"),
    "species": _column("arms", "species"),
    "products": _column("arms", "product"),
    "preconditioning": _column("preconditioning", "kind"),
    "manipulations": _column("manipulations", "kind"),
    "factors of the preparation": _named("factors"),
    "factors in the recipient": _named("mediators"),
    "effects tested": _column("outcomes", "effect"),
    "results of effects": _column("outcomes", "effect", "result"),
    "effects compared between arms": _column("comparisons", "effect"),
}


def _counted(
    studies: list[str], first: Iterator[tuple[str, ...]], second: Iterator[tuple[str, ...]]
) -> dict[str, Any]:
    ours, theirs = set(first), set(second)
    place = {s: i for i, s in enumerate(studies)}
    per_study = np.zeros((len(studies), 3), dtype=int)
    for column, facts in enumerate((ours & theirs, ours - theirs, theirs - ours)):
        for fact in facts:
            per_study[place[fact[0]], column] += 1
    both, only_first, only_second = (int(n) for n in per_study.sum(axis=0))
    return {
        "both": both,
        "only_first": only_first,
        "only_second": only_second,
        "found_by_first": _share(both, only_second),
        "found_by_first_interval": _interval(per_study[:, [0, 2]]),
        "found_by_second": _share(both, only_first),
        "found_by_second_interval": _interval(per_study[:, [0, 1]]),
        "missed": round(only_first * only_second / (both + 1), 1),
    }


def _share(found: int, missed: int) -> float | None:
    return round(found / (found + missed), 4) if found + missed else None


def _interval(per_study: np.ndarray[Any, Any]) -> list[float] | None:
    """Return the bounds of the share found, over studies drawn again: facts of one study go together."""
    if not per_study.sum():
        return None
    drawn = np.random.default_rng(0).integers(0, len(per_study), (_DRAWS, len(per_study)))
    totals = per_study[drawn].sum(axis=1)
    totals = totals[totals.sum(axis=1) > 0]
    bounds = np.quantile(totals[:, 0] / totals.sum(axis=1), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return [round(float(b), 4) for b in bounds]
