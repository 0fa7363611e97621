"""Sets of factors to ask a panel about: the shipped ones, or those of a GMT file."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.paths import data_dir
from secretome_ml.vocabulary import FactorVocabulary, frame

_MOST_BYTES = 200_000_000
_MOST_PROBLEMS = 20
# Kinds of factor that a set of genes can hold; None is a protein outside the project's own vocabulary.
_GENES = ("protein", None)


@dataclass(frozen=True)
class FactorSets:
    """Named sets of factors, and which factors could stand in one.

    Parameters
    ----------
    source : str
        Where they come from, for the reader.
    sets : dict of str to frozenset of str
        Members by name.
    universe : frozenset of str or None
        Factors that the makers of the sets looked at; None = every gene.
    """

    source: str
    sets: dict[str, frozenset[str]]
    universe: frozenset[str] | None = None

    def background(self, measured: frozenset[str]) -> frozenset[str]:
        """Return the measured factors that could stand in a set."""
        if self.universe is not None:
            return measured & self.universe
        vocabulary = FactorVocabulary.load()
        return frozenset(f for f in measured if vocabulary.kind(f) in _GENES)


@cache
def shipped_sets() -> FactorSets:
    """Return the sets made of the shipped tables: known roles per effect, and families of factors.

    The sources of the roles (GO terms, reviews, the project's own priors) stand in
    `data/knowledge/README.md`. Only factors of the vocabulary could get a role, so they are the universe.

    Examples
    --------
    >>> sets = shipped_sets()
    >>> "VEGFA" in sets.sets["promotes the angiogenic effect"]
    True
    """
    roles = pd.read_csv(data_dir() / "knowledge" / "roles.csv", dtype=str)
    found = {
        f"{role} the {str(effect).replace('_', ' ')} effect": frozenset(part["factor"])
        for (effect, role), part in roles.groupby(["effect", "role"], sort=True)
    }
    factors = frame("factors")
    stated = factors[factors["family"].fillna("") != ""]
    found |= {f"family: {name}": frozenset(part["id"]) for name, part in stated.groupby("family", sort=True)}
    return FactorSets(
        "shipped roles and families", found, frozenset(factors["id"]) | frozenset(roles["factor"])
    )


def read_gene_sets(path: Path) -> FactorSets:
    """Return the sets of a GMT file, plain or gzipped: name, description, then one gene symbol a column.

    Raises
    ------
    InputRefused
        If the file is missing or no GMT; every offending line is listed.
    """
    text = _text(path)
    found: dict[str, frozenset[str]] = {}
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = line.split("\t")
        genes = frozenset(g.strip() for g in rest[1:] if g.strip())
        if not name.strip() or not genes:
            what = "The line is not of the form name, description, genes, divided by tabs."
            problems.append(Problem(path.name, number, None, what, "Give a GMT file."))
        elif name in found:
            what = f"The set '{name[:60]}' stands in another line too."
            problems.append(Problem(path.name, number, None, what, "Keep one of the lines."))
        else:
            found[name.strip()] = genes
    if not found and not problems:
        problems.append(Problem(path.name, None, None, "The file holds no set.", "Give a GMT file."))
    if problems:
        raise InputRefused(problems[:_MOST_PROBLEMS])
    return FactorSets(path.name, found)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            with gzip.open(path) as stream:
                content = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        what = f"The file cannot be read: {getattr(error, 'strerror', None) or error}."
        raise InputRefused([Problem(path.name, None, None, what, "Check the path.")]) from error
    if len(content) > _MOST_BYTES:
        what = f"The file holds more than {_MOST_BYTES // 1_000_000} MB."
        raise InputRefused([Problem(path.name, None, None, what, "Give a smaller collection.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = "The file is not text in UTF-8."
        raise InputRefused([Problem(path.name, None, None, what, "Give a GMT file.")]) from error
