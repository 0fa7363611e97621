"""MicroRNA names by rule: their numbering is regular, so no list of them can be complete."""

from __future__ import annotations

import re
import unicodedata

_SPECIES = "hsa|mmu|rno|bta|ssc|eca|cfa|ocu|oar|gga|mml|fca"
_NAME = re.compile(
    rf"(?:(?:{_SPECIES})[-_ ]?)?"
    r"(?:exosom(?:e|al)[- ]|ev[- ])?"
    r"(?:micro[-_ ]?rna|mirna|mir|(?P<let>let))[-_ ]{0,2}"
    r"(?P<number>\d{1,5})(?P<letter>(?!hg)[a-z]{1,2}?)?"
    r"(?:[-_](?P<copy>\d))?"
    r"(?:[-_ ]?(?P<arm>[35]p)|(?P<star>\*))?"
    r"(?P<cluster>[-~](?:92|363|25|24|182))?(?:[ _-]?(?:cluster|family))?(?:(?:_[xs])?_st)?",
    re.IGNORECASE,
)
# `miR-29a/b/c`, `miR-29a-c` and `miR-29s` are the family.
_MEMBERS = re.compile(
    r"(?P<stem>(?:mirna|mir|let)[-_ ]{0,2}\d{1,5})(?:[a-z](?:(?:/[a-z])+|-[a-z])|s)$", re.IGNORECASE
)
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—−﹣-"), "-")
_LONGEST = 60


def parse_mirna(name: str) -> str | None:
    """Return the miRBase-style name without species prefix, or None when `name` is no microRNA.

    The arm (`-3p`, `-5p`) is kept, because both arms of one precursor can be active and differ in what they
    silence. A name without arm stays without arm.

    Parameters
    ----------
    name : str
        For instance `hsa-miR-126-3p`, `microRNA-21`, `Let-7b-5p`, `MIR146A`.

    Returns
    -------
    str or None
        For instance `miR-126-3p`.

    Examples
    --------
    >>> parse_mirna("hsa-miR-126-3p"), parse_mirna("miR221"), parse_mirna("Let-7b-5p"), parse_mirna("VEGF")
    ('miR-126-3p', 'miR-221', 'let-7b-5p', None)
    """
    if len(name) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", name).translate(_HYPHENS).strip()
    text = _MEMBERS.sub(r"\g<stem>", text)
    found = _NAME.fullmatch(text)
    if found is None or (found["let"] and found["number"] != "7"):
        return None
    stem = ("let-" if found["let"] else "miR-") + found["number"] + (found["letter"] or "").lower()
    if found["cluster"]:
        return f"{stem}-{re.sub(r'[^0-9]', '', found['cluster'])}"
    copy = f"-{found['copy']}" if found["copy"] else ""
    arm = f"-{found['arm'].lower()}" if found["arm"] else "*" if found["star"] else ""
    return stem + copy + arm


def mirna_family(mirna: str) -> str:
    """Return the stem that both arms of a microRNA share; every let-7 belongs to `let-7`.

    Examples
    --------
    >>> mirna_family("miR-126-3p"), mirna_family("let-7b-5p"), mirna_family("miR-19b-1-5p")
    ('miR-126', 'let-7', 'miR-19b')
    """
    if mirna.startswith("let-7"):
        return "let-7"
    found = re.match(r"miR-\d+[a-z]*", mirna)
    return found.group(0) if found else mirna


_CIRCULAR = re.compile(
    rf"(?:(?:{_SPECIES})[-_])?circ(?:[-_ ]?rna)?[-_ ]*"
    r"(?:(?P<number>\d{5,9})|(?P<gene>(?-i:[A-Z][A-Za-z0-9]{1,14})))",
    re.IGNORECASE,
)


def parse_circrna(name: str) -> str | None:
    """Return `circ_<number>` or `circ<GENE>` for a circular RNA of any species, or None.

    A circular RNA is another factor than the gene that it is made from.

    Examples
    --------
    >>> parse_circrna("mmu_circ_0001052"), parse_circrna("circ-Hipk3"), parse_circrna("circle")
    ('circ_0001052', 'circHIPK3', None)
    """
    if len(name) > _LONGEST:
        return None
    found = _CIRCULAR.fullmatch(unicodedata.normalize("NFKC", name).translate(_HYPHENS).strip())
    if found is None or (found["gene"] or "").upper() in ("RNA", "RNAS"):
        return None
    return f"circ_{found['number']}" if found["number"] else f"circ{found['gene'].upper()}"
