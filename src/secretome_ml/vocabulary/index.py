"""Look-up tables from normal forms to factors, made once from the vocabulary files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from secretome_ml.vocabulary.normalise import normal_form
from secretome_ml.vocabulary.tables import Row, rows, split_cell


@dataclass(frozen=True)
class Decision:
    """What `ambiguous.csv` says about a name: its candidates, and the one chosen or None."""

    candidates: tuple[str, ...]
    factor: str | None
    reason: str


@dataclass(frozen=True)
class FactorIndex:
    """All the look-ups that `FactorVocabulary` needs; the dictionaries are read-only by convention."""

    factors: dict[str, Row]
    names: dict[str, tuple[str, str]]
    decisions: dict[str, Decision]
    unresolved: dict[str, str]
    current: dict[str, str]
    exact: dict[str, Decision]

    @cached_property
    def proteins(self) -> Proteins:
        """The reviewed human proteins, read when the first name is none of a listed factor."""
        return _proteins(self.factors)


@dataclass(frozen=True)
class Proteins:
    """Look-ups of the reviewed human proteins beside the listed factors."""

    by_accession: dict[str, str]
    symbols: dict[str, str]
    aliases: dict[str, tuple[str, ...]]
    accessions: dict[str, str]


def light_form(name: str) -> str:
    """Return the name in lower case with single spaces; plural letters and hyphens stay.

    Examples
    --------
    >>> light_form("Total  Protein")
    'total protein'
    """
    return " ".join(name.casefold().split())


@cache
def factor_index() -> FactorIndex:
    """Return the index of the shipped vocabulary; it is made on the first call."""
    factors = {row["id"]: row for row in rows("factors")}
    names: dict[str, tuple[str, str]] = {}
    for row in factors.values():
        for synonym in split_cell(row["synonyms"]):
            names.setdefault(normal_form(synonym), (row["id"], "synonym"))
    for row in factors.values():
        names.setdefault(normal_form(row["label"]), (row["id"], "label"))
    for identifier in factors:
        names[normal_form(identifier)] = (identifier, "symbol")
    decided = {
        row["name"]: Decision(split_cell(row["candidates"]), row["decision"] or None, row["reason"])
        for row in rows("ambiguous")
    }
    as_written = {row["name"] for row in rows("ambiguous") if row["as_written"]}
    decisions = {normal_form(n): d for n, d in decided.items() if n not in as_written}
    current = {row["symbol"]: row["factor"] for row in rows("symbols")}
    return FactorIndex(
        factors=factors,
        names=names,
        decisions=decisions,
        unresolved={light_form(row["name"]): row["reason"] for row in rows("unresolved")},
        current=current,
        exact={n: decided[n] for n in as_written},
    )


def _proteins(factors: dict[str, Row]) -> Proteins:
    by_accession: dict[str, str] = {}
    symbols: dict[str, str] = {}
    accessions: dict[str, str] = {}
    alias_owners: dict[str, list[str]] = {}
    for row in rows("proteins"):
        by_accession[row["accession"]] = row["symbol"]
        symbols.setdefault(normal_form(row["symbol"]), row["symbol"])
        accessions.setdefault(row["symbol"], row["accession"])
        for alias in split_cell(row["names"])[1:]:
            owners = alias_owners.setdefault(normal_form(alias), [])
            if row["symbol"] not in owners:
                owners.append(row["symbol"])
    for row in factors.values():
        if row["uniprot"]:
            symbols[normal_form(by_accession.get(row["uniprot"], row["id"]))] = row["id"]
            by_accession[row["uniprot"]] = row["id"]
    aliases = {form: tuple(owners) for form, owners in alias_owners.items()}
    return Proteins(by_accession, symbols, aliases, accessions)
