"""From what a file carries to the levels that the model knows; the first route that can decides."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd

from secretome_ml.profiles.levels import amount, control, present, rank, stated
from secretome_ml.profiles.levels.setting import LEVEL_COLUMNS, Setting

log = logging.getLogger(__name__)

ROUTES = (control, stated, amount, rank, present)
_READ = ("sample", "factor", "quantity", "value", "amount", "log2", "log2_lod", "spread", "n", "state")

__all__ = ["LEVEL_COLUMNS", "ROUTES", "Setting", "find_all_levels"]


def find_all_levels(values: pd.DataFrame, setting: Setting) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the values with `level`, `state`, `vs` and `route`, and what each route did.

    Parameters
    ----------
    values : pandas.DataFrame
        One row per sample and factor: `sample, factor, quantity, value, amount, log2, log2_lod, spread, n,
        state`.
    setting : Setting
        Context, controls and batches.
    """
    values = values.reset_index(drop=True)
    read = values[[c for c in _READ if c in values]]
    level = np.full(len(values), np.nan)
    state = values["state"].astype(object).where(values["state"].notna(), None).to_numpy(dtype=object).copy()
    vs = np.full(len(values), None, dtype=object)
    route = np.full(len(values), None, dtype=object)
    notes = []
    for module in ROUTES:
        open_rows = np.isnan(level)
        if not open_rows.any():
            break
        # Controls are compared with, and ranks taken among, rows that another route has decided.
        whole = module in (control, rank) or open_rows.all()
        found = module.find_levels(read if whole else read[open_rows], setting)
        if found is None:
            log.debug("levels by the route '%s': it does not apply to these values", module.NAME)
            continue
        mine = open_rows[found.rows.to_numpy()]
        at = found.rows.to_numpy()[mine]
        level[at], state[at] = found.level[mine], found.state[mine]
        route[at] = module.NAME if found.route is None else found.route[mine]
        if found.vs is not None:
            vs[at] = found.vs[mine]
        notes.append(found.note)
        log.debug("levels by the route '%s': %d values", module.NAME, len(found.rows))
    return values.assign(level=level, state=state, vs=vs, route=route), tuple(notes)
