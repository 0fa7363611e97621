"""What was done to a product after it was collected, read from free text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from secretome_ml.vocabulary.factors import FactorVocabulary
from secretome_ml.vocabulary.normalise import MAX_LENGTH
from secretome_ml.vocabulary.targets import targets_in

VESICLES = "extracellular vesicles"
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("nuclease", re.compile(r"\b(?:rnase|dnase|nuclease|benzonase|ribonuclease)\b", re.IGNORECASE)),
    ("protease", re.compile(r"\b(?:trypsin\w*|proteinase|protease[- ]treat\w*|pronase)\b", re.IGNORECASE)),
    (
        "heat_inactivated",
        re.compile(r"heat[- ]?(?:inactivat\w*|treated|denatur\w*)|\bboiled\b|\bdenatured\b", re.IGNORECASE),
    ),
    (
        "depleted",
        re.compile(
            r"immuno-?deplet\w*|\bdeplet\w*|immunoprecipit\w*|\bremoved?\b|\bremoval\b|\bwithout\b|"
            r"[- ]free\b|\blacking\b",
            re.IGNORECASE,
        ),
    ),
    (
        "neutralised",
        re.compile(
            r"neutrali[sz]\w*|\bblocking\b|\bblocked\b|\bblockade\b|\bantibod(?:y|ies)\b|\banti-\w+|\btrap\b|"
            r"\breceptor[- ]fc\b|\bsoluble receptor\b",
            re.IGNORECASE,
        ),
    ),
    ("inhibited", re.compile(r"\binhibit\w*|\bantagonist\w*|\bantagomir\w*", re.IGNORECASE)),
    ("added", re.compile(r"\b(?:spiked|supplemented|added|plus|enriched)\b", re.IGNORECASE)),
)
_VESICLES = re.compile(
    r"\b(?:exosomes?|ev|evs|vesicles?|extracellular vesicles?|microvesicles?)\b(?=[- ](?:deplet|free|"
    r"remov)|\s+were|$)|"
    r"(?:deplet\w*|remov\w*|free|without)\s+(?:of\s+|"
    r"from\s+)?(?:the\s+)?(?:extracellular\s+)?(?:exosomes?|evs?|vesicles?)\b",
    re.IGNORECASE,
)
FRAME = re.compile(
    r"\bother:|conditioned[-_ ]medium|\bmedium\b|\bmedia\b|\bsecretome\b|\bcm\b|\bproduct\b|"
    r"\bexosomes?\b|\bvesicles?\b|"
    r"\bevs?\b|\bimmuno-?deplet\w*|\bdeplet\w*|\bimmunoprecipitation\b|\bimmunoprecipit\w*|\bremov\w*|"
    r"\bneutrali[sz]\w*|"
    r"\bblock\w*|\bantibod(?:y|ies)\b|\binhibit\w*|\bwith\b|\bfrom\b|\bof\b|\bby\b|\bthe\b|\bplus\b|"
    r"\banti-|\btreat\w*|"
    r"\bwithout\b|\blacking\b|\bwas\b|\bwere\b|\bin\b|\badded\b|\bspiked\b|\bsupplemented\b|"
    r"\benriched\b|\bfor\b|\bits\b|"
    r"\bheat[- ]inactivated\b|\bantagonists?\b|\bspecific\b|\bmonoclonal\b|\bpolyclonal\b|\bheated\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Manipulation:
    """A change of the product: its kind and the factors that it hits.

    `kind` is depleted, neutralised, inhibited, heat_inactivated, nuclease, protease or added. `targets` are
    factor identifiers, `extracellular vesicles`, or `RNA`; empty when the text names none.
    """

    kind: str
    targets: tuple[str, ...]


def parse_manipulation(text: str | None, agent: str | None = None) -> Manipulation | None:
    """Read a manipulation of the product from free text; None when the text tells of none.

    Parameters
    ----------
    text : str or None
        A `donor`, `product` or preconditioning field, with or without `other:`.
    agent : str or None
        The agent beside it, where the targets may stand.

    Returns
    -------
    Manipulation or None

    Examples
    --------
    >>> parse_manipulation("PEDF removed by immunoprecipitation")
    Manipulation(kind='depleted', targets=('SERPINF1',))
    >>> parse_manipulation("other:exosome-depleted conditioned medium").targets
    ('extracellular vesicles',)
    >>> parse_manipulation("other:neutralising antibody", "VEGF + MCP-1 + IL-6").targets
    ('VEGFA', 'CCL2', 'IL6')
    >>> parse_manipulation("aged donor") is None
    True
    """
    first = " ".join((text or "").split())[:MAX_LENGTH]
    second = " ".join((agent or "").split())[:MAX_LENGTH]
    kind = _kind(first) or (_kind(second) if not first or second.casefold() in first.casefold() else None)
    if kind is None:
        return None
    if kind == "depleted" and _VESICLES.search(first):
        return Manipulation(kind, (VESICLES,))
    targets = _targets(second) or _targets(first)
    if kind == "nuclease":
        return Manipulation(kind, ("RNA",))
    if kind == "depleted" and not targets and "deplet" not in first.casefold():
        return None
    if kind in ("neutralised", "inhibited", "added") and not targets:
        return None
    return Manipulation(kind, targets)


def _kind(text: str) -> str | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


def without_manipulation(text: str) -> str:
    """Return a text about a product without the words of what was done to it.

    Examples
    --------
    >>> without_manipulation("boiled conditioned medium"), without_manipulation("moonlit and boiled")
    ('', 'moonlit and')
    """
    for _, pattern in _KINDS:
        text = pattern.sub(" ", text)
    return " ".join(FRAME.sub(" ", text).replace("_", " ").split())


def _targets(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    whole = FactorVocabulary.load().resolve(text)
    if whole.factor is not None and whole.kind != "class":
        return (whole.factor,)
    bare = " ".join(FRAME.sub(" ", text).replace("_", " ").split())
    return targets_in(bare) if bare else ()
