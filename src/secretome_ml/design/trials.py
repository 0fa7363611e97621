"""What the evidence itself tried: comparisons within a study in which just one thing was changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from secretome_ml.design.change import Change
from secretome_ml.evidence import Evidence
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.facts import CHANGES, fact_sets

TRIAL_COLUMNS = ("change", "effect", "study", "doi", "direction", "assay", "changed", "unchanged")
_TURNED = {"higher": "lower", "lower": "higher", "equal": "equal"}


@dataclass(frozen=True)
class Trials:
    """Which studies did what, which effects they tested it on, and the comparisons of one change.

    Parameters
    ----------
    done : dict of str to frozenset of str
        Fact to the studies with an arm that states it.
    tested : dict of (str, str) to frozenset of str
        Fact and effect to the studies in which an arm with the fact was tested on the effect.
    arms : dict of str to frozenset of str
        Facts of every arm.
    pairs : pandas.DataFrame
        Every comparison seen from either arm: `gained` and `lost` facts of the arm against the other,
        `effect`, `direction`, `study`, `doi`, `assay`, `changed`, `unchanged`.
    """

    done: Mapping[str, frozenset[str]]
    tested: Mapping[tuple[str, str], frozenset[str]]
    arms: Mapping[str, frozenset[str]]
    pairs: pd.DataFrame

    def tested_in(self, change: Change, effect: str) -> frozenset[str]:
        """Return the studies in which an arm with what the change brings was tested on the effect."""
        found = [self.tested.get((fact, effect), frozenset()) for fact in change.brings or change.lost]
        return frozenset.intersection(*found) if found else frozenset()

    def together_in(self, facts: frozenset[str]) -> frozenset[str]:
        """Return the studies with one arm that states all of the facts; none where there is no fact."""
        if not facts:
            return frozenset()
        return frozenset(arm.split("/", 1)[0] for arm, own in self.arms.items() if facts <= own)

    def of(self, change: Change, effect: str) -> pd.DataFrame:
        """Return the comparisons that tried this very change on an effect, columns `TRIAL_COLUMNS`.

        `direction` says whether the changed arm had more of the effect. Where the start does not state what
        the change replaces, a comparison with any other value counts. No comparison tells apart another
        oxygen or time of what the start has.
        """
        told = bool(change.gained or change.lost)
        rows = self._tried.get((effect, change.gained), []) if told else []
        hit = [row for row, lost in rows if self._replaces(change, lost)]
        found = self.pairs.iloc[hit].assign(change=change.label)
        return found[list(TRIAL_COLUMNS)].reset_index(drop=True)

    @cached_property
    def _tried(self) -> dict[tuple[str, frozenset[str]], list[tuple[int, frozenset[str]]]]:
        """Effect and gained facts to the rows of `pairs`, with what was lost."""
        found: dict[tuple[str, frozenset[str]], list[tuple[int, frozenset[str]]]] = {}
        columns = (self.pairs[c] for c in ("effect", "gained", "lost"))
        for row, (effect, gained, lost) in enumerate(zip(*columns, strict=True)):
            found.setdefault((effect, gained), []).append((row, lost))
        return found

    @staticmethod
    def _replaces(change: Change, lost: frozenset[str]) -> bool:
        columns = {fact.split("=", 1)[0] for fact in change.gained if "=" in fact}
        return lost == change.lost or (
            not change.lost and bool(columns) and {f.split("=", 1)[0] for f in lost} == columns
        )


def read_trials(evidence: Evidence, profiles: Profiles) -> Trials:
    """Return what the studies tried.

    Parameters
    ----------
    evidence : Evidence
        The studies.
    profiles : Profiles
        Their arms, as `profiles_from_evidence` gives them.
    """
    arms: dict[str, frozenset[str]] = dict(fact_sets(profiles, CHANGES).items())
    done: dict[str, set[str]] = defaultdict(set)
    tested: dict[tuple[str, str], set[str]] = defaultdict(set)
    effects = _tested_effects(evidence)
    for arm, facts in arms.items():
        study = arm.split("/", 1)[0]
        for fact in facts:
            done[fact].add(study)
            for effect in effects.get(arm, ()):
                tested[fact, effect].add(study)
    return Trials(
        {fact: frozenset(studies) for fact, studies in done.items()},
        {key: frozenset(studies) for key, studies in tested.items()},
        arms,
        pd.DataFrame(_pairs(evidence, arms)),
    )


def _tested_effects(evidence: Evidence) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for frame, columns in ((evidence.outcomes, ("arm",)), (evidence.comparisons, ("arm", "than"))):
        for column in columns:
            for study, arm, effect in frame[["study", column, "effect"]].itertuples(index=False, name=None):
                found[f"{study}/{arm}"].add(effect)
    return found


def _pairs(evidence: Evidence, arms: Mapping[str, frozenset[str]]) -> Iterator[dict[str, object]]:
    doi = evidence.studies.set_index("study")["doi"]
    for row in evidence.comparisons.to_dict("records"):
        first, second = (f"{row['study']}/{row[c]}" for c in ("arm", "than"))
        cited = doi.get(row["study"])
        shared = {
            "effect": row["effect"],
            "study": row["study"],
            "doi": cited if isinstance(cited, str) else None,
            "assay": row["assay"] if isinstance(row["assay"], str) else None,
        }
        for changed, other, direction in (
            (first, second, row["direction"]),
            (second, first, _TURNED[row["direction"]]),
        ):
            yield {
                **shared,
                "direction": direction,
                "gained": arms[changed] - arms[other],
                "lost": arms[other] - arms[changed],
                "changed": changed.split("/", 1)[1],
                "unchanged": other.split("/", 1)[1],
            }
