"""Words around a factor's name that say where or how it was measured, not what it is."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"(?:soluble|secreted|total|free|active|activated|latent|mature|cleaved|recombinant|human|mouse|"
    r"murine|rat|"
    r"porcine|bovine|exosomal|vesicular|exosome-derived|circulating|lncrna|lnc|mrna|native|"
    r"intact|"
    r"extracellular|released|globular|hu|ms|rh|rm|rr)[- ]+",
    re.IGNORECASE,
)
_BEFORE_GLUED = re.compile(r"(?:s|rh|rm|rr|hu|mu|h|m|r|pro-?(?=MMP)|pro-?(?=mmp))(?=[A-Z])")
_AFTER = re.compile(
    r"[ ,-]*\b(?:protein|proteins|secretion|expression|gene expression|levels?|mrna|gene|release|production|"
    r"concentrations?|content|activity|synthesis|precursor|peptide|secreted|isoform|molecule|transcript|"
    r"active|free|latent|total|gen\. ?b)",
    re.IGNORECASE,
)
_IGNORED_PARTS = re.compile(
    r"(?:soluble|secreted|group|total|free|latent|human|mouse|rat|active|h[as]|high sensitivity|"
    r"ultrasensitive|\d+ ?kda|gen\. ?b|elisa|luminex|array|qpcr|protein|mrna|"
    r"[pnfuµμm]?g ?/ ?(?:m?l|dl|10\^?6 cells|mg|cell)|[pnµμum]?mol/l|[pnµμum]?m|u/ml|iu/ml|"
    r"npx|au|mfi|%|\d{1,3})",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:cytokines|chemokines|factors|markers|genes|mrnas|mirnas|micrornas|mirs|cargo|proteome|"
    r"transcriptome|"
    r"mediators|effectors|vesicles|exosomes|proteins|lipids|metabolites|molecules|ligands|receptors|hormones|"
    r"proteases|enzymes|rnas|profile|signature|pathway|signalling|signaling|composition|"
    r"release of .* factors|"
    r"transcripts|peptides|interleukins|panel)\b",
    re.IGNORECASE,
)
_GROUPS = tuple(
    (group, re.compile(pattern, re.IGNORECASE))
    for group, pattern in (
        ("anti_angiogenic", r"anti-?angiogen"),
        ("angiogenic", r"angiogen|vasculogen"),
        ("anti_inflammatory", r"anti-?inflammat"),
        ("immunomodulatory", r"immunomodulat|immunosuppress|macrophage polari|treg"),
        ("inflammatory", r"inflammat|interleukin|cytokine|chemokine|\bth\d"),
        ("anti_fibrotic", r"anti-?fibro"),
        ("anti_apoptotic", r"anti-?apopto|apoptosis|surviv"),
        ("neuroprotective", r"neuro"),
        ("antioxidant", r"antioxid|oxidative"),
        ("growth_factor", r"growth factor|trophic|regenerat"),
        ("matrix", r"\becm\b|matrix|metalloprotein|enzyme"),
        ("vesicle", r"vesicle|exosome"),
        ("rna", r"rna|\bmirs?\b|transcript|gene"),
        ("protein", r"protein|proteome|receptor"),
    )
)
_TIMES = 3


def without_qualifiers(name: str) -> str:
    """Return `name` without words such as `soluble` before it or `secretion` after it.

    Examples
    --------
    >>> without_qualifiers("soluble VEGFR-1"), without_qualifiers("HGF protein"), without_qualifiers("sCD40L")
    ('VEGFR-1', 'HGF', 'CD40L')
    """
    text = name.strip()
    for _ in range(_TIMES):
        before = _BEFORE.match(text) or _BEFORE_GLUED.match(text)
        shorter = text[before.end() :] if before else text
        ends = [found.start() for found in _AFTER.finditer(shorter) if found.end() == len(shorter)]
        if ends:
            shorter = shorter[: ends[0]]
        shorter = shorter.strip(" ,-")
        if not shorter or shorter == text:
            break
        text = shorter
    return text


def is_qualifier(part: str) -> bool:
    """Say whether a part of a name is only a unit, an assay or a word such as `soluble`.

    Examples
    --------
    >>> is_qualifier("pg/mL"), is_qualifier("IL-6")
    (True, False)
    """
    return _IGNORED_PARTS.fullmatch(part.strip()) is not None


def names_a_group(name: str) -> bool:
    """Say whether the name is a collective such as `angiogenic cytokines`.

    Examples
    --------
    >>> names_a_group("inflammatory cytokines"), names_a_group("stromal cell-derived factor 1")
    (True, False)
    """
    return _GROUP.search(name) is not None


# The class that a collective name stands for: a class is kept as such and never becomes one of its members.
_CLASSES = {
    "angiogenic": "angiogenic factors",
    "anti_angiogenic": "anti-angiogenic factors",
    "anti_inflammatory": "anti-inflammatory factors",
    "immunomodulatory": "immunomodulatory factors",
    "inflammatory": "inflammatory factors",
    "anti_fibrotic": "anti-fibrotic factors",
    "anti_apoptotic": "anti-apoptotic factors",
    "neuroprotective": "neurotrophic factors",
    "antioxidant": "antioxidant factors",
    "growth_factor": "growth factors",
    "matrix": "matrix proteins and enzymes",
    "vesicle": "extracellular vesicles",
    "rna": "RNA together",
    "protein": "protein together",
}


def class_of(group: str) -> str | None:
    """Return the class factor of a kind of group, or None when there is none.

    Examples
    --------
    >>> class_of("angiogenic"), class_of("other")
    ('angiogenic factors', None)
    """
    return _CLASSES.get(group)


def group_of(name: str) -> str:
    """Return the kind of group that a collective name means; `other` when no word tells.

    Examples
    --------
    >>> group_of("pro-angiogenic mRNAs"), group_of("extracellular vesicles")
    ('angiogenic', 'vesicle')
    """
    return next((group for group, pattern in _GROUPS if pattern.search(name)), "other")
