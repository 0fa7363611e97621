"""Words from strangers: every parser of names, units, doses and conditions ends, whatever the text.

`python fuzz/names.py --seconds 60`.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine

if __name__ == "__main__":
    with engine.instrumented():
        from secretome_ml import profiles as _profiles  # noqa: F401

import pandas as pd

from secretome_ml.profiles.context import context_frame, read_preconditioning
from secretome_ml.profiles.units import parse_unit
from secretome_ml.readers.cell_numbers import decimal_mark, parse_numbers
from secretome_ml.readers.genes import gene_in_header, resolve_group, resolve_name
from secretome_ml.readers.sample_names import clean_name, match_key
from secretome_ml.vocabulary import (
    donor_state,
    find_agent,
    parse_intervention,
    parse_manipulation,
    parse_mirna,
    targets_in,
)


def one(data: bytes) -> None:
    """Give one text to every parser."""
    text = data.decode("utf-8", "replace")
    resolve_name(text)
    resolve_group(text, text)
    gene_in_header(text)
    parse_mirna(text)
    find_agent(text)
    parse_manipulation(text, text)
    parse_intervention("genetic_modification", text)
    parse_intervention("cytokine", text)
    donor_state(text)
    targets_in(text)
    parse_unit(text)
    decimal_mark([text])
    parse_numbers(pd.Series([text], dtype="object"))
    clean_name(text)
    match_key(text)
    list(read_preconditioning(["s"], [text], "f", [1], []))
    context_frame(pd.DataFrame({"cell_type": [text], "product": [text]}, dtype="string"), ["s"], "f", [1], [])


def seeds() -> list[bytes]:
    """Return names as laboratories write them."""
    words = (
        "VEGF-A [pg/mL]", "TGF-β1", "sp|P05231|IL6_HUMAN", "P13500;P2", "hsa-miR-126-3p", "IL-6 (33)",
        "hypoxia(o2=1%, hours=48) + cytokine(IFNG, 10 ng/mL, hours=24)", "none", "pg/10^6 cells/24 h",
        "1.234.567,8", "<3.2", ">5000", "2-Sep", "siRNA(HIF1A)", "R:\\runs\\62_Slot1.d", "MSC aged diabetic",
    )  # fmt: skip
    return [w.encode() for w in words]


if __name__ == "__main__":
    engine.run(one, seeds(), longest=600)
