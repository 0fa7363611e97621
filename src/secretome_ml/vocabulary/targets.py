"""Which factors a text about a gene, an antibody or a silencing RNA names."""

from __future__ import annotations

import re

from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.normalise import MAX_LENGTH

SHAM = re.compile(
    r"\bun(?:transduced|transfected|modified)\b|"
    r"non-?targeting|scrambled?|\bsham\b|\bempty\b|\bcontrols?\b|\bmock\b|vector[- ]only|\be?gfp\b|\brfp\b|"
    r"\bdsred\b|\bmcherry\b|luciferase|\blacz\b|\bnull (?:lenti|adeno|retro)?-?(?:virus|vector)|\bmir-nc\b|"
    r"\bnegative control\b|\buntransfected\b|\bnc\b|\bvector\b",
    re.IGNORECASE,
)
CONTROL = re.compile(
    r"controls?|scrambl\w*|non-?targeting|\bsham\b|\bempty\b|\bmock\b|\bnc\b|\bctrl\b|\bscr\b|"
    r"\b(?:si|sh|mir|anti)-?(?:nc|ctrl|con|control|scr)\b",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\bshort[- ]hairpin(?: rna)?\b|\bsmall[- ]interfering(?: rna)?\b|\bmorpholinos?\b|"
    r"\b(?:lna|locked nucleic acid)\b|\bdecoys?\b|\btraps?\b|\bantibod(?:y|ies)\b|\bmabs?\b|(?:\+/-|\+/−)|"
    r"\bdn-(?=(?-i:[A-Z]))|"
    r"\bsi-?rna\b|\bsh-?rna\b|\brnai\b|knock(?:ed)?[- ]?(?:down|out)|down-?[ ]?regulat\w*|"
    r"silenc\w*|inhibit(?:or|ors|ed|ion|ing)\b|antagomirs?|antisense|anti-?(?=mir)|deletion|deleted|"
    r"deficien\w*|"
    r"\bnull\b|ablat\w*|(?:-/-|−/−)|\bko\b|\bkd\b|crispr(?:/?cas9)?|\bcas9\b|lacking|\bblock\w*|"
    r"neutrali[sz]\w*|deplet\w*|\bsponge\b|dominant[- ]negative|\bantagonist\b|\banti-(?=(?-i:[A-Z]))|"
    r"\bloss of\b|\bwithout\b",
    re.IGNORECASE,
)
RAISED = re.compile(
    r"over-?[ ]?express\w*|\bmimics?\b|\bagomirs?\b|transfect\w*|transduc\w*|up-?[ ]?regulat\w*|"
    r"\btransgen\w*|knock[- ]?in\b|engineer\w*|\bmodified\b|\bplasmid|\blenti[- ]|\blentivir|\baav\d*\b|"
    r"(?:-/-|\+/-)|\bnull\b|\bko\b|\bsponge\b|dominant[- ]negative|\banti-?mir|\bvector\b|\bcrispr",
    re.IGNORECASE,
)
"""What makes a text one about genes: added, or taken away."""
_TO_MIRNA = re.compile(r"\b(?:antago|ago|anti-?)mirs?[- ]?(?=\d)", re.IGNORECASE)
SILENCER_GLUED = re.compile(r"\b(?:si|sh)(?!RNA)-?(?=[A-Z][A-Z0-9])")
TECHNIQUE = re.compile(
    r"\blenti(?:[- ]|$)|\bad-(?=[A-Z])|"
    r"over-?[ ]?express\w*|\bmimics?\b|\bagomirs?\b|transfect\w*|transduc\w*|lenti-?vir\w*|"
    r"adeno-?(?:associated )?vir\w*|"
    r"retro-?vir\w*|\baav\d*\b|\bviral\w*|\bvirus\b|plasmid\w*|engineer\w*|\bvector\b|knock[- ]?in\b|"
    r"up-?[ ]?regulat\w*|"
    r"\btransgen\w*|\bmodified\b|\bgenes?\b|\bmutant\b|mediated|\bantibod(?:y|ies)\b|\bcells?\b|"
    r"\bmscs?\b|\bof\b|\bby\b|"
    r"\bwith\b|\bin\b|\bthe\b|\bforced\b|\bcodon[- ]optimi[sz]ed\b|\bdna\b|\bcdna\b|\bconstitutive\w*|"
    r"\bstable\b|"
    r"\bligation\b|\bpooled\b|\bone of\b|\bexpression\b|\bexpressing\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[()\[\]]")
AND = re.compile(r"\s*(?:\+|,|;|&| and | or | plus )\s*", re.IGNORECASE)


def targets_in(text: str) -> tuple[str, ...]:
    """Return the factors that a text about a gene or an antibody names, technique words passed over.

    Examples
    --------
    >>> targets_in("VEGF + MCP-1 + IL-6"), targets_in("GATA4 over-expression (lentivirus)")
    (('VEGFA', 'CCL2', 'IL6'), ('GATA4',))
    """
    vocabulary = FactorVocabulary.load()
    text = " ".join(text.split())[:MAX_LENGTH]
    whole = vocabulary.resolve(text)
    if whole.factor is not None:
        return (whole.factor,)
    bare = bare_name(text)
    found: list[str] = []
    # Here a word is a gene, so `Drp1` may be the alias `DRP1`.
    for attempt in (bare, _BRACKETS.sub(" ", bare), bare.upper()):
        resolved = vocabulary.resolve(attempt)
        if resolved.factor is not None:
            return (resolved.factor,)
        found.extend(resolved.candidates if resolved.reason and "names" in resolved.reason else ())
    for part in AND.split(_BRACKETS.sub(" ", bare)):
        resolved = vocabulary.resolve(part)
        if resolved.factor is not None:
            found.append(resolved.factor)
    return tuple(dict.fromkeys(found))


def bare_name(text: str) -> str:
    """Return what is left of a text about a gene without its words of technique.

    Examples
    --------
    >>> bare_name("GATA4 over-expression (lentivirus)"), bare_name("lentiviral transduction")
    ('GATA4 ( )', '')
    """
    text = _TO_MIRNA.sub("miR-", text)
    bare = TECHNIQUE.sub(" ", DOWN.sub(" ", SHAM.sub(" ", SILENCER_GLUED.sub("", text))))
    return " ".join(bare.split()).strip(" -,;:/")
