"""Bring elevated.svg and its table in method.md up to date: what the corpus calls elevated, in numbers.

Usage: python docs/elevated.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from corpus_card import filled

PAGE, FIGURE = Path(__file__).with_name("method.md"), Path(__file__).with_name("elevated.svg")
# `levels/stated.py` and `levels/control.py`: a change counts from 1.5-fold, and is full at 2-fold.
COUNTS, FULL = 1.5, 2.0
WORDS = ("elevated", "decreased", "unchanged")


def changes() -> pd.DataFrame:
    """Return `study, factor, word, fold` of every comparison of which the corpus holds word and number.

    The number is a fold change, or the amounts of both arms in one unit; a pair that both arms state counts
    once. `fold` is the first arm over the other.
    """
    from secretome_ml.evidence import load_evidence
    from secretome_ml.profiles.units import parse_unit

    rows = load_evidence().factors
    rows = rows[rows["value"].notna()]
    told = {(r["study"], r["arm"], r["name"]): r for r in rows.to_dict("records")}
    found: dict[tuple[str, ...], dict[str, object]] = {}
    for row in rows.to_dict("records"):
        unit = parse_unit(str(row["unit"]))
        if row["state"] not in WORDS or unit is None or pd.isna(row["vs"]):
            continue
        other = told.get((row["study"], row["vs"], row["name"]))
        if unit.quantity == "fold_change":
            fold = float(row["value"])
        elif other is not None and other["unit"] == row["unit"]:
            fold = float(row["value"]) / float(other["value"])
        else:
            continue
        pair = (row["study"], *sorted((str(row["arm"]), str(row["vs"]))), row["name"])
        found.setdefault(
            pair, {"study": row["study"], "factor": row["name"], "word": row["state"], "fold": fold}
        )
    return pd.DataFrame(found.values())


def table(changes: pd.DataFrame) -> str:
    """Return how large what each word names is."""
    lines = [
        "| word | comparisons with numbers | median fold change (range) | at least 1.5-fold apart |",
        "|---|---|---|---|",
    ]
    lines += list(_rows(changes))
    return "\n".join(lines)


def _rows(changes: pd.DataFrame) -> Iterator[str]:
    for word in WORDS:
        fold = changes.loc[changes["word"] == word, "fold"]
        if len(fold):
            apart = np.exp(np.abs(np.log(fold))).ge(COUNTS).sum()
            ends = f"{fold.median():.3g} ({fold.min():.3g} to {fold.max():.3g})"
            yield f"| {word} | {len(fold)} | {ends} | {apart} of {len(fold)} |"


def draw(changes: pd.DataFrame) -> None:
    """Draw every comparison at its fold change, a line for each step."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "elevated", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        axes = figure.subplots()
        for place, word in enumerate(WORDS):
            fold = np.sort(changes.loc[changes["word"] == word, "fold"].to_numpy())
            axes.plot(fold, place + 0.12 * (np.arange(len(fold)) % 3 - 1), "o", alpha=0.7, color="#1f4e79")
        for step in (1 / FULL, 1 / COUNTS, COUNTS, FULL):
            axes.axvline(
                step, color="grey", linewidth=0.8, linestyle="--" if step in (1 / FULL, FULL) else ":"
            )
        axes.set_xscale("log")
        axes.set_yticks(range(len(WORDS)), WORDS)
        axes.set_xlabel("fold change (dotted: counts as a change; dashed: full)")
        figure.savefig(FIGURE, metadata={"Date": None})


if __name__ == "__main__":
    known = changes()
    draw(known)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), {"elevated": table(known)}), encoding="utf-8")
