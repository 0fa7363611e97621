"""The studies behind a prediction: the nearest arms that tested the effect, and what they found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from secretome_ml.evidence import Evidence
from secretome_ml.explanation.citations import cited_studies
from secretome_ml.explanation.findings import AGAINST, SUPPORTS, arm_findings
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.facts import NEAR, fact_sets
from secretome_ml.profiles.profiles import Profiles
from secretome_ml.validation.splits import study_groups

STUDY_COLUMNS = (
    "sample", "effect", "study", "arm", "title", "doi", "locator", "year",
    "shared", "shared_facts", "result", "side", "itself",
)  # fmt: skip

FACTOR = "factor:"
_CHUNK = 512


def studies_behind(
    profiles: Profiles,
    evidence: Evidence,
    effects: Sequence[str],
    most: int = 6,
    arms: Profiles | None = None,
) -> pd.DataFrame:
    """Return, per sample and effect, the nearest studies that tested the effect, and what they found.

    Nearness is the cosine between what two preparations state: facts of cells, preconditioning and product,
    and measured factors with their direction; rare facts count more than common ones
    (Sparck Jones, doi:10.1108/eb026526), and a factor that went the other way counts against. A study gives
    its nearest arm alone. Where all of the nearest speak for one side, the nearest study of the other side
    takes the last place, so that what speaks against a prediction is seen.

    A sample that is itself an arm of the corpus also gets its own study (and its repeats), marked
    `itself`: the model was trained on it, so it is no independent support.

    Parameters
    ----------
    profiles : Profiles
        The samples.
    evidence : Evidence
        The corpus.
    effects : sequence of str
        Effects to look at.
    most : int
        Independent studies per sample and effect.
    arms : Profiles, optional
        The arms of the corpus, where they are at hand.

    Returns
    -------
    pandas.DataFrame
        Columns `STUDY_COLUMNS`. `shared` is the share of the sample's stated facts that the arm shares;
        `locator` says where the study stands that has no DOI; `title` is the journal where the source
        prints no title; `side` is `supports` or `against` a benefit. Own study first, then nearest first.

    Examples
    --------
    >>> from secretome_ml import load_evidence, read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> profiles = read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")
    >>> found = studies_behind(profiles, load_evidence(), ["angiogenic"], most=3)
    >>> len(found), set(found["side"]) <= {"supports", "against"}
    (6, True)
    """
    return StudyIndex.of(evidence, effects, arms).behind(profiles, most)


@dataclass(frozen=True)
class StudyIndex:
    """The corpus, ready to be asked which of its studies stand behind a prediction.

    It is worth keeping where many predictions are asked for one after another; `studies_behind` makes
    one for a single question.

    Parameters
    ----------
    arms : pandas.DataFrame
        One row per arm: `sample, study, arm, group`.
    facts : tuple of str
        Every fact and directed factor that an arm states.
    stated : sparse matrix, arms by facts
        Signed: a factor that is decreased is the opposite of an elevated one.
    weight : array, facts
        How much a fact tells: the log of how rare it is.
    findings : dict of str to pandas.DataFrame
        Per effect, `arm` (row of `arms`), `result`, `side`.
    studies : pandas.DataFrame
        `title, doi, locator, year`, by study.
    """

    arms: pd.DataFrame
    facts: tuple[str, ...]
    stated: sparse.csr_matrix
    weight: NDArray[np.float64]
    findings: dict[str, pd.DataFrame]
    studies: pd.DataFrame

    @classmethod
    def of(cls, evidence: Evidence, effects: Sequence[str], profiles: Profiles | None = None) -> StudyIndex:
        """Read the corpus once; `profiles` are its arms, where they are at hand."""
        profiles = profiles if profiles is not None else profiles_from_evidence(evidence)
        described = described_facts(profiles)
        facts = tuple(sorted({fact for own in described for fact in own}))
        stated = fact_matrix(described, facts)
        count = np.asarray((stated != 0).sum(axis=0)).ravel()
        samples = profiles.samples.to_series().reset_index(drop=True)
        named = samples.str.split("/", n=1, expand=True)
        group = named[0].map(study_groups(evidence.studies))
        arms = pd.DataFrame({"sample": samples, "study": named[0], "arm": named[1], "group": group})
        place = pd.Series(arms.index, index=samples)
        found = arm_findings(evidence, effects)
        found = found.assign(arm=found["sample"].map(place))
        by_effect = {str(e): found[found["effect"] == e].reset_index(drop=True) for e in effects}
        weight = np.log(1.0 + len(arms) / np.maximum(count, 1.0))
        return cls(arms, facts, stated, weight, by_effect, cited_studies(evidence.studies))

    def behind(self, profiles: Profiles, most: int = 6) -> pd.DataFrame:
        """Return the studies behind the predictions of the profiles; see `studies_behind`."""
        described = described_facts(profiles)
        groups = dict(zip(self.arms["sample"], self.arms["group"], strict=True))
        own = [groups.get(sample) for sample in profiles.samples]
        rows: list[tuple[object, ...]] = []
        for start in range(0, len(described), _CHUNK):
            part = described[start : start + _CHUNK]
            values = fact_matrix(part, self.facts)
            for effect, found in self.findings.items():
                near = self._nearness(values, found)
                for i, facts in enumerate(part):
                    for row, itself in self._chosen(near[i], found, own[start + i], most):
                        sample = str(profiles.samples[start + i])
                        rows.append((sample, effect, *self._row(found.iloc[row], facts), itself))
        table = pd.DataFrame(rows, columns=list(STUDY_COLUMNS))
        order = {str(sample): i for i, sample in enumerate(profiles.samples)}
        table = table.sort_values("sample", key=lambda names: names.map(order), kind="stable")
        return table.astype({"year": "Int64", "shared": float, "itself": bool}).reset_index(drop=True)

    def _nearness(self, values: sparse.csr_matrix, found: pd.DataFrame) -> NDArray[np.float64]:
        """Return samples by arms that tested the effect: the weighted sum shared, over the arm's length."""
        arms = self.stated[found["arm"].to_numpy()]
        weighed = arms.multiply(self.weight[None, :]).tocsr()
        length = self.lengths(arms)
        shared = np.asarray((values @ weighed.T).todense(), dtype=float)
        near: NDArray[np.float64] = shared / np.maximum(length, 1e-12)[None, :]
        return near

    def lengths(self, stated: sparse.csr_matrix) -> NDArray[np.float64]:
        """Return the length of each row, rare facts counting more."""
        weighed = stated.multiply(stated).multiply(self.weight[None, :])
        found: NDArray[np.float64] = np.sqrt(np.asarray(weighed.sum(axis=1), dtype=float).ravel())
        return found

    def _chosen(
        self, near: NDArray[np.float64], found: pd.DataFrame, own: str | None, most: int
    ) -> Iterator[tuple[int, bool]]:
        """Yield rows of `found`, one per group of studies, and whether it is the sample's own."""
        group = self.arms["group"].to_numpy()[found["arm"].to_numpy()]
        side = found["side"].to_numpy()
        order = [int(i) for i in np.argsort(-near, kind="stable") if near[i] > 0]
        yield from [(i, True) for i in order if group[i] == own][:1]
        first: dict[str, int] = {}
        for i in order:
            if group[i] != own:
                first.setdefault(group[i], i)
        ranked = list(first.values())
        chosen = ranked[:most]
        unseen = {SUPPORTS, AGAINST} - {side[i] for i in chosen}
        others = [i for i in ranked[most:] if side[i] in unseen]
        if most > 1 and others:
            # A readout of its own says more than having been the weaker of two arms.
            close = [i for i in others if near[i] >= 0.5 * near[others[0]]]
            told = found["readout"].to_numpy()
            chosen[-1] = next((i for i in close if told[i]), others[0])
        yield from [(i, False) for i in chosen]

    def _row(self, finding: pd.Series, facts: dict[str, float]) -> tuple[object, ...]:
        arm = self.arms.iloc[int(finding["arm"])]
        cited = self.studies.loc[arm["study"]]
        vector = self.stated[int(finding["arm"])]
        theirs = {self.facts[i]: v for i, v in zip(vector.indices, vector.data, strict=True)}
        both = [fact for fact, value in facts.items() if theirs.get(fact) == value]
        stated = [fact for fact in facts if not fact.startswith(FACTOR)]
        shared = sum(fact in theirs for fact in stated) / len(stated) if stated else float("nan")
        return (
            arm["study"], arm["arm"], cited["title"], cited["doi"], cited["locator"], cited["year"],
            shared, fact_words(both, facts), finding["result"], finding["side"],
        )  # fmt: skip


