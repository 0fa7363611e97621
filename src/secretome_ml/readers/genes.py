"""From the protein groups of a search engine to factors, by one stated rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from secretome_ml.vocabulary import FactorVocabulary, Resolution

_DIVIDERS = re.compile(r"[;,]\s*|\s+\|\s+")
_NOT_MEMBERS = re.compile(r"^(?:CON__|REV__|contam_|rev_|decoy_|Cont_|cRAP|##)", re.IGNORECASE)
_IN_FASTA = re.compile(r"\b(?:sp|tr|trm|spt|swissprot|trembl|uniprotkb|gi)\|(?=\w)", re.IGNORECASE)
_GENE_IN_HEADER = re.compile(r"\bGN=(?P<gene>[\w.-]+)")
_ENTRY_NAME = re.compile(r"(?:^|\|)(?P<gene>[A-Z0-9]{1,10})_(?P<species>[A-Z0-9]{3,5})\b")
_SPECIES = {"HUMAN": "human", "MOUSE": "mouse", "RAT": "rat"}
_MOST_MEMBERS = 40


@dataclass(frozen=True)
class GroupResolution:
    """What a protein group stands for.

    Parameters
    ----------
    factor : str or None
        The factor; None when no member resolves.
    how : str
        `single`, `family` (the members share one), `leading` (the first of several), or `unresolved`.
    members : tuple of str
        Factors of all members that resolve, leading protein first.
    ortholog : bool
        Whether the name of another species was mapped to the human symbol.
    reason : str or None
        Why nothing resolved.
    """

    factor: str | None
    how: str
    members: tuple[str, ...] = ()
    ortholog: bool = False
    reason: str | None = None


@lru_cache(maxsize=200_000)
def resolve_name(name: str) -> Resolution:
    """Resolve one factor name; remembered, because a file repeats its names."""
    return FactorVocabulary.load().resolve(name)


@lru_cache(maxsize=200_000)
def _resolve_accession(accession: str) -> str | None:
    return FactorVocabulary.load().resolve_accession(accession).factor


def resolve_group(accessions: str, genes: str) -> GroupResolution:
    """Resolve a protein group.

    The rule: accessions before gene names, because they are exact; contaminant and decoy members are left
    out; one factor behind all members that resolve is taken; several that share a family which the
    vocabulary holds as a factor become that family; else the first member that resolves, the group's leading
    protein, is taken and the group is counted.

    Parameters
    ----------
    accessions, genes : str
        Members divided by `;`, leading protein first; either may be empty. Genes may also be panel names.

    Examples
    --------
    >>> resolve_group("P15692;P15692-4", "VEGFA").factor
    'VEGFA'
    >>> resolve_group("", "CCL3;CCL4").how
    'leading'
    """
    members: list[str] = []
    for part in _parts(accessions):
        factor = _resolve_accession(part)
        if factor is not None and factor not in members:
            members.append(factor)
    if members:
        return _choose(members, ortholog=False)
    ortholog = False
    reason: str | None = None
    whole = resolve_name(genes) if genes else None
    if whole is not None and whole.factor is not None:
        return GroupResolution(whole.factor, "single", (whole.factor,), whole.how == "ortholog symbol")
    for part in _parts(genes):
        found = resolve_name(part)
        reason = reason or found.reason
        if found.factor is not None and found.factor not in members:
            ortholog = ortholog or found.how == "ortholog symbol"
            members.append(found.factor)
    if members:
        return _choose(members, ortholog)
    return GroupResolution(None, "unresolved", reason=reason or "unknown: no human protein and no gene name")


def accessions_of(ids: pd.Series) -> pd.Series:
    """Return groups of accessions without the databases before and the entry names behind them.

    Examples
    --------
    >>> accessions_of(pd.Series(["sp|P62308|RUXG_HUMAN;sp|A8MWD9|RUXGL_HUMAN", "P15692|X_RAT"])).tolist()
    ['P62308;A8MWD9', 'P15692']
    """
    bare = ids.astype(str).str.replace(_IN_FASTA, "", regex=True)
    return bare.str.replace(r"\|[A-Z0-9]{1,11}_[A-Z0-9]{3,5}\b", "", regex=True)


def gene_in_header(header: str) -> str:
    """Return the gene names (`GN=`) of FASTA headers, else empty text.

    Examples
    --------
    >>> gene_in_header("sp|P05231|IL6_HUMAN Interleukin-6 OS=Homo sapiens GN=IL6 PE=1")
    'IL6'
    """
    return ";".join(dict.fromkeys(_GENE_IN_HEADER.findall(header)))


def species_of(texts: Iterable[str]) -> str | None:
    """Return the species that at least 80 % of entry names (`IL6_MOUSE`) or organisms name.

    Examples
    --------
    >>> species_of(["IL6_MOUSE", "VEGFA_MOUSE"]), species_of(["Homo sapiens OX=9606"])
    ('mouse', 'human')
    """
    counts: dict[str, int] = {}
    total = 0
    for text in texts:
        found = _ENTRY_NAME.search(text)
        lower = text.casefold()
        species = _SPECIES.get(found["species"], "other") if found else None
        for latin, common in (
            ("homo sapiens", "human"),
            ("mus musculus", "mouse"),
            ("rattus norvegicus", "rat"),
        ):
            species = common if latin in lower else species
        if species:
            total += 1
            counts[species] = counts.get(species, 0) + 1
    best = max(counts, key=lambda s: counts[s], default=None)
    return best if best not in (None, "other") and counts[best] >= 0.8 * total else None


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in _DIVIDERS.split(text, maxsplit=_MOST_MEMBERS)[:_MOST_MEMBERS]]
    return [part for part in parts if part and not _NOT_MEMBERS.match(part)]


def _choose(members: list[str], ortholog: bool) -> GroupResolution:
    if len(members) == 1:
        return GroupResolution(members[0], "single", tuple(members), ortholog)
    vocabulary = FactorVocabulary.load()
    families = {vocabulary.family(member) for member in members}
    family = families.pop() if len(families) == 1 else None
    if family is not None and vocabulary.kind(family) == "family":
        return GroupResolution(family, "family", tuple(members), ortholog)
    return GroupResolution(members[0], "leading", tuple(members), ortholog)
