"""Set blind readings of pairs of arms beside the released model: `python -m experiments.blind`.

A reader sees what is stated of two arms of a study and the effect, in a random order, and says which arm
did better and whether the paper was recalled. `blind_readings.csv` holds the answers. The pairs were drawn at
random from the training side (at most two of a study, none described alike), and what the model says is that
of its nested cross-validation, which has not seen the study either.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from secretome_ml.core.files import write_file
from secretome_ml.model import Model, load_model
from secretome_ml.trust.resampling import mean_over_studies

READINGS = Path(__file__).with_name("blind_readings.csv")
PAGE = Path(__file__).with_suffix(".md")


def judged(readings: pd.DataFrame, held_out: pd.DataFrame) -> pd.DataFrame:
    """Return the readings with `blind` and `model`: 1 where the better arm was named, one half for a tie.

    Parameters
    ----------
    readings : pandas.DataFrame
        Columns `effect, first, second, better, recalled, kind`, `better` being the arm that was named.
    held_out : pandas.DataFrame
        Decided pairs as a bundle keeps them: `effect, arm, than, direction, gap, study`; `gap`
        is that of the better arm's score over the other's.
    """
    pairs = held_out[held_out["direction"] != 0]
    names = pairs[["arm", "than"]].apply(lambda row: tuple(sorted(row)), axis=1)
    keys = pd.MultiIndex.from_arrays([pairs["effect"], names.str[0], names.str[1]])
    told = pairs.set_axis(keys)
    named = readings[["first", "second"]].apply(lambda row: tuple(sorted(row)), axis=1)
    asked = pd.MultiIndex.from_arrays([readings["effect"], named.str[0], named.str[1]])
    found = told.reindex(asked).set_axis(readings.index)
    winner = found["arm"].where(found["direction"] > 0, found["than"])
    agrees = 0.5 + 0.5 * np.sign(found["gap"])
    blind = (readings["better"] == winner).astype(float)
    table = readings.assign(study=found["study"], blind=blind, model=agrees)
    return table[found["study"].notna()]


def page(table: pd.DataFrame, model: Model) -> Iterator[str]:
    """Yield the lines of the page."""
    yield "# Blind readings"
    yield ""
    yield from (
        "Which of two arms of a study did better, said from what is stated of them alone; made by",
        f"`python -m experiments.blind` with the bundle `{model.digest[:12]}`. Share of pairs ordered",
        "rightly, in brackets the 90 % interval over resampled studies. The reader was one language",
        "model that saw nothing but the descriptions and marked the papers that it believed to recall.",
        "The model is judged on the same pairs by its nested cross-validation; who wrote its roles may",
        "know the papers too.",
    )
    yield ""
    yield "| pairs | n | studies | blind reading | model, not having seen the study |"
    yield "|---|---|---|---|---|"
    known = table["recalled"] == "yes"
    parts = [("all", table), ("paper not recalled", table[~known]), ("paper recalled", table[known])]
    parts += [(f"differ in {kind}", own) for kind, own in table.groupby("kind", sort=True)]
    for name, own in parts:
        shares = (mean_over_studies(own[c], own["study"]) for c in ("blind", "model"))
        cells = (f"{e.value:.3f} ({e.low:.3f} to {e.high:.3f})" for e in shares)
        yield f"| {name} | {len(own)} | {own['study'].nunique()} | {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    model = load_model()
    table = judged(pd.read_csv(READINGS, dtype=str), model.held_out)
    write_file(PAGE, ("\n".join(page(table, model)) + "\n").encode())


if __name__ == "__main__":
    main()
