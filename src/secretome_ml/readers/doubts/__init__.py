"""What was read and can hardly be meant: wrong units, wrong scales, rows that are no samples.

A doubt is a warning and changes nothing: a real profile may look like a mistake, and its owner decides.
"""

from __future__ import annotations

import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.readers.doubts import amounts, conditions, logarithms, samples
from secretome_ml.readers.doubts.reading import Reading

__all__ = ["Reading", "find_doubts"]

CHECKS = (
    amounts.far_from_published,
    amounts.logarithms_of_concentrations,
    amounts.state_against_value,
    amounts.units_mixed,
    amounts.one_sample_in_another_unit,
    amounts.not_used,
    amounts.all_one,
    amounts.zeros,
    amounts.lowest_repeated,
    logarithms.too_large,
    logarithms.too_small_for_linear,
    logarithms.taken_twice,
    logarithms.centred,
    samples.summary_rows,
    samples.one_direction,
    samples.control_among_samples,
    samples.named_like_no_product,
    samples.nothing_known,
    samples.letters_of_another_alphabet,
    conditions.room_air,
    conditions.times,
    conditions.gene_against_level,
    conditions.symbols_of_rodents,
)
_TEXTS = ("sample", "factor", "name", "quantity", "unit", "state", "route")
_COLUMNS = (*_TEXTS, "value", "amount", "log2", "lod", "level")


def find_doubts(
    file: str,
    values: pd.DataFrame,
    context: pd.DataFrame,
    preconditioning: list[dict[str, object]],
    unknown: pd.DataFrame,
    controls: dict[str, str],
) -> tuple[Problem, ...]:
    """Return a warning for everything that looks like a mistake of the file.

    Parameters
    ----------
    file : str
        Name of the file, for messages.
    values : pandas.DataFrame
        One row per sample and factor, with `name, value, quantity, amount, log2, lod, state, level, route`.
    context : pandas.DataFrame
        Context columns, indexed by sample.
    preconditioning : list of dict
        Agents per sample.
    unknown : pandas.DataFrame
        Names that did not resolve, per sample.
    controls : dict of str to str
        Sample to the control that it was compared with.
    """
    looked_at = values[[c for c in _COLUMNS if c in values]].reset_index(drop=True)
    # Texts that repeat millions of times are compared as numbers.
    texts = {c: "category" for c in _TEXTS if c in looked_at}
    reading = Reading(file, looked_at.astype(texts), context, preconditioning, unknown, controls)
    return tuple(problem for check in CHECKS for problem in check(reading))
