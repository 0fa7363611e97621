"""Tables that hold everything a canonical wide table may hold."""

import numpy as np
import pandas as pd

WORDS = np.array(
    ["elevated", "Decreased", "unchanged", "detected", "not_detected", "<3.2", ">5000", "12.5", None, None],
    dtype=object,
)
CONTEXT = {
    "cell_type": ["MSC", "adipose stromal cell", "fibroblast", None],
    "cell_source": ["adipose", "bone_marrow", "umbilical_cord", None],
    "species": ["human", "mouse", "rat", None],
    "stage": ["adult", "fetal", None],
    "donor": ["aged", "type 2 diabetic donors", None],
    "product": ["conditioned medium", "ev", None],
    "culture": ["monolayer", "spheroid", None],
    "preconditioning": [
        "none",
        "hypoxia(o2=1%, hours=48)",
        "cytokine(IFNG, 10 ng/mL, hours=24) + hypoxia",
        "genetic_modification(HGF overexpression)",
        None,
    ],
}


def make_table(rows: int, factors: list[str], seed: int = 0) -> pd.DataFrame:
    """Return words, concentrations, amounts per cells, fold changes and strange columns, with gaps."""
    rng = np.random.default_rng(seed)
    found: dict[str, object] = {"sample": [f"s{i}" for i in range(rows)]}
    for column, words in CONTEXT.items():
        found[column] = rng.choice(np.array(words, dtype=object), rows)
    for i, factor in enumerate(factors):
        numbers = np.exp(rng.normal(3.0, 3.0, rows)).round(3)
        numbers[rng.random(rows) < 0.5] = np.nan
        numbers[rng.random(rows) < 0.05] = 0.0
        column, values = [
            (factor, rng.choice(WORDS, rows)),
            (f"{factor} [pg/mL]", numbers),
            (f"{factor} [ng/10^6 cells/24 h]", numbers),
            (f"{factor} [fold change]", numbers),
            (f"{factor} [log2FC]", np.log2(np.where(numbers == 0, 1.0, numbers))),
            (factor, np.where(np.isnan(numbers), np.nan, np.floor(numbers))),
        ][i % 6]
        found[column] = values
    found["furlongin"] = rng.choice(np.array(["elevated", None], dtype=object), rows)
    found["xyzq-1 [pg/mL]"] = np.where(rng.random(rows) < 0.5, 3.0, np.nan)
    return pd.DataFrame(found)


def few_measured(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with rows that measured nothing, or nothing that a study knows."""
    factors = [c for c in table.columns if c not in ("sample", *CONTEXT)]
    table = table.copy()
    table.loc[table.index[::7], factors] = np.nan
    table.loc[table.index[::11], list(CONTEXT)] = None
    return table
