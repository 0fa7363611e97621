"""The state of a donor or of its cells, read from free text."""

from __future__ import annotations

import re
from functools import cache

from secretome_ml.vocabulary.tables import rows

_AGE = re.compile(
    r"(?:\bage\s+(?P<mean>\d{1,3})|(?P<years>\d{1,3})[\s-]*(?:years?|y(?:rs?)?)\b)", re.IGNORECASE
)
_MONTHS = re.compile(r"(?P<months>\d{1,3})(?:\s*-\s*\d{1,3})?[\s-]*months?\b", re.IGNORECASE)
_WEEKS = re.compile(r"(?P<weeks>\d{1,3})(?:\s*-\s*\d{1,3})?[\s-]*weeks?[\s-]*old\b", re.IGNORECASE)
_RODENT = re.compile(r"\b(?:rats?|mice|mouse)\b", re.IGNORECASE)
_PASSAGE = re.compile(r"\b(?:passage|p)\s?(?P<number>\d{1,3})\b", re.IGNORECASE)
_BMI = re.compile(r"\bBMI\s*(?P<bmi>\d{2}(?:\.\d+)?)", re.IGNORECASE)
# In years for people, in months for rodents, in weeks where those are given.
_OLD_HUMAN, _YOUNG_HUMAN, _OLD_MOUSE, _YOUNG_MOUSE, _YOUNG_WEEKS = 60, 35, 12, 4, 16
_LATE, _EARLY = 8, 4
_OBESE = 30.0
_NOT_DIABETIC = re.compile(r"non-?diabetic|\bdb/\+|without diabetes|no diabetes", re.IGNORECASE)
_NOT_OBESE = re.compile(r"non-?obese|\blean\b|normal[- ]weight|\bex-(?:morbidly )?obese", re.IGNORECASE)
_NOT_DISEASED = re.compile(
    r"non-?diseased|age-matched controls?|disease-free|non-?ur(?:a)?emic|\bno [\w ]{0,40}disease",
    re.IGNORECASE,
)
_NEVER_SMOKED = re.compile(r"(?:non-?|never |ex-)smok\w*", re.IGNORECASE)
# Cells chosen by a marker: `CD146+`, `CD362-selected`, `c-kit-positive`; which one decides what they are.
_MARKER = (
    r"(?P<marker>CD\d{1,3}[a-z]?|STRO-?[13]|Sca-?1|c-?kit|VCAM-?1|ABCB5|SSEA-?[34]|nestin|"
    r"PDGFR-?(?:a|α|alpha)|TNFAIP6)"
)
_SELECTED = re.compile(
    rf"(?<![A-Za-z0-9]){_MARKER}\s*"
    r"(?:\+|⁺|pos\b|[- ]?positive|[- ]?(?:high|bright)\b|[- ](?:selected|sorted|enriched))",
    re.IGNORECASE,
)
_DESELECTED = re.compile(
    rf"(?<![A-Za-z0-9]){_MARKER}\s*"
    r"(?:-(?![a-z0-9])|⁻|−|neg\b|[- ]?negative|[- ]?(?:low|dim)\b|[- ]depleted)",
    re.IGNORECASE,
)
_SIDE_POPULATION = re.compile(r"side population", re.IGNORECASE)
_SAME_MARKER = {
    "CD106": "VCAM1",
    "CD117": "ckit",
    "CD140a": "PDGFRA",
    "PDGFRalpha": "PDGFRA",
    "PDGFRα": "PDGFRA",
}


@cache
def _conditions() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((r["id"], re.compile(r["pattern"], re.IGNORECASE)) for r in rows("donor_states"))


def donor_state(text: str | None) -> frozenset[str]:
    """Return what free text about a donor says of its state; empty when it says nothing of the kind.

    Ages become `aged` or `young` by fixed limits (years for people, months for rodents), passages become
    `late_passage` or `early_passage`, a body-mass index of 30 or more becomes `obese`. A negation wins:
    `non-diabetic` is healthy, not diabetic. Cells chosen by a marker are `selected_<marker>`.

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
    >>> sorted(donor_state("CD146+ fraction")), sorted(donor_state("CD146-negative fraction"))
    (['selected_CD146'], ['selected_negative'])
    >>> sorted(donor_state("type 2 diabetic, BMI 35.3"))
    ['diabetic', 'obese']
    """
    if not text:
        return frozenset()
    text = text[:1000]
    states = {state for state, pattern in _conditions() if pattern.search(text)}
    if _NOT_DIABETIC.search(text):
        states -= {"diabetic"}
    if _NOT_OBESE.search(text):
        states -= {"obese"}
    if _NOT_DISEASED.search(text):
        states = (states - {"diseased"}) | {"healthy"}
    if "healthy" in states and not _NOT_DISEASED.search(text) and states & {"diabetic", "diseased"}:
        states -= {"healthy"}
    if _NEVER_SMOKED.search(text):
        states -= {"smoker"}
    return frozenset(states | _from_numbers(text) | _chosen_by_marker(text))


def _chosen_by_marker(text: str) -> set[str]:
    """Return `selected_<marker>` for what was chosen by it, `selected_negative` for what was left over."""
    chosen = {f"selected_{_marker(found['marker'])}" for found in _SELECTED.finditer(text)}
    if _SIDE_POPULATION.search(text):
        chosen.add("selected_side_population")
    if not chosen and _DESELECTED.search(text):
        chosen.add("selected_negative")
    return chosen


def _marker(text: str) -> str:
    plain = text.replace("-", "")
    known = {"sca1": "Sca1", "ckit": "ckit", "nestin": "nestin", "pdgfra": "PDGFRA", "pdgfralpha": "PDGFRA"}
    plain = known.get(plain.casefold(), plain.upper() if plain[:2].casefold() != "cd" else "CD" + plain[2:])
    return _SAME_MARKER.get(plain, plain)


def _from_numbers(text: str) -> set[str]:
    found: set[str] = set()
    years = _AGE.search(text)
    if years and "cryopreserv" not in text.lower():
        age = int(years["years"] or years["mean"])
        old, young = (1, 0) if _RODENT.search(text) else (_OLD_HUMAN, _YOUNG_HUMAN)
        found |= {"aged"} if age >= old else {"young"} if age <= young else set()
    months = _MONTHS.search(text)
    if months:
        age = int(months["months"])
        found |= {"aged"} if age >= _OLD_MOUSE else {"young"} if age <= _YOUNG_MOUSE else set()
    weeks = _WEEKS.search(text)
    if weeks:
        found |= {"young"} if int(weeks["weeks"]) <= _YOUNG_WEEKS else set()
    passage = _PASSAGE.search(text)
    if passage:
        number = int(passage["number"])
        found |= {"late_passage"} if number >= _LATE else {"early_passage"} if number <= _EARLY else set()
    bmi = _BMI.search(text)
    if bmi and float(bmi["bmi"]) >= _OBESE:
        found.add("obese")
    return found
