"""From how many lots on does `adapt` pay? A simulation, and the simulated lots of the worked example.

    python -m experiments.adaptation            # the table and the figure, experiments/adaptation.md and .svg
    python -m experiments.adaptation --example  # data/examples/simulated_lots.csv

Nothing here is measured. No source prints profile and outcome of single lots: they stand in figures. What is
published and kept to: nine production lots of bone-marrow conditioned medium, VEGF about 4 ng/mL, whose VEGF
alone explains r2 = 0.78 of the migration of endothelial cells (doi:10.1186/s13287-017-0488-3).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from secretome_ml import load_model
from secretome_ml.adaptation.judged import ADAPTED, FACTOR, MEAN, MODEL, judge
from secretome_ml.adaptation.lots import NUMBER
from secretome_ml.core.files import write_file
from secretome_ml.core.paths import data_dir
from secretome_ml.features.batch import batch_of
from secretome_ml.profiles import Profiles
from secretome_ml.readers.assemble import assemble
from secretome_ml.readers.formats.canonical_wide import read_table
from secretome_ml.readers.tables import Table
from secretome_ml.report.style import (
    COLUMN_MM,
    MUTED,
    OUR_MODEL,
    RULE,
    add_axes,
    head,
    journal_style,
    new_figure,
    svg_text,
)

EFFECT = "angiogenic"
# Middle of each factor in pg/mL, and how it follows the yield of a lot (log2), for made-up lots.
PANEL = {
    "VEGF-A": 2500.0,
    "HGF": 900.0,
    "IL-6": 3000.0,
    "IL-8": 1200.0,
    "angiogenin": 1500.0,
    "TIMP-1": 40000.0,
}
SPREAD, SHARED = 0.9, 0.5
LOTS = (6, 8, 10, 12, 16, 24, 40)
REPEATS = 100
POOL = 4000
# The share of the outcome's variance that the model's score, other weights of two factors, and noise make.
WORLDS = {
    "the model is right": (0.6, 0.0),
    "half the model, half the laboratory's own": (0.3, 0.3),
    "the laboratory's own alone": (0.0, 0.6),
    "nothing": (0.0, 0.0),
}


def simulated_profiles(count: int, seed: int) -> pd.DataFrame:
    """Return made-up lots as a canonical table: amounts that share the yield of the lot."""
    random = np.random.default_rng(seed)
    common = random.standard_normal(count)
    table = pd.DataFrame({"sample": [f"lot {i + 1}" for i in range(count)]})
    told = {"cell_type": "MSC", "cell_source": "bone_marrow", "species": "human"}
    told |= {"product": "conditioned_medium", "preconditioning": "none"}
    table = table.assign(**told)
    for name, middle in PANEL.items():
        own = random.standard_normal(count)
        logs = SPREAD * (np.sqrt(SHARED) * common + np.sqrt(1.0 - SHARED) * own)
        table[f"{name} [pg/mL]"] = (middle * np.exp2(logs)).round(0).astype(int)
    return table


def read(table: pd.DataFrame) -> Profiles:
    """Return the lots as `adapt` reads them."""
    cells = table.astype(str)
    return assemble(read_table(Table("simulated", cells, range(2, len(table) + 2))), "simulated", among=False)


def example() -> pd.DataFrame:
    """Return nine lots, twice assayed, whose VEGF explains 0.78 of the migration."""
    random = np.random.default_rng(17)
    lots = simulated_profiles(9, seed=5).rename(columns={"sample": "lot"})
    amount = lots["VEGF-A [pg/mL]"].to_numpy(dtype=float)
    signal = (amount - amount.mean()) / amount.std()
    noise = random.standard_normal(9)
    noise -= noise.mean() + signal * (noise @ signal) / 9
    noise /= noise.std()
    migration = 180.0 + 45.0 * (np.sqrt(0.78) * signal + np.sqrt(0.22) * noise)
    repeated = lots.loc[lots.index.repeat(2)].reset_index(drop=True)
    repeated.insert(1, "replicate", np.tile([1, 2], 9))
    scatter = np.where(np.arange(18) % 2 == 0, 1.0, -1.0) * np.repeat(random.uniform(2.0, 9.0, 9), 2)
    return repeated.assign(migration=(np.repeat(migration, 2) + scatter).round(0).astype(int))


def simulate(seed: int = 0) -> pd.DataFrame:
    """Return, per world, number of lots and repeat, what was found."""
    model, profiles = load_model(), read(simulated_profiles(POOL, seed))
    batch = batch_of(profiles)
    score = model.scored(batch).per_effect[model.effects.index(EFFECT)]["score"]
    # As `adapt` does: levels of five factors beside the score.
    factors = np.column_stack([batch.levels[i] for i in range(len(batch.factors))][:5])
    pool = {"score": _unit(score), "own": _unit(factors[:, 0] - factors[:, 1])}
    random = np.random.default_rng(seed + 1)
    rows = []
    for world, (of_model, of_own) in WORLDS.items():
        truth = np.sqrt(of_model) * pool["score"] + np.sqrt(of_own) * pool["own"]
        for lots in LOTS:
            for repeat in range(REPEATS):
                chosen = random.choice(POOL, lots, replace=False)
                rest = np.sqrt(1.0 - of_model - of_own) * random.standard_normal(lots)
                outcome = truth[chosen] + rest
                columns = np.column_stack([score[chosen], factors[chosen]])
                singles = {f: batch.levels[i][chosen] for i, f in enumerate(batch.factors)}
                names = [str(i) for i in range(lots)]
                found = judge(names, columns, outcome, NUMBER, singles, {}, seed=repeat)
                inside = found.predicted["outcome"].between(found.predicted["low"], found.predicted["high"])
                rows.append(
                    {
                        "world": world, "lots": lots, "inside": inside.mean(),
                        **found.compared.set_index("rule")["skill"].to_dict(),
                        "says": found.better(MEAN) == "yes", "says_factor": found.better(FACTOR) == "yes",
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _unit(values: np.ndarray) -> np.ndarray:
    unit: np.ndarray = (values - values.mean()) / values.std()
    return unit


def _rows(found: pd.DataFrame) -> Iterator[str]:
    yield "| world | lots | best factor | model | adapted | better than mean | than factor | inside 90 % |"
    yield "|---|---|---|---|---|---|---|---|"
    for (world, lots), part in found.groupby(["world", "lots"], sort=False):
        skills = " | ".join(f"{part[rule].median():+.2f}" for rule in (FACTOR, MODEL, ADAPTED))
        told = " | ".join(f"{100 * part[name].mean():.0f} %" for name in ("says", "says_factor", "inside"))
        yield f"| {world} | {lots} | {skills} | {told} |"


def figure(found: pd.DataFrame) -> Figure:
    """Draw the median skill by number of lots, one panel per world."""
    looks = {FACTOR: (MUTED, (0, (3, 2))), MODEL: ("#0072b2", "-"), ADAPTED: (OUR_MODEL, "-")}
    worlds = list(WORLDS)
    with journal_style():
        drawn = new_figure(2 * COLUMN_MM, 52.0 * 2 + 12.0)
        for number, world in enumerate(worlds):
            column, row = number % 2, number // 2
            left, right = 14.0 + column * COLUMN_MM, 4.0 + (1 - column) * COLUMN_MM
            axes = add_axes(drawn, left, 10.0 + (1 - row) * 52.0, right, 17.0 + row * 52.0)
            part = found[found["world"] == world]
            for rule, (colour, line) in looks.items():
                middle = part.groupby("lots")[rule].median()
                axes.plot(middle.index, middle, color=colour, linestyle=line, label=rule, linewidth=1.2)
            axes.axhline(0.0, color=RULE, linewidth=0.8)
            axes.set(ylim=(-0.65, 0.75), xticks=[6, 12, 24, 40], xlabel="lots", ylabel="skill over the mean")
            axes.set_title(world)
            if number == 0:
                axes.legend(loc="lower right")
        head(drawn, "Simulated lots: each predicted from the others", f"Median of {REPEATS} laboratories.")
    return drawn


def main() -> None:
    """Write the table and the figure, or the worked example."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--example", action="store_true", help="Write the simulated lots of the example.")
    if parser.parse_args().example:
        example().to_csv(data_dir() / "examples" / "simulated_lots.csv", index=False)
        return
    found, here = simulate(), Path(__file__).parent
    text = [
        "# From how many lots on `adapt` pays (simulated)",
        "",
        "Made by `python -m experiments.adaptation`; nothing here is measured. Lots of six factors; the "
        "outcome is 60 % signal (in the last world none) and noise. Skill: share of the squared error of the "
        f"mean of the other lots that a rule takes away, median of {REPEATS} laboratories. The last columns: "
        "how often `adapt` says that it is better, and how often its 90 % interval holds a lot.",
        "",
        *_rows(found),
    ]
    write_file(here / "adaptation.md", "\n".join(text) + "\n")
    write_file(here / "adaptation.svg", svg_text(figure(found)))


if __name__ == "__main__":
    main()
