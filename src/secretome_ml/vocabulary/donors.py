"""The state of a donor or of its cells, read from free text."""

from __future__ import annotations

import re

_AGE = re.compile(
    r"(?:\bage\s+(?P<mean>\d{1,3})|(?P<years>\d{1,3})[\s-]*(?:years?|y(?:rs?)?)\b)", re.IGNORECASE
)
_MONTHS = re.compile(r"(?P<months>\d{1,3})(?:\s*-\s*\d{1,3})?[\s-]*months?\b", re.IGNORECASE)
_PASSAGE = re.compile(r"\b(?:passage|p)\s?(?P<number>\d{1,3})\b", re.IGNORECASE)
_BMI = re.compile(r"\bBMI\s*(?P<bmi>\d{2}(?:\.\d+)?)", re.IGNORECASE)
_OLD_HUMAN, _YOUNG_HUMAN, _OLD_MOUSE, _YOUNG_MOUSE = 60, 35, 18, 3
_LATE, _EARLY = 8, 4
_OBESE = 30.0
_NOT_DIABETIC = re.compile(r"non-?diabetic|\bdb/\+|without diabetes|no diabetes", re.IGNORECASE)
_NOT_OBESE = re.compile(r"non-?obese|\blean\b|normal[- ]weight|\bex-(?:morbidly )?obese", re.IGNORECASE)
_NOT_DISEASED = re.compile(
    r"non-?diseased|age-matched controls?|disease-free|non-?ur(?:a)?emic|\bno [\w ]{0,40}disease",
    re.IGNORECASE,
)
_CONDITIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (state, re.compile(pattern, re.IGNORECASE))
    for state, pattern in (
        (
            "aged",
            # `4-month-old` is an age, not a state.
            r"(?<!middle[- ])\b(?:aged|older|elderly|ag(?:e)?ing|geriatric|senior)\b|"
            r"(?<!months[- ])(?<!month[- ])(?<!years[- ])(?<!year[- ])(?<!weeks[- ])(?<!week[- ])\bold\b",
        ),
        ("young", r"\b(?:young|younger|juvenile|child|paediatric|pediatric)\b"),
        ("diabetic", r"\bdiabet\w*|\bdb/db\b|\bT[12]DM?\b|\bob/ob\b|streptozotocin|\bSTZ\b"),
        ("obese", r"\bobes\w*|high-fat diet|\bHFD\b|\bob/ob\b"),
        (
            "diseased",
            r"\bdisease\w*|\bfibrosis\b|\bpancreatitis\b|\bcaries\b|compromised|\bpatients?\b|\blupus\b|"
            r"\bSLE\b|"
            r"\barthritis\b|\binfarct\w*|\bheart failure\b|\bcancer\b|\binflamed\b|\bpathologic\w*|"
            r"\bperiodontitis\b|\bmyeloma\b|\bleuka?emia\b|\bsyndrome\b|\bpsoria\w*|\ban(?:a)?emia\b|"
            r"\bthrombocytopenia\b|"
            r"\bur(?:a)?emic\b|\bosteonecrosis\b|\blesion\w*|\bretinitis\b|\bendometriosis\b|\bleuk\w*|"
            r"\bsclerosis\b|\bsclerod\w*|\bpre-?eclampsia\b|\bCOPD\b",
        ),
        (
            "healthy",
            r"\bhealthy\b|\bnormal\b|^controls?\b|\bcontrols\b|\bnon-?diabetic\b|\bnon-?obese\b|\blean\b",
        ),
        ("senescent", r"\bsenescen\w*|\birradiated\b"),
        ("late_passage", r"\blate[- ]passage|\bhigh[- ]passage|\blong-term (?:culture|expan)"),
        ("early_passage", r"\bearly[- ]passage|\blow[- ]passage"),
        ("cryopreserved", r"cryopreserv\w*|\bfrozen\b|\bthaw\w*|\bfreez\w*"),
        ("fresh", r"\bfresh(?:ly)?\b|\bnever frozen\b"),
        ("autologous", r"\bautologous\b|\bautogenous\b"),
        ("allogeneic", r"\ballogen(?:e)?ic\b|\bunrelated donor"),
        ("syngeneic", r"\bsyngen(?:e)?ic\b"),
        ("xenogeneic", r"\bxenogen(?:e)?ic\b"),
        ("fetal", r"\bf(?:o)?etal\b|\bf(?:o)?etus\b"),
        ("neonatal", r"\bneonat\w*|\bnewborn"),
        ("pregnant", r"\bpregnan\w*|\bfull-term\b"),
        ("pooled", r"\bpooled\b|\bpool of\b"),
    )
)


def donor_state(text: str | None) -> frozenset[str]:
    """Return what free text about a donor says of its state; empty when it says nothing of the kind.

    Ages become `aged` or `young` by fixed limits (years for people, months for rodents), passages become
    `late_passage` or `early_passage`, a body-mass index of 30 or more becomes `obese`. A negation wins:
    `non-diabetic` is healthy, not diabetic.

    Parameters
    ----------
    text : str or None
        The donor field of an arm.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(donor_state("aged, 18-24 months")), sorted(donor_state("non-diabetic (db/+)"))
    (['aged'], ['healthy'])
    >>> sorted(donor_state("type 2 diabetic, BMI 35.3"))
    ['diabetic', 'obese']
    """
    if not text:
        return frozenset()
    text = text[:1000]
    states = {state for state, pattern in _CONDITIONS if pattern.search(text)}
    if _NOT_DIABETIC.search(text):
        states -= {"diabetic"}
    if _NOT_OBESE.search(text):
        states -= {"obese"}
    if _NOT_DISEASED.search(text):
        states = (states - {"diseased"}) | {"healthy"}
    if "healthy" in states and not _NOT_DISEASED.search(text) and states & {"diabetic", "diseased"}:
        states -= {"healthy"}
    return frozenset(states | _from_numbers(text))


def _from_numbers(text: str) -> set[str]:
    found: set[str] = set()
    years = _AGE.search(text)
    if years and "cryopreserv" not in text.lower():
        age = int(years["years"] or years["mean"])
        found |= {"aged"} if age >= _OLD_HUMAN else {"young"} if age <= _YOUNG_HUMAN else set()
    months = _MONTHS.search(text)
    if months:
        age = int(months["months"])
        found |= {"aged"} if age >= _OLD_MOUSE else {"young"} if age <= _YOUNG_MOUSE else set()
    passage = _PASSAGE.search(text)
    if passage:
        number = int(passage["number"])
        found |= {"late_passage"} if number >= _LATE else {"early_passage"} if number <= _EARLY else set()
    bmi = _BMI.search(text)
    if bmi and float(bmi["bmi"]) >= _OBESE:
        found.add("obese")
    return found
