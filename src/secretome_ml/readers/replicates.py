"""Replicates become one sample: the median of the log values, with their spread."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS

_KEYS = ("group", *CONTEXT_COLUMNS, "batch", "role", "treatment")


def replicate_groups(
    sheet: pd.DataFrame, file: str
) -> tuple[dict[str, str], tuple[str, ...], tuple[Problem, ...]]:
    """Return sample to the name under which its replicates are joined.

    The rule: only a sheet with a column `replicate` joins samples. Rows are replicates of one another when
    they agree in everything else that the sheet states. A sheet that states nothing else joins the rows
    whose `replicate` is the same word; mere numbers then say nothing, and nothing is joined.

    Parameters
    ----------
    sheet : pandas.DataFrame
        Indexed by sample of the table; columns of the sheet and `treatment` (the preconditioning).
    file : str
        Name of the sheet, for the warning.
    """
    if "replicate" not in sheet or not sheet["replicate"].fillna("").ne("").any():
        return {}, (), ()
    told = [c for c in _KEYS if c in sheet and sheet[c].fillna("").ne("").any()]
    stated = sheet["replicate"].fillna("").ne("")
    if told:
        keys = sheet[told].astype("string").fillna("").agg("\x1f".join, axis=1)
    elif sheet.loc[stated, "replicate"].str.fullmatch(r"\d+").all():
        what = "The replicate numbers belong to no group, because the sheet states nothing else."
        return {}, (), (Problem(file, None, "replicate", what, "Add a column `group`; nothing was joined."),)
    else:
        keys = sheet["replicate"].astype("string").fillna("")
    keys = keys.where(stated, pd.Series([f"\x1e{s}" for s in sheet.index], index=sheet.index))
    members = {str(k): [str(s) for s in part.index] for k, part in sheet.groupby(keys, sort=False)}
    groups = {k: m for k, m in members.items() if len(m) > 1}
    if not groups:
        return {}, (), ()
    names = _names(groups, sheet)
    joined = {sample: names[k] for k, several in groups.items() for sample in several}
    sizes = Counter(len(m) for m in groups.values())
    listed = ", ".join(f"{count} of {size}" for size, count in sorted(sizes.items()))
    by = ", ".join(told) or "replicate"
    note = f"replicates joined (groups: {listed}) where {by} agree: median of the log values, spread kept"
    return joined, (note,), ()


def summarise(values: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return one row per key: the median of `log2`, its standard deviation as `spread`, the count as `n`.

    A factor that most replicates have below the limit is below the limit; stated words win by majority.

    Parameters
    ----------
    values : pandas.DataFrame
        With `log2`, `value`, `amount`, `lod`, `state` and the other columns of the measurements.
    keys : list of str
        Columns whose agreement makes rows replicates of one another.
    """
    repeated = values.duplicated(keys, keep=False)
    if not repeated.any():
        return values
    many = values[repeated]
    low = many["state"].eq("not_detected").fillna(False)
    grouped = many.assign(_low=low).groupby(keys, sort=False, observed=True, dropna=False)
    most_low = grouped["_low"].transform("mean") > 0.5
    used = many[most_low == low]
    again = used.groupby(keys, sort=False, observed=True, dropna=False)
    first = again.first()
    first["log2"] = again["log2"].median()
    first["spread"] = again["log2"].std(ddof=1)
    first["n"] = again.size().astype(float)
    first["lod"] = again["lod"].max()
    for column in ("value", "amount"):
        first[column] = again[column].median()
    words = used["state"].dropna()
    if len(words):
        first["state"] = again["state"].agg(_majority)
    result = first.reset_index()
    # The value shown is the one that the median of the logs stands for.
    linear = result["log2"].notna() & result["amount"].gt(0) & result["value"].gt(0)
    amount = np.where(linear & result["linear"], np.exp2(result["log2"].where(linear, 0.0)), result["amount"])
    result["value"] = np.where(
        linear & result["linear"], result["value"] / result["amount"] * amount, result["value"]
    )
    result["amount"] = amount
    return pd.concat([values[~repeated], result[values.columns]], ignore_index=True)


def _majority(states: pd.Series) -> object:
    counts = states.dropna().value_counts()
    return counts.index[0] if len(counts) else None


def _names(groups: dict[str, list[str]], sheet: pd.DataFrame) -> dict[str, str]:
    """Name each group after its `group`, else after what its members' names begin with."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for key, members in groups.items():
        own = set(sheet.loc[members, "group"].fillna("")) if "group" in sheet else set()
        shown = sheet.loc[members, "sheet_name"].tolist() if "sheet_name" in sheet else members
        prefix = _common_start([str(n) for n in shown])
        choices = [*(own if len(own) == 1 else ()), prefix, " + ".join(members)]
        shared = [c for c in choices if c and c not in taken]
        if len(own) == 1 and _shared_by_others(groups, sheet, next(iter(own)), key):
            shared = [c for c in (prefix, " + ".join(members)) if c and c not in taken]
        names[key] = shared[0] if shared else " + ".join(members)
        taken.add(names[key])
    return names


def _common_start(names: list[str]) -> str:
    """Return what the names begin with, cut where a part of the name ends.

    Examples
    --------
    >>> _common_start(["62_1", "62_2"]), _common_start(["GF_12", "GF_13"]), _common_start(["a", "b"])
    ('62', 'GF', '')
    """
    shortest = min(names, key=len)
    length = next((i for i, c in enumerate(shortest) if any(n[i] != c for n in names)), len(shortest))
    prefix = shortest[:length]
    if any(len(n) > len(prefix) and n[len(prefix)].isalnum() for n in names):
        while prefix and prefix[-1].isalnum():
            prefix = prefix[:-1]
    return prefix.rstrip(" _-.([#")


def _shared_by_others(groups: dict[str, list[str]], sheet: pd.DataFrame, word: str, key: str) -> bool:
    return any(k != key and word in set(sheet.loc[m, "group"].fillna("")) for k, m in groups.items())
