"""The one-cell form of preconditioning: `hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL)`."""

from __future__ import annotations

import re

from secretome_ml.vocabulary import Terms

_ENTRY = re.compile(r"^(?P<kind>other:[^()]+|[^()]+?)\s*(?:\((?P<inside>.*)\))?$", re.DOTALL)
_NUMBER = re.compile(r"^(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\D.*)?$")
_LONGEST = 2000


def parse_preconditioning(text: str, terms: Terms) -> list[dict[str, object]]:
    """Return the agents that one cell states.

    Parameters
    ----------
    text : str
        `none` (standard culture), or entries joined by ` + `, each `kind` or
        `kind(agent, dose unit, o2=..%, hours=..)`.
    terms : Terms
        Vocabulary of the kinds.

    Raises
    ------
    ValueError
        If an entry cannot be read; the message says which and how to write it.

    Examples
    --------
    >>> from secretome_ml.vocabulary import Terms
    >>> parse_preconditioning("hypoxia(o2=1%, hours=48)", Terms())[0]["o2_percent"]
    1.0
    >>> parse_preconditioning("none", Terms())
    []
    """
    if len(text) > _LONGEST:
        raise ValueError(f"the cell is {len(text)} characters long; at most {_LONGEST} are read")
    if text.strip().casefold() in ("none", "no", "standard", "normoxia", "untreated"):
        return []
    return [_parse_entry(part.strip(), terms) for part in _split(text, "+")]


def _parse_entry(text: str, terms: Terms) -> dict[str, object]:
    match = _ENTRY.match(text)
    if match is None:
        raise ValueError(f"'{text}' is not of the form kind(agent, dose unit, o2=1%, hours=48)")
    kind = terms.resolve("preconditioning", match["kind"].strip())
    if kind is None:
        close = ", ".join(terms.close("preconditioning", match["kind"].strip())) or "hypoxia, cytokine, ..."
        raise ValueError(f"'{match['kind'].strip()}' is no kind of preconditioning (near: {close})")
    entry: dict[str, object] = {"kind": kind}
    for position, part in enumerate(p.strip() for p in _split(match["inside"] or "", ",") if p.strip()):
        name, sign, value = part.partition("=")
        if not sign:
            _add_positional(entry, part, position)
        else:
            _add_named(entry, name.strip().casefold(), value.strip())
    return entry


def _add_positional(entry: dict[str, object], part: str, position: int) -> None:
    dose = _NUMBER.match(part)
    if dose and (position > 0 or dose["unit"]):
        _add_dose(entry, part)
    else:
        entry["agent"] = part


def _add_named(entry: dict[str, object], name: str, value: str) -> None:
    if name in ("o2", "o2_percent", "oxygen"):
        entry["o2_percent"] = _number(value.rstrip("% "), 0, 21, "oxygen in %")
    elif name in ("hours", "h", "time"):
        entry["hours"] = _number(value.rstrip("hours "), 0, 10000, "hours")
    elif name == "days":
        entry["hours"] = 24 * _number(value, 0, 400, "days")
    elif name == "dose":
        _add_dose(entry, value)
    elif name == "agent":
        entry["agent"] = value
    else:
        raise ValueError(f"'{name}' is not known here; use agent, dose, o2, hours or days")


def _add_dose(entry: dict[str, object], text: str) -> None:
    dose = _NUMBER.match(text)
    if dose is None:
        raise ValueError(f"'{text}' is not a dose such as 10 ng/mL")
    entry["dose"] = float(dose["number"])
    entry["unit"] = (dose["unit"] or "").strip() or None


def _number(text: str, low: float, high: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"'{text}' is not {what}") from None
    if not low <= number <= high:
        raise ValueError(f"{number:g} lies outside {low:g} to {high:g} ({what})")
    return number


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside parentheses."""
    parts, depth, start = [], 0, 0
    for position, letter in enumerate(text):
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
        elif letter == mark and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    if depth != 0:
        raise ValueError("the parentheses do not match")
    return [*parts, text[start:]]
