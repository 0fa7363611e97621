"""Preconditioning in one cell, as people write it: `hypoxia 1% 48 h + IFN-g 50 ng/ml`.

Every word and number is understood, or the cell is refused with the part that was not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from secretome_ml.profiles.facts import GENETIC, understood
from secretome_ml.profiles.measures import (
    NORMOXIA,
    Measures,
    hours_of,
    number_of,
    oxygen_percent,
    plain_text,
    take_measures,
)
from secretome_ml.vocabulary import Terms, normal_form
from secretome_ml.vocabulary.agents import VEHICLE, exact_agent, find_agent
from secretome_ml.vocabulary.interventions import names_silencing
from secretome_ml.vocabulary.targets import CONTROL, DOWN, RAISED, SHAM, TECHNIQUE, targets_in

_LONGEST = 2000
_LISTED = 60
_NONE, _HYPOXIA = "none", "hypoxia"
# Stated standard culture is a statement; a cell that says nothing is none.
STANDARD: dict[str, object] = {
    "kind": _NONE, "agent": None, "o2_percent": None, "hours": None, "dose": None, "unit": None,
}  # fmt: skip
_FILLER = (
    r"pre-?condition(?:ed|ing)|pre-?treat(?:ed|ment)|conditioned|conditions?|cultured?|cultivation|treat(?:ed|ment)|"
    r"stimulat(?:ed|ion)|prim(?:ed|ing)|licens(?:ed|ing)|expos(?:ed|ure)|incubat(?:ed|ion)|activat(?:ed|ion)|"
    r"cells?|mscs?|with|by|to|for|at|in|under|of|using|a|the|plus|then|and|added|recombinant|human|murine|rh|final|each"
)
_LEADING = re.compile(rf"^(?:{_FILLER})(?=\s|$)", re.IGNORECASE)
_TRAILING = re.compile(rf"(?:^|(?<=[\s-]))(?:{_FILLER})$", re.IGNORECASE)
_COCKTAIL = re.compile(r"\b(?:cocktail|mix|mixture|cytokines)\b", re.IGNORECASE)
_COCULTURE = re.compile(r"co-?cultur\w*\s+with\s+(?P<cells>.+)", re.IGNORECASE)
_AND = re.compile(r"\s(?:and|plus|then|followed by|together with|&)\s", re.IGNORECASE)
_LOOSE_NUMBER = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*\s*[^\s\w]*\s*\w*")
_KEYS = {
    "o2": "o2_percent", "o2_percent": "o2_percent", "oxygen": "o2_percent", "po2": "o2_percent",
    "fio2": "o2_percent", "o2%": "o2_percent", "hours": "hours", "h": "hours", "time": "time",
    "duration": "time", "days": "days", "dose": "dose", "concentration": "dose", "conc": "dose",
    "agent": "agent",
}  # fmt: skip
_OXYGEN_WORDS = ("low", "lowered", "reduced", "ambient", "atmospheric", "physiological", "normal", "air")
# Kinds whose agents are in the vocabulary: an unknown word there is a slip, not a new drug or material.
_KNOWN_AGENTS = (_HYPOXIA, _NONE, "cytokine", "tlr_ligand")


@dataclass
class _Group:
    """Agents that share what is stated after them."""

    agents: list[str] = field(default_factory=list)
    measures: Measures = field(default_factory=Measures)


def parse_preconditioning(text: str, terms: Terms) -> list[dict[str, object]]:
    """Return the agents that one cell states; none for standard culture, a vehicle or a control construct.

    Parameters
    ----------
    text : str
        `none` (standard culture), or entries joined by `+`, `;`, `,` or `and`: `kind`,
        `kind(agent, dose unit, o2=..%, hours=..)`, or plain words such as `hypoxia 1% 48 h`.
    terms : Terms
        Vocabulary of the kinds.

    Raises
    ------
    ValueError
        If a part cannot be read; the message says which and how to write it.

    Examples
    --------
    >>> from secretome_ml.vocabulary import Terms
    >>> parse_preconditioning("hypoxia(o2=1%, hours=48)", Terms())
    [{'kind': 'hypoxia', 'agent': None, 'o2_percent': 1.0, 'hours': 48.0, 'dose': None, 'unit': None}]
    >>> [(e["agent"], e["dose"]) for e in parse_preconditioning("IFN-g 50 ng/ml + TNFa 20 ng/ml", Terms())]
    [('IFN-g', 50.0), ('TNFa', 20.0)]
    >>> parse_preconditioning("none", Terms()), parse_preconditioning("DMSO 0.1%", Terms())
    ([], [])
    """
    if len(text) > _LONGEST:
        raise ValueError(f"the cell is {len(text)} characters long; at most {_LONGEST} are read")
    text = plain_text(text)
    limit = re.search(r"[<>≤≥]\s*=?\s*\d[\d.,]*\s*\S*", text)
    if limit is not None:
        raise ValueError(f"'{limit[0]}' is a limit; give the number that was set")
    if text == "-" or _kind(text, terms) == _NONE:
        return []
    found: list[dict[str, object]] = []
    for joined in _entries(text, terms):
        together = [entry for part in joined for entry in _read_entry(part, terms)]
        # `IFN-g and TNF-a for 24 h`: the time at the end is that of all.
        hours = together[-1]["hours"] if together else None
        found += [{**e, "hours": hours if e["hours"] is None else e["hours"]} for e in together]
    return treatments(found)


def treatments(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return each thing that was done to the cells once; room air, vehicles and control constructs are none.

    Raises
    ------
    ValueError
        If one thing is stated twice with different amounts, or normoxia with little oxygen.
    """
    return _once([entry for entry in entries if not _is_standard(entry)])


