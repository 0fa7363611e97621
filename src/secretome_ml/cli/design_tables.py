"""What `secretome-ml design` prints: gains, cocktail, studies, and how far they can be trusted."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd

from secretome_ml.cli.listing import plain_table
from secretome_ml.cli.options import print_json, stdout
from secretome_ml.design.rank import BETTER, ENGINEERING, OTHER_CELLS, THIS_WEEK, best_variants
from secretome_ml.report.words import between, decimal, effect_label, signed
from secretome_ml.workflows.design import Designed

_COLUMNS = ("change", "score", "percentile", "refits", "studies", "tried", "right")
_SHOWN, _CITED, _CHANGE_WIDTH = 12, 3, 28
_LEGEND = (
    "refits: share of refits on resampled studies in which the change helps. studies: those that did just "
    "this. tried: comparisons within a study that tried it and found more/as much/less. right: how often "
    "held-out comparisons of this kind and size were ordered rightly."
)


def show_design(found: Designed) -> None:
    """Print the start, the ranked changes per effect, the cocktail, the studies, and what was not ranked."""
    for row in found.start.to_dict("records"):
        chance = between(row["probability"], row["probability_low"], row["probability_high"])
        stdout().print(f"Start, {effect_label(row['effect'])}: probability {chance}", highlight=False)
    shown = best_variants(found.ranked, _SHOWN)
    several = len(found.effects) > 1
    for effect in found.effects:
        own = shown[shown["effect"] == effect].sort_values("feasible", key=_ease, kind="stable")
        rows: list[tuple[object, ...]] = []
        for feasible, part in own.groupby("feasible", sort=False):
            rows.append((f"{feasible}:", *[""] * (len(_COLUMNS) - 1), *([""] if several else [])))
            rows += [_ranked(row, several) for row in part.to_dict("records")]
        columns = list(_COLUMNS)
        columns += ["front"] if several else []
        title = f"Gain, {effect_label(effect)}, with {found.level:.0%} intervals over resampled studies"
        table = plain_table(pd.DataFrame(rows, columns=columns), title)
        table.columns[0].min_width = _CHANGE_WIDTH
        stdout().print(table)
    stdout().print(_LEGEND, highlight=False)
    _failed(found)
    _cocktail(found)
    if len(shown):
        stdout().print(plain_table(_studies(found, shown), "Studies"))
    counts = found.refused["reason"].str.replace(r"^\d+", "Fewer than 2", regex=True).str.split(";").str[0]
    for reason, number in counts.value_counts().head(5).items():
        stdout().print(f"Not ranked: {number} changes. {reason}.", highlight=False, markup=False)


def _ranked(row: dict[Any, Any], several: bool) -> tuple[object, ...]:
    return (
        f"{row['rank']}. {row['change']}",
        f"{signed(row['gain'])}\n({signed(row['low'])}…{signed(row['high'])})",
        f"{row['percentile_gain']:+.0f}".replace("-", "\u2212"),
        _refits(row),
        row["of_variant"],
        f"{row['tried_better']}/{row['tried_equal']}/{row['tried_worse']}",
        f"{decimal(row['right'])}\n({decimal(row['right_low'])}–{decimal(row['right_high'])})",
        *((int(row["front"]),) if several else ()),
    )


def _ease(feasibility: pd.Series) -> pd.Series:
    return feasibility.map({THIS_WEEK: 0, OTHER_CELLS: 1, ENGINEERING: 2})


def _failed(found: Designed) -> None:
    """Print the changes that more comparisons within a study found no better than found better."""
    ranked = found.ranked
    worse = ranked[(ranked["tried_worse"] + ranked["tried_equal"]) > ranked["tried_better"]]
    rows = [
        (
            row["change"],
            effect_label(row["effect"]),
            f"{row['tried_better']}/{row['tried_equal']}/{row['tried_worse']}",
        )
        for row in worse.drop_duplicates(["what", "effect"]).head(_SHOWN).to_dict("records")
    ]
    if rows:
        table = pd.DataFrame(rows, columns=["tried and failed", "effect", "more/as much/less"])
        stdout().print(plain_table(table, "What was tried and did not help"))


def _refits(row: dict[Any, Any]) -> str:
    share = "" if math.isnan(row["helps"]) else f"{row['helps']:.0%}"
    return share if row["verdict"] == BETTER else f"{share}\n{row['verdict']}".strip()


def _chance(row: dict[Any, Any]) -> str:
    low, high = row["probability_gain_low"], row["probability_gain_high"]
    return between(row["probability_gain"], low, high, signed)


def _cocktail(found: Designed) -> None:
    if found.cocktail.empty:
        return
    rows = [
        (
            f"{row['step']}. {row['change']}",
            effect_label(row["effect"]),
            _chance(row),
            between(row["gain"], row["low"], row["high"], signed),
            row["together"],
        )
        for row in found.cocktail.to_dict("records")
    ]
    columns = ["and then", "effect", "joint gain, probability", "joint gain, score", "studies with all"]
    stdout().print(plain_table(pd.DataFrame(rows, columns=columns), "Together, predicted anew at each step"))


def _studies(found: Designed, shown: pd.DataFrame) -> pd.DataFrame:
    """Return, per change shown, the comparisons that tried it, then the nearest studies."""
    rows = []
    for change in shown["change"].drop_duplicates():
        tried = found.trials[found.trials["change"] == change]
        words = []
        for direction, said in (("higher", "more"), ("lower", "less"), ("equal", "equal")):
            own = tried[tried["direction"] == direction]
            cited = list(dict.fromkeys(own["doi"].fillna(own["study"])))
            if cited:
                rest = f" and {len(cited) - _CITED} more" if len(cited) > _CITED else ""
                words.append(f"{said}: {', '.join(cited[:_CITED])}{rest}")
        near = found.nearest[found.nearest["change"] == change]
        sides = []
        for side in ("supports", "against"):
            own = near[near["side"] == side]
            cited = list(dict.fromkeys(own["doi"].where(own["doi"] != "", own["study"])))[:_CITED]
            if cited:
                sides.append(f"{side}: {', '.join(cited)}")
        rows.append((change, "\n".join(words), "\n".join(sides)))
    return pd.DataFrame(rows, columns=["change", "tried within one study", "nearest studies"])


def show_held_out(table: pd.DataFrame, json_output: bool) -> None:
    """Print how often held-out comparisons of one change came out as predicted."""
    if json_output:
        print_json(json.loads(table.to_json(orient="records")))
        return
    rows = [
        (
            row["changed"],
            effect_label(row["effect"]),
            between(row["right"], row["low"], row["high"]),
            decimal(row["rule"]),
            between(row["over_rule"], row["over_rule_low"], row["over_rule_high"], signed),
            row["pairs"],
            row["studies"],
        )
        for row in table.to_dict("records")
    ]
    columns = ["what was changed", "effect", "better arm scored higher", "rule", "model over rule"]
    columns += ["pairs", "studies"]
    title = "Held-out comparisons in which one thing was changed"
    stdout().print(plain_table(pd.DataFrame(rows, columns=columns), title))
    stdout().print("rule: what is done to the cells helps, a knocked-down gene harms.", highlight=False)
