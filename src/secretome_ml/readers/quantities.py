"""Values of any unit to amounts that can be compared, with their logarithms."""

from __future__ import annotations

import numpy as np
import pandas as pd

from secretome_ml.profiles.units import Unit, molecular_weights, parse_unit
from secretome_ml.readers.measurements import Scale

_DEFAULT: dict[Scale, str | None] = {
    "intensity": "intensity",
    "log2": "log2",
    "npx": "NPX",
    "mfi": "MFI",
    "concentration": "pg/mL",
    "stated": None,
}
_LOGGED = ("npx", "log2", "log2_fold_change")
_LOG10_TO_LOG2 = float(np.log2(10))


def add_quantities(values: pd.DataFrame, scale: Scale) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Add `quantity`, `amount`, `log2`, `log2_lod` and `linear` to resolved measurements.

    A value without unit takes the file's scale; with none either it has no quantity: it is present, and can
    be compared with its control but with nothing published. pM needs the molecular weight of the factor; a
    factor without one keeps its value without quantity.

    Parameters
    ----------
    values : pandas.DataFrame
        Measurements with `factor`.
    scale : str
        Scale of the file.
    """
    default = _DEFAULT[scale]
    given = values["unit"]
    if given.isna().all():
        unit_codes, units = np.zeros(len(values), dtype=np.int64), pd.Index([default], dtype=object)
    else:
        unit_codes, units = pd.factorize(given.astype(object).where(given.notna(), default))
    parsed: list[Unit | None] = [parse_unit(str(u)) if u is not None else None for u in units]
    quantity = np.array([p.quantity if p else None for p in parsed] + [None], dtype=object)[unit_codes]
    factor = np.array([p.factor if p else 1.0 for p in parsed] + [1.0])[unit_codes]
    molar = np.array([bool(p and p.molar) for p in parsed] + [False])[unit_codes]
    notes = [f"{p.assumed}" for p in parsed if p is not None and p.assumed]
    if molar.any():
        weights = molecular_weights()
        kilodalton = values["factor"].astype(object).map(weights).to_numpy(dtype=float)
        factor = np.where(molar, factor * kilodalton, factor)
        lost = molar & np.isnan(factor)
        quantity[lost] = None
        factor = np.where(lost, 1.0, factor)
        notes.append("molar values were converted with the precursor's molecular weight (UniProt)")
        if lost.any():
            names = ", ".join(sorted(set(values.loc[lost, "factor"].astype(str)))[:5])
            notes.append(
                f"no molecular weight is known for {names}; the molar values are not compared with others"
            )
    converted = sorted(
        {
            p.text
            for p in parsed
            if p and p.quantity in ("concentration", "per_cells") and (p.factor != 1 or p.molar)
        }
    )
    if converted:
        notes.append(f"units converted: {', '.join(converted)} to pg/mL or pg per 10^6 cells and 24 h")
    amount = values["value"].to_numpy(dtype=float) * factor
    lod = values["lod"].to_numpy(dtype=float) * factor
    logged, log10 = (
        np.array([bool(p and p.quantity in kinds) for p in parsed] + [False])[unit_codes]
        for kinds in (_LOGGED, ("log10",))
    )
    return (
        values.assign(
            quantity=quantity,
            amount=amount,
            log2=_log2(amount, logged, log10),
            log2_lod=_log2(lod, logged, log10),
            linear=~(logged | log10),
        ),
        tuple(dict.fromkeys(notes)),
    )


def _log2(amount: np.ndarray, logged: np.ndarray, log10: np.ndarray) -> np.ndarray:
    positive = np.where(~logged & ~log10 & (amount > 0), amount, np.nan)
    result: np.ndarray = np.where(logged, amount, np.where(log10, amount * _LOG10_TO_LOG2, np.log2(positive)))
    return result
