"""Studies that stand twice: what a study is recognised by, and which rows are the same one."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from secretome_ml.evidence.corpus import Evidence

# Facts that two readings must share before an author and a year make them one candidate.
_SHARED = 0.5


@dataclass(frozen=True)
class Double:
    """Two studies of a corpus that are, or may be, one publication.

    Parameters
    ----------
    study, other : str
        Identifiers, in the order of the corpus.
    reason : str
        Column that both share (`doi`, `pmid`, `url`, `locator`, `title`), or `author, year and facts`.
    """

    study: str
    other: str
    reason: str

    @property
    def certain(self) -> bool:
        """Whether an identifier, address or title says so; otherwise a curator has to look."""
        return self.reason != "author, year and facts"


def find_doubles(evidence: Evidence) -> list[Double]:
    """Return the pairs of studies that share an identifier, address or title, or author, year and facts.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> from secretome_ml.evidence.doubles import find_doubles
    >>> [d for d in find_doubles(load_evidence()) if d.certain]
    []
    """
    first: dict[str, str] = {}
    found: dict[tuple[str, str], Double] = {}
    for study, key in study_keys(evidence.studies):
        held = first.setdefault(key, study)
        if held != study:
            found.setdefault((held, study), Double(held, study, key.partition(":")[0]))
    for one, other in _alike(evidence):
        found.setdefault((one, other), Double(one, other, "author, year and facts"))
    return list(found.values())


def study_keys(studies: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield (study, `column:value`) for every key by which a study can be recognised."""
    for row in studies.to_dict("records"):
        study = str(row["study"])
        yield study, f"id:{study}"
        for name in ("doi", "pmid", "url", "locator", "title"):
            value = row.get(name)
            if isinstance(value, str) and value:
                yield study, f"{name}:{_plain(name, value)}"


def _plain(name: str, value: str) -> str:
    if name == "title":
        return _letters(value)
    if name == "url":
        # An article of PubMed Central has one number, whichever of its figures was read.
        if central := re.search(r"ncbi\.nlm\.nih\.gov/(?:pmc/)?articles/(pmc\d+)", value.lower()):
            return central[1]
        # A query tells studies apart; the search words that PubMed Central appends do not.
        bare = re.sub(r"#.*$|[?&]term=.*$", "", value.strip())
        return re.sub(r"^https?://(www\.)?|/+$", "", bare.lower())
    return value.lower()


def _letters(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.lower()).strip() or text.lower()


def _alike(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield the pairs of one author and year that state mostly the same, and no two different identifiers."""
    groups: dict[tuple[str, int], list[dict[str, str]]] = defaultdict(list)
    for row in evidence.studies.to_dict("records"):
        if pd.notna(row["first_author"]) and pd.notna(row["year"]):
            groups[_letters(row["first_author"]), int(row["year"])].append(row)
    facts = _facts(evidence)
    for rows in groups.values():
        for one, other in combinations(rows, 2):
            apart = any(
                pd.notna(one[c]) and pd.notna(other[c]) and one[c] != other[c] for c in ("doi", "pmid")
            )
            mine, theirs = facts[one["study"]], facts[other["study"]]
            shared = len(mine & theirs) / max(min(len(mine), len(theirs)), 1)
            if not apart and shared >= _SHARED:
                yield one["study"], other["study"]


def _facts(evidence: Evidence) -> dict[str, set[tuple[str, str]]]:
    """Return what each study states: its factors, agents, outcomes and kinds of preparation."""
    stated: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for table, column in (
        ("factors", "name"),
        ("preconditioning", "kind"),
        ("preconditioning", "agent"),
        ("outcomes", "effect"),
        ("arms", "cell_source"),
        ("arms", "product"),
    ):
        rows = evidence.tables[table][["study", column]].dropna()
        for study, value in rows.itertuples(index=False):
            stated[study].add((column, _letters(str(value))))
    return stated
