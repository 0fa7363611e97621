"""A design as a page shows it: the ranked changes with their gains, trials and nearest studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from secretome_ml.report.bars import Dot, Gain, dots, gain_bars
from secretome_ml.report.words import between, percent, signed
from secretome_ml.web.pages.evidence import host

if TYPE_CHECKING:
    import pandas as pd

    from secretome_ml.workflows.design import Designed

_SHOWN, _CITED, _REASONS = 12, 4, 8
_TRIED = {"higher": "more", "equal": "as much", "lower": "less"}
_COUNTS = ("tried_better", "tried_equal", "tried_worse")
_NEVER = "never compared within one study"
_THAN = {"higher": "more than", "equal": "as much as", "lower": "less than"}


@dataclass(frozen=True)
class Told:
    """What the model expects of one change for one effect."""

    effect: str
    chance: str
    gain: Gain
    words: str
    verdict: str
    tried: str
    right: str


@dataclass(frozen=True)
class Ranked:
    """One change: what it does, which studies tried it, and which lie near."""

    rank: int
    change: str
    studies: int
    reported: str
    effects: list[Told]
    trials: list[dict[str, Any]]
    near: list[dict[str, Any]]


@dataclass(frozen=True)
class Plan:
    """A kept design, ready to be shown."""

    name: str
    origin: str
    effects: tuple[str, ...]
    start: list[dict[str, Any]]
    ranked: list[Ranked]
    cocktail: list[dict[str, Any]]
    reasons: list[tuple[str, int]]
    notes: tuple[str, ...]
    level: str
    front: list[Dot] = field(default_factory=list)


def plan_of(found: Designed, name: str, origin: str) -> Plan:
    """Return a design ready to be shown; `name` and `origin` say what it starts from."""
    from secretome_ml.design.rank import best_variants

    shown = best_variants(found.ranked, _SHOWN)
    few = r"^\d+ (?:of the )?studies"
    counted = found.refused["reason"].str.replace(few, "fewer than two studies", regex=True)
    counted = counted.str.split(";").str[0].value_counts().head(_REASONS)
    return Plan(
        name,
        origin,
        found.effects,
        found.start.to_dict("records"),
        _ranked(found, shown),
        _cocktail(found.cocktail),
        [(str(reason), int(number)) for reason, number in counted.items()],
        found.notes,
        f"{100 * found.level:.0f}\u00a0%",
        dots(shown, found.effects[0], found.effects[1]) if len(found.effects) > 1 else [],
    )


def _ranked(found: Designed, shown: pd.DataFrame) -> list[Ranked]:
    bars = gain_bars(shown)
    listed: list[Ranked] = []
    for change, rows in shown.groupby("change", sort=False):
        own: list[dict[str, Any]] = rows.to_dict("records")
        listed.append(
            Ranked(
                len(listed) + 1,
                str(change),
                int(own[0]["studies"]),
                str(own[0]["reported"]),
                [_told(row, bars[place]) for place, row in zip(rows.index, own, strict=True)],
                _trials(found.trials[found.trials["change"] == change]),
                _near(found.nearest[found.nearest["change"] == change]),
            )
        )
    return listed


def _told(row: Mapping[str, Any], bar: Gain) -> Told:
    counts = [int(row[name]) for name in _COUNTS]
    tried = ", ".join(f"{n} {said}" for n, said in zip(counts, _TRIED.values(), strict=True))
    right = ""
    if row["right_pairs"]:
        shares = between(float(row["right"]), float(row["right_low"]), float(row["right_high"]), percent)
        held_out = f"{int(row['right_pairs'])} held-out comparisons of this kind and size"
        right = f"{shares} of {held_out} were ordered rightly."
    return Told(
        str(row["effect"]),
        percent(float(row["probability"])),
        bar,
        between(float(row["gain"]), float(row["low"]), float(row["high"]), signed),
        str(row["verdict"]),
        f"compared within one study {sum(counts)} times: {tried}" if sum(counts) else _NEVER,
        right,
    )


def _trials(rows: pd.DataFrame) -> list[dict[str, Any]]:
    found = []
    for row in rows.drop_duplicates(["study", "effect", "direction"]).head(2 * _CITED).to_dict("records"):
        arms = [str(row[side]).replace("_", " ") for side in ("changed", "unchanged")]
        words = f"{arms[0]}: {_THAN[row['direction']]} {arms[1]}"
        found.append({"study": row["study"], "effect": row["effect"], "words": words})
    return found


def _near(rows: pd.DataFrame) -> list[dict[str, Any]]:
    found = []
    for row in rows.drop_duplicates("study").head(_CITED).to_dict("records"):
        name = row["title"] or host(str(row["locator"])) or row["study"]
        found.append({"study": row["study"], "name": name, "effect": row["effect"], "result": row["result"]})
    return found


def _cocktail(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "step": int(row["step"]),
            "change": str(row["change"]),
            "effect": str(row["effect"]),
            "chance": percent(float(row["probability"])),
            "gain": between(float(row["gain"]), float(row["low"]), float(row["high"]), signed),
            "together": int(row["together"]),
        }
        for row in rows.to_dict("records")
    ]
