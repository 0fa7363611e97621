"""How far two readings of the same studies agree: Cohen's kappa of the results, and agreement per field."""

from __future__ import annotations

from typing import Any

import pandas as pd

from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.recall import reading_recall
from secretome_ml.vocabulary.columns import context_columns

_FIELDS = tuple(c.name for c in context_columns() if c.domain)
_NAME_MATCH = 10


def reading_agreement(first: Evidence, second: Evidence) -> dict[str, Any]:
    """Return how far a second reading agrees with the first.

    Arms are matched by name, else by the facts that they share; effects are compared where both readings
    hold an outcome for the same arm. An effect with several readouts counts with its most frequent result.

    Parameters
    ----------
    first, second : Evidence
        Two readings; studies are matched by their identifier.

    Returns
    -------
    dict
        Numbers of studies, arms and outcomes compared; `kappa_result` (Cohen, doi:10.1177/001316446002000104)
        and the raw agreement of results; kappa of the direction of comparisons; agreement per context field;
        overlap (Jaccard) of effects tested and preconditioning kinds; `recall`, see `reading_recall`.
    """
    shared = sorted(set(first.studies["study"]) & set(second.studies["study"]))
    a, b = first.subset(shared), second.subset(shared)
    matched = [pair for study in shared for pair in _match_arms(a, b, study)]
    results = pd.DataFrame(
        [(x, y) for one, other in matched for x, y in _results(a, b, one, other)], columns=["first", "second"]
    )
    directions = pd.DataFrame(_directions(a, b, dict(matched)), columns=["first", "second"])
    fields = _field_agreement(a, b, matched)
    return {
        "studies": len(shared),
        "arms_first": len(a.arms),
        "arms_second": len(b.arms),
        "arms_matched": len(matched),
        "results_compared": len(results),
        "results_agree": _share(results),
        "kappa_result": _kappa(results),
        "directions_compared": len(directions),
        "directions_agree": _share(directions),
        "kappa_direction": _kappa(directions),
        "fields": fields,
        "recall": reading_recall(a, b),
    }


Arm = tuple[str, str]


def _match_arms(first: Evidence, second: Evidence, study: str) -> list[tuple[Arm, Arm]]:
    """Match the arms of one study greedily, best first: the same name, then the most shared facts."""
    ours, theirs = _described(first, study), _described(second, study)
    scored = sorted(
        ((_likeness(ours[x], theirs[y], x == y), x, y) for x in ours for y in theirs),
        key=lambda t: (-t[0], t[1], t[2]),
    )
    taken_x: set[str] = set()
    taken_y: set[str] = set()
    pairs = []
    for score, x, y in scored:
        if score >= 3 and x not in taken_x and y not in taken_y:
            taken_x.add(x)
            taken_y.add(y)
            pairs.append(((study, x), (study, y)))
    return pairs


def _described(evidence: Evidence, study: str) -> dict[str, dict[str, Any]]:
    arms = evidence.arms[evidence.arms["study"] == study]
    kinds = evidence.preconditioning[evidence.preconditioning["study"] == study]
    return {
        str(row["arm"]): {
            **{f: row[f] for f in (*_FIELDS, "donor")},
            "kinds": frozenset(kinds.loc[kinds["arm"] == row["arm"], "kind"]),
        }
        for row in arms.to_dict("records")
    }


def _likeness(x: dict[str, Any], y: dict[str, Any], same_name: bool) -> int:
    equal = sum(isinstance(x[f], str) and isinstance(y[f], str) and x[f] == y[f] for f in (*_FIELDS, "donor"))
    likeness: int = equal + 2 * (x["kinds"] == y["kinds"]) + _NAME_MATCH * same_name
    return likeness


def _results(first: Evidence, second: Evidence, one: Arm, other: Arm) -> list[tuple[str, str]]:
    x, y = _by_effect(first, one), _by_effect(second, other)
    return [(x[e], y[e]) for e in sorted(x.keys() & y.keys())]


def _by_effect(evidence: Evidence, arm: Arm) -> dict[str, str]:
    rows = evidence.outcomes[(evidence.outcomes["study"] == arm[0]) & (evidence.outcomes["arm"] == arm[1])]
    return {str(e): str(r.mode().iloc[0]) for e, r in rows.groupby("effect")["result"]}


def _directions(first: Evidence, second: Evidence, matched: dict[Arm, Arm]) -> list[tuple[str, str]]:
    """Return the two readings of every comparison that both hold, whichever arm each wrote first."""
    stated = {}
    for row in second.comparisons.to_dict("records"):
        study, effect, direction = str(row["study"]), str(row["effect"]), str(row["direction"])
        stated[study, str(row["arm"]), str(row["than"]), effect] = direction
        mirror = {"higher": "lower", "lower": "higher"}.get(direction, direction)
        stated[study, str(row["than"]), str(row["arm"]), effect] = mirror
    found = []
    for row in first.comparisons.to_dict("records"):
        one, than = matched.get((row["study"], row["arm"])), matched.get((row["study"], row["than"]))
        if one and than and (row["study"], one[1], than[1], row["effect"]) in stated:
            found.append((str(row["direction"]), stated[row["study"], one[1], than[1], row["effect"]]))
    return found


def _field_agreement(
    first: Evidence, second: Evidence, matched: list[tuple[Arm, Arm]]
) -> dict[str, float | None]:
    x = first.arms.set_index(["study", "arm"])
    y = second.arms.set_index(["study", "arm"])
    agree: dict[str, list[bool]] = {field: [] for field in _FIELDS}
    for one, other in matched:
        for field in _FIELDS:
            left, right = x.at[one, field], y.at[other, field]
            agree[field].append(
                left == right if isinstance(left, str) and isinstance(right, str) else left is right
            )
    shares: dict[str, float | None] = {f: round(sum(map(bool, v)) / len(v), 4) for f, v in agree.items() if v}
    for name, table, column in (
        ("preconditioning_kinds", "preconditioning", "kind"),
        ("effects_tested", "outcomes", "effect"),
        ("factors_named", "factors", "name"),
    ):
        shares[name] = _overlap(first.tables[table], second.tables[table], column, matched)
    return shares


def _overlap(x: pd.DataFrame, y: pd.DataFrame, column: str, matched: list[tuple[Arm, Arm]]) -> float | None:
    """Return the mean Jaccard overlap of a column's values over matched arms; both empty counts as one."""
    left = {k: set(v) for k, v in x.groupby(["study", "arm"])[column]}
    right = {k: set(v) for k, v in y.groupby(["study", "arm"])[column]}
    shares = []
    for one, other in matched:
        a, b = left.get(one, set()), right.get(other, set())
        shares.append(len(a & b) / len(a | b) if a | b else 1.0)
    return round(sum(shares) / len(shares), 4) if shares else None


def _share(pairs: pd.DataFrame) -> float | None:
    return round(float((pairs["first"] == pairs["second"]).mean()), 4) if len(pairs) else None


def _kappa(pairs: pd.DataFrame) -> float | None:
    """Return Cohen's kappa, doi:10.1177/001316446002000104; None where both say one word throughout."""
    if len(pairs) == 0 or pairs.stack().nunique() < 2:
        return None
    first, second = (pairs[reader].value_counts(normalize=True) for reader in ("first", "second"))
    by_chance = float(first.mul(second, fill_value=0.0).sum())
    alike = float((pairs["first"] == pairs["second"]).mean())
    return round((alike - by_chance) / (1.0 - by_chance), 4)
