"""Splits in which a study, and the studies that repeat it, are never on both sides."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.core.errors import NotEnoughEvidence, SecretomeError
from secretome_ml.profiles.from_evidence import study_of


class StudyOnBothSides(SecretomeError):
    """A split puts arms of one study, or of studies that repeat each other, on both sides."""


@dataclass(frozen=True)
class Split:
    """Samples to learn from and samples to be judged on."""

    train: pd.Index
    test: pd.Index

    def __post_init__(self) -> None:
        shared = set(study_of(self.train)) & set(study_of(self.test))
        if shared:
            raise StudyOnBothSides(
                f"{len(shared)} studies are on both sides, e.g. {sorted(shared)[0]}; split by study."
            )


def study_folds(samples: pd.Index, folds: int, seed: int, groups: pd.Series | None = None) -> list[Split]:
    """Return `folds` splits; every study is tested once.

    Parameters
    ----------
    samples : pandas.Index
        `<study>/<arm>` names.
    folds : int
        Number of splits.
    seed : int
        Seed of the assignment.
    groups : pandas.Series, optional
        Study to group, where several studies must stay together; default: each study by itself.

    Raises
    ------
    NotEnoughEvidence
        If there are fewer groups than folds.
    """
    studies = study_of(samples)
    group = studies if groups is None else groups.reindex(studies).to_numpy(dtype=object)
    names = np.array(sorted(set(group)), dtype=object)
    if len(names) < folds:
        raise NotEnoughEvidence(f"{len(names)} studies cannot be split into {folds} folds; lower the folds.")
    order = np.random.default_rng(seed).permutation(len(names))
    fold_of = dict(zip(names[order], np.arange(len(names)) % folds, strict=True))
    place: NDArray[np.int64] = np.array([fold_of[g] for g in group])
    return [Split(samples[place != k], samples[place == k]) for k in range(folds)]


# A version or a supplement of the same article: `.v2`, `/v1`, `.s001`, `.t001`, `.g003`, `_1`.
_DOI_TAIL = re.compile(r"(?:[./_-](?:v\d+|[sgt]\d{1,3}|supp\w*|full|pdf|abstract))+$")
_PMC = re.compile(r"pmc\d+", re.IGNORECASE)
_PUBMED = re.compile(r"(?:pubmed(?:\.ncbi\.nlm\.nih\.gov)?|nih\.gov/pubmed)/(\d{6,9})", re.IGNORECASE)
_LEAST_TITLE = 30


def study_groups(studies: pd.DataFrame) -> pd.Series:
    """Return study to group; a group is named after its first study.

    Two studies are joined when they share one of: the DOI without version or supplement; the PubMed or
    PMC number, stated or in the address; the title, in letters and digits, if it has 30 or more; the
    address; or first author and year, where the journal is the same or one of them does not state it and
    neither their DOIs nor their PubMed numbers tell them apart. The last rule joins some that only share a
    name: that costs a little, a leak would cost the claim. Papers that tell the same facts under two DOIs
    are joined by `guard.joined_duplicates`.

    Parameters
    ----------
    studies : pandas.DataFrame
        The studies table of the evidence.

    Examples
    --------
    >>> table = pd.DataFrame({"study": ["a", "b", "c"], "doi": ["10.1/x", "10.1/X.v2", "10.1/y"]})
    >>> study_groups(table).tolist()
    ['a', 'a', 'c']
    """
    names = studies["study"].astype(str).tolist()
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    first: dict[tuple[str, str], str] = {}
    for row in studies.to_dict("records"):
        for key in _keys({str(k): v for k, v in row.items() if isinstance(v, str | int) and v != ""}):
            other = root(first.setdefault(key, str(row["study"])))
            parent[root(str(row["study"]))] = other
    named: dict[str, dict[str, set[str]]] = {}
    for row in studies.to_dict("records"):
        _add_names(named.setdefault(root(str(row["study"])), {}), row)
    for one, two in _same_author_and_year(studies):
        keep, gone = root(one), root(two)
        if keep != gone and not _told_apart(named[keep], named[gone]):
            parent[gone] = keep
            for kind, names_held in named[gone].items():
                named[keep].setdefault(kind, set()).update(names_held)
    return pd.Series([root(name) for name in names], index=names, name="group")


def _keys(row: dict[str, str | int]) -> Iterator[tuple[str, str]]:
    """Yield what names the article, whichever table cell holds it."""
    url = str(row.get("url", "")).strip().lower().rstrip("/")
    if "doi" in row:
        yield "doi", _DOI_TAIL.sub("", str(row["doi"]).strip().lower())
    if "pmid" in row:
        yield "pmid", str(row["pmid"]).strip()
    for found in _PUBMED.findall(url):
        yield "pmid", found
    for found in _PMC.findall(url):
        yield "pmc", found.lower()
    title = re.sub(r"[^a-z0-9]", "", str(row.get("title", "")).lower())
    if len(title) >= _LEAST_TITLE:
        yield "title", title
    if url:
        yield "url", re.sub(r"^https?:/+(?:www\.)?", "", url)


def _add_names(held: dict[str, set[str]], row: dict[Hashable, Any]) -> None:
    """Add the DOI and the PubMed number by which a study is told from others of its author and year."""
    for kind, name in _keys({str(k): v for k, v in row.items() if isinstance(v, str | int) and v != ""}):
        if kind in ("doi", "pmid"):
            held.setdefault(kind, set()).add(name)


def _told_apart(one: dict[str, set[str]], two: dict[str, set[str]]) -> bool:
    """Return whether both state a DOI, or both a PubMed number, and none of them is the same."""
    return any(one[kind].isdisjoint(two[kind]) for kind in one.keys() & two.keys())


def _same_author_and_year(studies: pd.DataFrame) -> Iterator[tuple[str, str]]:
    if not {"first_author", "year", "journal"} <= set(studies.columns):
        return
    named = studies.dropna(subset=["first_author", "year"])
    author, year = named["first_author"].str.lower().str.strip(), named["year"].astype(int)
    journals = named["journal"].fillna("").str.lower().str.replace(r"[^a-z0-9]", "", regex=True)
    groups: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for who, when, study, journal in zip(author, year, named["study"].astype(str), journals, strict=True):
        groups.setdefault((who, when), []).append((study, journal))
    for _, members in sorted(groups.items()):
        for i, (one, journal) in enumerate(members):
            for two, other in members[i + 1 :]:
                if journal == other or not journal or not other:
                    yield one, two
