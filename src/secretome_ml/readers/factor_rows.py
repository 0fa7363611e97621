"""A table with one row per protein, gene or microRNA: its columns, and what names its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.readers.columns import (
    Column,
    bad_cells,
    column_roles,
    is_accession,
    names_rows,
    numbers_of,
)
from secretome_ml.readers.genes import accessions_of, species_of
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.sample_sheet import is_layout, looks_like_sheet
from secretome_ml.readers.source import Source
from secretome_ml.readers.unwanted import flagged, unwanted

_MOST_LISTED = 20
_ENTRY_NAME = re.compile(r"(?P<gene>[A-Z0-9]{1,11})_[A-Z0-9]{3,5}")


@dataclass(frozen=True)
class FactorRows:
    """A table of factors in rows.

    Parameters
    ----------
    columns : list of Column
        What every column is.
    """

    columns: list[Column]

    def of(self, *roles: str) -> list[Column]:
        """Return the columns of some roles, in order."""
        return [c for c in self.columns if c.role in roles]

    @property
    def identified(self) -> bool:
        """Whether a column names proteins, genes or microRNAs."""
        return bool(self.of("accession", "gene"))

    @property
    def listed(self) -> bool:
        """Whether the header itself says that proteins, genes or microRNAs stand below."""
        return any(names_rows(c.name) for c in self.of("accession", "gene"))


def columns_of(source: Source) -> FactorRows | None:
    """Return what the columns of an input are, from its header and first rows; None where it has none."""
    if source.kind not in ("text", "xlsx", "parquet") or len(source.header) < 1:
        return None
    if sum(not name for name in source.header) > len(source.header) / 2:
        return None
    if looks_like_sheet(source.header) or is_layout(source.head):
        return None
    rows = source.first_rows
    if rows.empty or rows.shape[1] != len(source.header):
        return None
    return FactorRows(column_roles(source.header, rows))


def factor_rows(source: Source) -> FactorRows | None:
    """Return `columns_of`, remembered with the input, because several readers ask."""
    if "factor rows" not in source.remembered:
        source.remembered["factor rows"] = columns_of(source)
    found = source.remembered["factor rows"]
    return found if isinstance(found, FactorRows) else None


def names_of(frame: pd.DataFrame, table: FactorRows) -> pd.DataFrame:
    """Return `name` and `accession` of every row; entry names (`IL6_HUMAN`) become genes."""
    gene, accession = table.of("gene"), table.of("accession")
    empty = pd.Series("", index=frame.index)
    names = frame[gene[0].name].astype(str).str.strip() if gene else empty
    ids = frame[accession[0].name].astype(str).str.strip() if accession else empty
    names, ids = names.where(~names.isin({"NA", "nan", "None"}), ""), ids.where(~ids.isin({"NA", "nan"}), "")
    strange = names.eq("") & ids.ne("") & ~ids.map({i: _is_id(i) for i in ids.unique()})
    names, ids = names.where(~strange, ids), ids.where(~strange, "")
    entry = names.eq("") & ids.str.fullmatch(_ENTRY_NAME.pattern)
    names = names.where(~entry, ids.str.rpartition("_")[0])
    names = names.where(~names.str.fullmatch(_ENTRY_NAME.pattern), names.str.rpartition("_")[0])
    mature = names.str.replace(_MATURE, r"\1-\2", regex=True)
    names = mature.where(mature.eq(names), mature.str.replace("-mir-", "-miR-"))
    return pd.DataFrame({"name": names, "accession": accessions_of(ids)})


def _is_id(text: str) -> bool:
    return is_accession(text) or _ENTRY_NAME.fullmatch(text) is not None or "|" in text


_ENSEMBL = re.compile(r"ENS[A-Z]{0,4}[GTP]\d{11}(?:\.\d+)?|ILMN_\d+|\d+_[asx_]*at")


def refuse_foreign(file: str, base: pd.DataFrame) -> None:
    """Refuse a table whose rows are named by identifiers that are neither proteins nor symbols."""
    shown = base["name"].where(base["name"].ne(""), base["accession"]).head(200)
    if len(shown) and shown.str.fullmatch(_ENSEMBL.pattern).mean() > 0.5:
        what = f"The rows are named by identifiers of genes or probes ({shown.iloc[0][:40]}), not by symbols."
        raise refuse(file, what, "Add a column `gene` with the symbols.")


# Pipelines of sequencing name the mature microRNA after its gene, of which there may be copies.
_MATURE = re.compile(r"(?i)^([a-z]{3})-((?:mir|let)-\d+[a-z]?(?:-[35]p)?)(?:-\d)?[-_]mature$")


_SPOTS = re.compile(
    r"(?:reference|positive|negative|pos|neg)(?: ?(?:spots?|controls?|ctrl))?[ _-]?\d*|blank spots?"
)


def numbers_in(file: str, frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column of numbers; a cell that is neither one nor missing is refused."""
    cells = frame[column]
    number = numbers_of(cells)
    bad = bad_cells(cells)
    remedy = "Write a number with one decimal mark, or leave the cell empty."
    if number is None and not len(bad):
        raise refuse(file, f"Commas and points cannot be told apart in '{column[:60]}'.", remedy)
    if number is None or len(bad):
        raise InputRefused(
            [
                Problem(file, int(i) + 2, column, f"'{str(cells.iloc[i])[:40]}' is not a number.", remedy)
                for i in bad[:_MOST_LISTED]
            ]
        )
    return number


def drops_of(frame: pd.DataFrame, table: FactorRows, base: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the rows to leave out, per reason: by their names, or by a column that marks them."""
    texts = [frame[c.name].astype(str) for c in table.of("accession", "gene")]
    flags: dict[str, list[pd.Series]] = {"contaminant": [], "decoy (reverse)": []}
    for column in table.of("contaminant", "decoy"):
        reason = "contaminant" if column.role == "contaminant" else "decoy (reverse)"
        flags[reason].append(flagged(frame[column.name]))
    spots = base["name"].str.fullmatch(_SPOTS.pattern, flags=re.IGNORECASE)
    return unwanted(texts, flags) | {"control spot of the array": spots}


def species_in(frame: pd.DataFrame, table: FactorRows) -> str | None:
    """Return the species that entry names or organisms name, where they agree."""
    texts = [c.name for c in (*table.of("accession", "gene"), *table.of("annotation"))][:8]
    told = [species_of(frame[t].head(500).astype(str)) for t in texts if t in frame]
    return next((t for t in told if t), None)
