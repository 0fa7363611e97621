"""Conditions that contradict themselves or the measured factors."""

from __future__ import annotations

from collections.abc import Iterator

from secretome_ml.core.errors import Problem
from secretome_ml.readers.doubts.reading import Reading, listed
from secretome_ml.readers.genes import resolve_name
from secretome_ml.vocabulary import parse_intervention

_ROOM_AIR = 15.0
_LONGEST, _SHORTEST_HYPOXIA = 336.0, 4.0
_FEW, _MOST = 3, 0.5


def room_air(reading: Reading) -> Iterator[Problem]:
    """Doubt hypoxia at the oxygen of room air."""
    found: dict[str, list[object]] = {}
    for entry in reading.preconditioning:
        oxygen = _number(entry, "o2_percent")
        if entry["kind"] == "hypoxia" and oxygen is not None and oxygen >= _ROOM_AIR:
            what = f"Hypoxia with {oxygen:g} % oxygen is room air, yet counts as hypoxia."
            found.setdefault(what, []).append(entry["sample"])
    for what, samples in found.items():
        yield reading.doubt(listed(samples), "preconditioning", what, "Write none, or the low oxygen.")


def times(reading: Reading) -> Iterator[Problem]:
    """Doubt times that look like days in place of hours, or hours in place of days."""
    found: dict[str, list[object]] = {}
    for entry in reading.preconditioning:
        hours = _number(entry, "hours")
        if hours is None:
            continue
        brief = entry["kind"] == "hypoxia" and hours < _SHORTEST_HYPOXIA
        if brief or hours > _LONGEST:
            what = (
                f"{str(entry['kind'])[:60]} for {hours:g} hours is unusually {'short' if brief else 'long'}."
            )
            found.setdefault(what, []).append(entry["sample"])
    for what, samples in found.items():
        yield reading.doubt(listed(samples), "preconditioning", what, "Write hours=48, or days=2.")


def gene_against_level(reading: Reading) -> Iterator[Problem]:
    """Doubt a gene that is over-expressed and measured as low, or silenced and measured as elevated."""
    changed = [e for e in reading.preconditioning if e["kind"] == "genetic_modification" and e.get("agent")]
    values = reading.values[reading.values["sample"].isin([e["sample"] for e in changed])]
    done_by = {str(e["agent"]): parse_intervention("genetic_modification", str(e["agent"])) for e in changed}
    values = values[values["factor"].isin({target for done in done_by.values() for target in done.targets})]
    by_sample: dict[object, list[tuple[str, float]]] = {}
    columns = values["sample"], values["factor"], values["level"].astype(float)
    for sample, factor, level in zip(*columns, strict=True):
        by_sample.setdefault(sample, []).append((str(factor), float(level)))
    for entry in changed:
        done = done_by[str(entry["agent"])]
        own = [(f, level) for f, level in by_sample.get(entry["sample"], ()) if f in done.targets]
        wrong = [f for f, level in own if (level <= 0 if done.direction > 0 else level > 1)]
        if done.direction and wrong:
            verb, seen = ("over-expressed", "low") if done.direction > 0 else ("silenced", "elevated")
            what = f"{listed(wrong)} is {verb} and yet measured as {seen}."
            remedy = "Say which: `VEGFA over-expression` or `VEGFA siRNA`."
            yield reading.doubt(str(entry["sample"]), "preconditioning", what, remedy)


def symbols_of_rodents(reading: Reading) -> Iterator[Problem]:
    """Doubt samples stated to be human whose symbols are written as those of mouse and rat (`Vegfa`)."""
    human = set(reading.context.index[reading.context["species"].eq("human").fillna(False)])
    rows = reading.values[reading.values["sample"].isin(human)]
    names = list(dict.fromkeys(rows["name"].astype(object)))
    rodent = [n for n in names if resolve_name(str(n)).how == "ortholog symbol"]
    if len(rodent) >= _FEW and len(rodent) > _MOST * len(names):
        what = f"{listed(rodent)} are symbols of mouse or rat, but the species is said to be human."
        yield reading.doubt(None, "species", what, "Correct the species.")


def _number(entry: dict[str, object], key: str) -> float | None:
    value = entry.get(key)
    return float(value) if isinstance(value, int | float) else None