def described_facts(profiles: Profiles) -> list[dict[str, float]]:
    """Return, per sample, its stated facts with 1, and its measured factors with their direction."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for sample, facts in fact_sets(profiles, NEAR).items():
        found[str(sample)].update(dict.fromkeys(sorted(facts), 1.0))
    levels = profiles.factors.dropna(subset="level").groupby(["sample", "factor"], sort=False)["level"].mean()
    for (sample, factor), level in levels.items():
        # Elevated and decreased are opposites; mere presence says half as much as a change.
        found[str(sample)][FACTOR + str(factor)] = 1.0 if level > 1 else 0.5 if level > 0 else -1.0
    return [found[str(sample)] for sample in profiles.samples]


def fact_matrix(described: list[dict[str, float]], facts: tuple[str, ...]) -> sparse.csr_matrix:
    """Return samples by facts; a fact that is not among them is left out."""
    place = {fact: i for i, fact in enumerate(facts)}
    entries = [(r, place[f], v) for r, own in enumerate(described) for f, v in own.items() if f in place]
    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(described), len(facts)), dtype=float)


def fact_words(shared: list[str], facts: dict[str, float]) -> str:
    """Return shared facts as words: `MSC, adipose, hypoxia, VEGFA elevated`."""
    words = []
    for fact in shared:
        if fact.startswith(FACTOR):
            state = {1.0: "elevated", 0.5: "present", -1.0: "decreased or absent"}[facts[fact]]
            words.append(f"{fact.removeprefix(FACTOR)} {state}")
        else:
            words.append(fact.split("=", 1)[1].replace("_", " "))
    return ", ".join(dict.fromkeys(words))
