"""Products held by a material or a sheet, as papers put them, beside what a reader would say of each."""

import pytest

from secretome_ml.evidence import load_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.context import carried_product, read_product

CELLS_ON_SCAFFOLD = ("cells", "scaffold")
SECRETOME_HELD = ("gel_or_scaffold_with_secretome", "scaffold")


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("cells on a scaffold", CELLS_ON_SCAFFOLD),
        ("other:cells in collagen or hyaluronic acid gel", CELLS_ON_SCAFFOLD),
        ("MSCs (cells) seeded on decellularised matrix", CELLS_ON_SCAFFOLD),
        ("living cells embedded in a fibrin hydrogel", CELLS_ON_SCAFFOLD),
        ("EVs loaded into chitosan hydrogel", SECRETOME_HELD),
        ("conditioned medium in a GelMA cryogel", SECRETOME_HELD),
        ("exosomes on PLGA scaffolds", SECRETOME_HELD),
        ("cell sheets", ("cells", "cell_sheet")),
        ("GelMA hydrogel without exosomes", None),
        ("cells in culture medium", None),
        ("something on a scaffold", None),
        ("exosomes", None),
    ],
)
def test_what_is_held_and_by_what(words, read):
    assert carried_product(words) == read
    if read is not None:
        assert read_product(words) == read[0]


def test_a_stated_culture_stays_and_no_record_of_this_kind_is_left_unread():
    evidence = load_evidence()
    profiles = profiles_from_evidence(evidence)
    arms = evidence.arms.set_index(evidence.arms["study"] + "/" + evidence.arms["arm"])
    held = arms["product"].dropna()
    held = held[held.str.contains(r"\b(?:scaffold|hydrogel|gel|sheet)\b") & held.str.contains("cell")]
    assert len(held) >= 8
    context = profiles.context.loc[held.index]
    assert (context["product"] == "cells").all()
    stated = arms.loc[held.index, "culture"]
    assert context["culture"].notna().all()
    assert (context["culture"][stated.isna()].isin(["scaffold", "cell_sheet"])).all()
