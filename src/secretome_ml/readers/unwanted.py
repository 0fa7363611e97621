"""Rows that are no findings, contaminants and decoys: one rule for all readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

# At the start of a name, or behind what divides the parts and the members of a group.
_AT = r"(?:^|[|;,>\s\"])"
_CONTAMINANT = (
    rf"{_AT}(?:con_{{1,2}}(?=\w)|cont_|contam_|contaminant_|crap\d*(?=[_|:;-]|$)|#contam#|zz\|?cont|conta_)"
)
_DECOY = rf"{_AT}(?:rev_+|reverse_|decoy[_-]|xxx_|rnd_|##|#decoy#)"


def is_contaminant(names: pd.Series) -> pd.Series:
    """Say where a name carries the prefix of a list of contaminants.

    Examples
    --------
    >>> is_contaminant(pd.Series(["sp|Cont_P04264|K2C1_HUMAN", "CON__P02788", "P15692", "CONT1"])).tolist()
    [True, True, False, False]
    """
    return names.astype(str).str.contains(_CONTAMINANT, case=False, regex=True)


def is_decoy(names: pd.Series) -> pd.Series:
    """Say where a name carries the prefix of a decoy.

    Examples
    --------
    >>> is_decoy(pd.Series(["REV__P05231", "rev_sp|P1|X", "REVERSIN1", "REV1"])).tolist()
    [True, True, False, False]
    """
    return names.astype(str).str.contains(_DECOY, case=False, regex=True)


def unwanted(
    names: Iterable[pd.Series], flags: Mapping[str, Iterable[pd.Series]] | None = None
) -> dict[str, pd.Series]:
    """Return the rows to leave out, per reason; a row counts under its first reason.

    Parameters
    ----------
    names : iterable of pandas.Series
        Accessions, entry names, groups: whatever carries the prefixes.
    flags : mapping of str to Series, optional
        Further marks of the export, per reason.
    """
    found: dict[str, pd.Series] = {}
    given = {reason: list(marks) for reason, marks in (flags or {}).items()}
    for text in names:
        distinct = pd.Series(text.astype(str).unique())
        hits_c = set(distinct[is_contaminant(distinct)])
        hits_d = set(distinct[is_decoy(distinct)])
        given.setdefault("decoy (reverse)", []).append(text.astype(str).isin(hits_d))
        given.setdefault("contaminant", []).append(text.astype(str).isin(hits_c))
    for reason, marks in given.items():
        for mark in marks:
            found[reason] = found[reason] | mark if reason in found else mark
    return found


def flagged(column: pd.Series) -> pd.Series:
    """Return where an export marks a row with `+`, `True` or 1."""
    return column.astype(str).str.strip().str.casefold().isin({"+", "true", "1", "1.0", "yes", "x"})
