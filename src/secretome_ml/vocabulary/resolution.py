"""What a name stands for, or why it stands for nothing that can be named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UNKNOWN = "unknown"
AMBIGUOUS = "ambiguous"
NOT_ONE_FACTOR = "not one factor"


@dataclass(frozen=True)
class Resolution:
    """What a name stands for.

    Parameters
    ----------
    name : str
        The name as given.
    factor : str or None
        Identifier of the factor; None when the name does not stand for one.
    kind : str or None
        protein, family, complex, mirna, rna, lipid, small_molecule or class.
    how : str
        How it was found: symbol, synonym, label, miRNA rule, ortholog symbol, UniProt gene name, ...
    candidates : tuple of str
        What the name may stand for when `factor` is None.
    reason : str or None
        Why `factor` is None: starts with `unknown`, `ambiguous` or `not one factor`; also the reason of a
        decision about a name that has several meanings.
    group : str or None
        For a collective such as `angiogenic cytokines`, the kind of group: angiogenic, anti_inflammatory,
        inflammatory, ...; None for a single factor.
    """

    name: str
    factor: str | None
    kind: str | None
    how: str
    candidates: tuple[str, ...] = ()
    reason: str | None = None
    group: str | None = None


def unresolved(name: str, reason: str, candidates: tuple[str, ...] = ()) -> Resolution:
    """Return the resolution of a name that stands for no single factor.

    Examples
    --------
    >>> unresolved("MCP", "ambiguous: the number is missing").factor is None
    True
    """
    return Resolution(name, None, None, "unresolved", candidates, reason)


def combine(text: str, parts: Sequence[Resolution | None]) -> Resolution | None:
    """Join the parts of a name; None when none of them is known."""
    known = [part for part in parts if part is not None and part.factor is not None]
    factors = tuple(dict.fromkeys(part.factor for part in known if part.factor is not None))
    if not factors:
        return None
    if len(known) < len(parts):
        return unresolved(text, f"{UNKNOWN}: only a part of the name is known", factors)
    if len(factors) > 1:
        return unresolved(text, f"{NOT_ONE_FACTOR}: it names {', '.join(factors)}", factors)
    return Resolution(text, factors[0], known[0].kind, "all parts agree")