def _kind(text: str, terms: Terms) -> str | None:
    """Return the kind that a text names; nothing in brackets is passed over."""
    return terms.resolve("preconditioning", text) if text.startswith("other:") or "(" not in text else None


def _is_standard(entry: dict[str, object]) -> bool:
    """Say whether an entry is standard culture: room air, a vehicle, or a control construct."""
    kind, agent, oxygen = str(entry["kind"]), entry["agent"], entry["o2_percent"]
    if isinstance(oxygen, float) and kind == _NONE and oxygen < NORMOXIA:
        raise ValueError(f"{oxygen:g} % oxygen is no standard culture; write hypoxia(o2={oxygen:g}%)")
    if kind == _NONE or (kind == _HYPOXIA and isinstance(oxygen, float) and oxygen >= NORMOXIA):
        return True
    return isinstance(agent, str) and understood(kind, agent).kind == "sham"


def _once(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return every entry once; the same thing stated with two amounts is refused."""
    kept: dict[tuple[object, ...], dict[str, object]] = {}
    for entry in entries:
        agent = entry["agent"]
        meant = understood(str(entry["kind"]), agent if isinstance(agent, str) else None)
        named = meant.targets or normal_form(str(agent or ""))
        first = kept.setdefault((entry["kind"], meant.direction, named), entry)
        for name, value in entry.items():
            if first[name] is None:
                first[name] = value
            elif value is not None and name not in ("kind", "agent") and value != first[name]:
                what = agent or str(entry["kind"]).replace("_", " ")
                raise ValueError(f"'{what}' is stated twice with different amounts; keep one")
    return list(kept.values())


def _entries(text: str, terms: Terms) -> Iterator[list[str]]:
    """Yield entries that stand together; a part of numbers alone belongs to the entry before it."""
    for entry in _split(text, "+;"):
        parts: list[str] = []
        for part in _split(entry, ","):
            words = _words(take_measures(part)[1] if "(" not in part else part)
            if (words and parts and not _only_numbers(parts[-1])) or not parts:
                parts.append(part)
            else:
                parts[-1] = f"{parts[-1]}, {part}"
        for part in parts:
            yield [part] if _known(part, terms) else _split_and(part)


def _split_and(text: str) -> list[str]:
    """Split at `and` outside parentheses."""
    held = re.sub(r"\([^()]*\)", lambda m: "\x00" * len(m[0]), text)
    cuts = [(m.start(), m.end()) for m in _AND.finditer(held)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [text[a:b].strip() for a, b in zip(starts, ends, strict=True)]


def _only_numbers(part: str) -> bool:
    return not _words(take_measures(part, hypoxic=True)[1])


def _known(text: str, terms: Terms) -> bool:
    return _kind(text, terms) is not None or ("(" not in text and exact_agent(text) is not None)


def _read_entry(text: str, terms: Terms) -> Iterator[dict[str, object]]:
    if not text.strip():
        raise ValueError("an entry is empty; write nothing before, between or after the + signs")
    head, inside, tail = _brackets(text)
    if inside is not None and _has_brackets(text):
        head, inside, tail = text, None, ""  # an agent whose own name has brackets, such as poly(I:C)
    hypoxic = _is_hypoxic(head, terms)
    shared, rest = take_measures(f"{head} {tail}".strip(), hypoxic)
    kind, agents = _kind_of(rest, shared, terms)
    groups = [_Group(agents)] if agents else []
    for part in _split(inside, ",;") if inside else ():
        _add_part(groups, part.strip(), kind, shared)
    if len(groups) > 1 and all(_COCKTAIL.search(a) for a in groups[0].agents):
        groups = groups[1:]  # its members are named
    for group in groups or [_Group()]:
        group.measures.fill(shared)
        yield from _of_group(group, kind, text, terms)


def _has_brackets(text: str) -> bool:
    """Say whether a whole text is an agent whose own name has brackets, such as poly(I:C)."""
    try:
        name = take_measures(text)[1]
    except ValueError:
        return False
    return (
        re.search(r"\w ?\([^\s()]", name) is not None
        and exact_agent(name.replace("(", "").replace(")", ""), factors=False) is not None
    )


def _of_group(group: _Group, kind: str | None, text: str, terms: Terms) -> Iterator[dict[str, object]]:
    measures = group.measures
    named: list[str | None] = [*group.agents]
    for agent in named or [None]:
        own = kind or _kind_of_agent(str(agent), terms)
        if measures.o2_percent is not None and own not in (_HYPOXIA, _NONE):
            raise ValueError(
                f"{measures.o2_percent:g} % oxygen is no part of '{text[:_LISTED]}'; add hypoxia(o2=...)"
            )
        vehicle = agent is not None and understood(own, agent).kind == "sham"
        if measures.unit == "%" and not terms.takes_percentage(own) and not vehicle:
            what = agent or own.replace("_", " ")
            raise ValueError(f"{measures.dose:g} % is no dose of '{what}'; give it in ng/mL, uM or U/mL")
        yield {
            "kind": own,
            "agent": agent,
            "o2_percent": measures.o2_percent,
            "hours": measures.hours,
            "dose": measures.dose,
            "unit": measures.unit,
        }


def _add_part(groups: list[_Group], part: str, kind: str | None, shared: Measures) -> None:
    """Add one part between brackets: an agent, or numbers about what stands before it."""
    if not part:
        raise ValueError("a part between brackets is empty; remove the comma")
    name, sign, value = part.partition("=")
    if sign:
        told = _named(name.strip().casefold(), value.strip())
        stated, words = (Measures(), told) if isinstance(told, str) else (told, "")
    else:
        stated, rest = take_measures(part, kind in (_HYPOXIA, _NONE))
        words = rest if _words(rest) else ""
        if _has_brackets(part) or exact_agent(normal_form(part)) is not None:
            words, stated = part, Measures()  # a name with a number of its own
    if not words:
        _apply(groups, stated, shared)
        return
    if kind == "coculture" and groups and re.fullmatch(r"\d+\s*:\s*\d+", words):
        groups[-1].agents[-1] += f" {words}"
        return
    if kind in (_HYPOXIA, _NONE) and Terms().resolve("preconditioning", words) == kind:
        return  # `1% O2 (hypoxia)`: the kind again
    agents = _agents_in(words)
    if kind == GENETIC and groups and not _has_target(agents[0]):
        if _is_technique(agents[0]):
            groups[-1].agents[-1] += f", {agents[0]}"
            _apply(groups, stated, shared)
            return
        raise ValueError(f"'{agents[0]}' was not understood")
    if groups and not groups[-1].measures and not stated:
        groups[-1].agents += agents
    else:
        groups.append(_Group(agents, stated))
    several = [a for g in groups for a in g.agents]
    for agent in several if len(several) > 1 or kind in _KNOWN_AGENTS else ():
        if find_agent(agent) is None and not _has_target(agent) and not CONTROL.search(agent):
            raise ValueError(f"'{agent}' was not understood; write other:<words> for what is no known agent")


def _apply(groups: list[_Group], stated: Measures, shared: Measures) -> None:
    """Apply numbers to the agents before them; a time at the end is that of every agent without one."""
    if not groups:
        shared.add(**vars(stated))
        return
    lacking = [g for g in groups if g.measures.hours is None]
    for group in lacking or groups[-1:]:
        group.measures.add(hours=stated.hours)
    groups[-1].measures.add(o2_percent=stated.o2_percent, dose=stated.dose, unit=stated.unit)


def _named(key: str, value: str) -> Measures | str:
    """Return what `key=value` states; the text itself for an agent."""
    meant = _KEYS.get(key)
    if meant is None:
        raise ValueError(f"'{key}' is not known here; use agent, dose, o2, hours or days")
    if meant == "agent":
        return value
    bare = re.fullmatch(r"\d+(?:[.,]\d+)?", value)
    if meant == "o2_percent":
        oxygen = re.fullmatch(
            r"(\d+(?:[.,]\d+)?)\s*(%|kPa|mmHg|torr|mbar|hPa|)(?:\s*O2)?", value, re.IGNORECASE
        )
        if oxygen is None:
            raise ValueError(f"'{value}' is not oxygen in %")
        return Measures(o2_percent=oxygen_percent(oxygen[1], oxygen[2]))
    if bare and meant in ("hours", "days"):
        return Measures(hours=hours_of(value, meant))
    stated, rest = take_measures(value)
    if rest or not stated or (meant == "dose") != (stated.dose is not None):
        if meant == "dose" and bare:
            number_of(value)
            raise ValueError(f"dose {value} has no unit; write for instance {value} ng/mL")
        what = "a dose such as 10 ng/mL" if meant == "dose" else "a time such as 48 h"
        raise ValueError(f"'{value}' is not {what}")
    return stated


def _is_hypoxic(head: str, terms: Terms) -> bool:
    """Say whether the words of an entry without its numbers are low or normal oxygen."""
    bare = _words(re.sub(r"\d[\d.,]*\s*(?:%|[a-zA-Z]+\b)?", " ", head))
    kind = _kind(bare, terms) or _kind(head, terms)
    return kind in (_HYPOXIA, _NONE)


def _kind_of(rest: str, shared: Measures, terms: Terms) -> tuple[str | None, list[str]]:
    """Return the kind that the words of an entry name, and their agents; the kind may follow from each."""
    words = _words(rest)
    together = _COCULTURE.fullmatch(words)
    if together is not None:
        return "coculture", [together["cells"]]
    kind = _kind(rest, terms) or (_kind(words, terms) if words else None)
    if kind is None and (not words or words.casefold() in _OXYGEN_WORDS) and shared.o2_percent is not None:
        return (_HYPOXIA if shared.o2_percent < NORMOXIA else _NONE), []
    if kind is None:
        if not words:
            raise ValueError(f"'{rest or 'a number'}' says no kind or agent of preconditioning")
        return None, _agents_in(words)
    plain = {normal_form(kind), normal_form(terms.label("preconditioning", kind))}
    agent = exact_agent(words, factors=False) if normal_form(words) not in plain else None
    if agent is not None and kind not in (_HYPOXIA, _NONE) and terms.kind_of_class(agent.agent_class) == kind:
        return kind, [words]
    return kind, []


def _kind_of_agent(agent: str, terms: Terms) -> str:
    """Return the kind of preconditioning that an agent written without its kind is."""
    genetic = (names_silencing(agent) or RAISED.search(agent)) and (
        _has_target(agent) or CONTROL.search(agent)
    )
    if genetic or _is_control(agent):
        return GENETIC
    found = exact_agent(agent)
    known = exact_agent(agent, factors=False)
    if known is None and terms.resolve("cell_type", agent) is not None:
        raise ValueError(
            f"'{agent[:_LISTED]}' names cells; write coculture({agent[:_LISTED]}), or what was done"
        )
    if known is None and found is not None and re.fullmatch(r"[A-Za-z]{2}", agent):
        raise ValueError(f"'{agent}' may be {found.id} or mean something else; write cytokine({found.id})")
    if found is not None and found.agent_class in ("mirna", "rna", "gene"):
        return GENETIC
    if found is not None and found.agent_class == VEHICLE:
        return "pharmacological"
    if found is not None:
        return terms.kind_of_class(found.agent_class)
    if DOWN.search(agent) and _has_target(agent):
        return "pharmacological"
    near = ", ".join(terms.close("preconditioning", agent)) or "hypoxia, cytokine, ..."
    raise ValueError(
        f"'{agent[:_LISTED]}' was not understood: no kind of preconditioning and no agent (near: {near})"
    )


def _agents_in(words: str) -> list[str]:
    """Return the agents of a text; one that is not known is taken as it is written."""
    if exact_agent(words) is not None:
        return [words]
    name, _, solvent = words.partition(" in ")
    dissolved = exact_agent(solvent, factors=False) if solvent else None
    if dissolved is not None and dissolved.agent_class == VEHICLE:
        return _agents_in(name)
    parts = [p.strip() for p in re.split(r"/|&|\+|\band\b|\bplus\b", words) if p.strip()]
    if len(parts) > 1 and all(exact_agent(p) is not None for p in parts):
        return parts
    loose = _LOOSE_NUMBER.search(words)
    if loose and not _has_target(words):
        raise ValueError(f"'{loose[0].strip()}' was not understood; write 10 ng/mL, 48 h or o2=1%")
    return [words]


def _has_target(text: str) -> bool:
    return bool(targets_in(text))


def _is_control(text: str) -> bool:
    """Say whether a text says nothing but that a construct is a control, such as `GFP lentivirus`."""
    named = CONTROL.search(text) or SHAM.search(text)
    return named is not None and _is_technique(DOWN.sub(" ", SHAM.sub(" ", CONTROL.sub(" ", text))))


def _is_technique(text: str) -> bool:
    return not re.sub(r"[\W\d_]", "", TECHNIQUE.sub(" ", text))


def _words(text: str) -> str:
    """Return a text without the words around an agent or kind, such as `primed with`."""
    before = None
    while before != text:
        before, text = text, re.sub(r"^- | -$|^-$", "", text.strip()).strip(" ,;:")
        text = _TRAILING.sub("", _LEADING.sub("", text)) if exact_agent(text) is None else text
    return text


def _brackets(text: str) -> tuple[str, str | None, str]:
    """Return what stands before, in and after the outermost brackets."""
    start = text.find("(")
    if start < 0:
        return text, None, ""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            tail = text[place + 1 :]
            if "(" in tail:
                raise ValueError(f"'{tail.strip()}' was not understood; join entries with +")
            return text[:start].strip(), text[start + 1 : place], tail.strip()
    raise ValueError("the parentheses do not match")


def _split(text: str, marks: str) -> list[str]:
    """Split at marks outside parentheses; a comma between two digits is part of a number."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth < 0:
            break
        inside = letter == "," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()
        if letter in marks and depth == 0 and not inside and not _is_sign(text, place):
            parts.append(text[start:place].strip())
            start = place + 1
    if depth != 0:
        raise ValueError("the parentheses do not match")
    return [*parts, text[start:].strip()]


def _is_sign(text: str, place: int) -> bool:
    """Say whether a plus belongs to a name (`CD34+ cells`, `+/-`), not between two entries."""
    return text[place] == "+" and (
        text[place + 1 : place + 2] == "/" or re.match(r"\+ cells?\b", text[place:]) is not None
    )
