"""Sample sheets: what each sample is, from CSV, TSV or XLSX, under the column names that people use."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.profiles.context import read_preconditioning, resolve_column, with_implied
from secretome_ml.profiles.preconditioning_text import parse_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.readers.choosing import choose_sheet
from secretome_ml.readers.measurements import Role
from secretome_ml.readers.opening import refuse
from secretome_ml.readers.source import open_source
from secretome_ml.readers.tables import Table
from secretome_ml.readers.well_roles import role_of_well
from secretome_ml.vocabulary import Terms
from secretome_ml.vocabulary.columns import context_columns, plain_header

_NAMES: dict[str, tuple[str, ...]] = {
    "sample": (
        "sample", "sample_id", "sampleid", "sample_name", "samplename", "name",
        "analytical_sample_external_id", "file_name", "filename", "file", "raw_file", "rawfile", "run",
        "column", "label", "well", "id",
    ),
    **{c.name: (c.name, *c.headers) for c in context_columns()},
    "preconditioning": (
        "preconditioning", "treatment", "condition", "stimulation", "stimulus", "priming", "pretreatment",
        "differentiation",
    ),
    "replicate": (
        "replicate", "rep", "biological_replicate", "technical_replicate", "bio_rep", "tech_rep",
        "replicate_id",
    ),
    "group": ("group", "sample_group", "grouping1", "class", "arm"),
    "batch": ("batch", "plate", "plate_id", "plateid"),
    "role": ("role", "sample_type", "sampletype", "well_type"),
}  # fmt: skip
_ROLES: dict[str, Role] = {
    "sample": "sample", "unknown": "sample", "test": "sample", "treated": "sample", "case": "sample",
    "control": "control", "ctrl": "control", "reference": "control", "untreated": "control",
    "vehicle": "control",
    "blank": "blank", "background": "blank", "medium": "blank", "negative_control": "blank",
    "standard": "standard", "std": "standard", "calibrator": "standard",
    "quality_control": "quality_control", "qc": "quality_control", "pool": "quality_control",
}  # fmt: skip
_DIFFERENTIATED = re.compile(r"dif+(?:erentiat(?:ed|ion))?\.?|yes|induced|\+", re.IGNORECASE)
# Columns that say where something is from, be it cells or a piece of tissue, and what is rather the latter.
_OF_TISSUE, _ORGANS = ("tissue", "tissue_source", "origin"), ("organ", "lymphoid", "blood")
_ROLE_REMEDY = (
    "Use sample, control, blank or standard; a column that says what was collected is named `product`."
)


@dataclass(frozen=True)
class SampleSheet:
    """A sample sheet in the package's words.

    Parameters
    ----------
    file : str
        Name of the file.
    frame : pandas.DataFrame
        One row per sheet row: `sample`, the context columns that the sheet has (resolved), `replicate`,
        `group`, `batch`, `role` as text.
    lines : list of int
        Line of each row.
    preconditioning : list of dict
        Agents per sheet sample.
    notes : tuple of str
        What was decided about columns and words.
    layout : bool
        Whether it is a plate layout, which may name wells that were not measured.
    """

    file: str
    frame: pd.DataFrame
    lines: list[int] = field(repr=False)
    preconditioning: list[dict[str, object]] = field(repr=False)
    notes: tuple[str, ...] = ()
    layout: bool = False


def read_sample_sheet(path: Path | str) -> SampleSheet:
    """Read a sample sheet, or a plate layout (rows A to H, columns 1 to 12) that names the wells.

    Raises
    ------
    InputRefused
        If there is no column of samples, a sample stands twice, or a word is unknown; each with its place.
    """
    source = open_source(path)
    if source.kind == "h5ad":
        raise refuse(source.name, "A sample sheet is not read from AnnData.", "Give CSV, TSV or XLSX.")
    choose_sheet(
        source,
        lambda one: "sheet" if looks_like_sheet(one.header) or is_layout(one.head) else None,
        "Save the one that you mean as a file of its own.",
    )
    if is_layout(source.head):
        return _layout(source.name, source.rows())
    return sheet_of_table(source.table())


def sheet_of_table(table: Table) -> SampleSheet:
    """Return the sheet that a table holds; see `read_sample_sheet`."""
    found = _columns(table.columns)
    if "sample" not in found:
        what = "The sheet has no column of sample names."
        raise refuse(table.file, what, "Name it `sample`.")
    lines = list(table.lines)
    notes: list[str] = []
    raw = table.frame[list(found.values())].astype("string").fillna("").apply(lambda c: c.str.strip())
    raw = raw.rename(columns={v: k for k, v in found.items()})
    if _holds_products(raw, found):
        raw, found["product"] = raw.rename(columns={"role": "product"}), found.pop("role")
    problems: list[Problem] = []
    for i in raw.index[raw["sample"].eq("")]:
        problems.append(
            Problem(
                table.file, lines[i], found["sample"], "The row names no sample.", "Name it, or remove it."
            )
        )
    for i in raw.index[raw["sample"].ne("") & raw["sample"].duplicated()]:
        what = f"'{raw['sample'].iloc[i][:60]}' stands on an earlier row too."
        problems.append(Problem(table.file, lines[i], found["sample"], what, "Keep one row a sample."))
    frame = raw[["sample", *(c for c in ("replicate", "group", "batch") if c in raw)]].copy()
    for column in CONTEXT_COLUMNS:
        if column in raw:
            frame[column] = resolve_column(raw[column], column, table.file, lines, problems)
    if "cell_source" in frame and not {"cell_type", "product"} & set(found):
        frame["cell_source"], said = _without_organs(frame["cell_source"], found["cell_source"])
        notes += said
    stated = frame
    frame = with_implied(frame, raw)
    notes += _implied(raw, stated, frame)
    frame["role"] = _roles(table.file, raw, found, lines, problems)
    entries, said = _preconditioning(table.file, raw, found, lines, problems)
    if problems:
        raise InputRefused(problems)
    unused = [c for c in table.columns if c not in found.values()]
    renamed = [f"'{v}' as {k}" for k, v in found.items() if v.strip().casefold().replace(" ", "_") != k]
    notes += [f"sample sheet: {', '.join(renamed)}"] if renamed else []
    notes += [f"sample sheet: columns not used: {', '.join(unused)}"] if unused else []
    return SampleSheet(table.file, frame, lines, entries, (*notes, *said))


def _holds_products(raw: pd.DataFrame, found: dict[str, str]) -> bool:
    """Say whether a column such as `Sample type` names products, not roles."""
    if "role" not in raw or "product" in raw or plain_header(found["role"]) == "role":
        return False
    words = [w for w in raw["role"].unique() if w]
    roles = [re.sub(r"[ -]+", "_", w.casefold()) in _ROLES for w in words]
    return bool(words) and not any(roles) and all(Terms().resolve("product", w) for w in words)


def _without_organs(sources: pd.Series, header: str) -> tuple[pd.Series, list[str]]:
    """Return a column such as `tissue` less its organs: it may be the heart, not cells of the heart."""
    organs = sources.isin(
        [s for s in sources.dropna().unique() if Terms().parent("cell_source", s) in _ORGANS]
    )
    if plain_header(header) not in _OF_TISSUE or not organs.any():
        return sources, []
    note = (
        f"sample sheet: {header} {', '.join(sources[organs].unique())} not used, it may be the tissue "
        "itself; state a cell_type or product, or name the column cell_source"
    )
    return sources.mask(organs), [note]


def looks_like_sheet(header: list[str]) -> bool:
    """Say whether a header is that of a sample sheet: samples and two or more other columns of a sheet."""
    return "sample" in (found := _columns(header)) and len(found) > 2


def _columns(header: list[str]) -> dict[str, str]:
    plain = {plain_header(h): h for h in reversed(header)}
    found: dict[str, str] = {}
    for role, names in _NAMES.items():
        column = next((plain[n] for n in names if n in plain), None)
        if column is not None and column not in found.values():
            found[role] = column
    return found


def _implied(raw: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Say which cell sources were taken from the cell type."""
    if "cell_type" not in raw or "cell_source" not in after:
        return []
    filled = after["cell_source"].notna()
    if "cell_source" in before:
        filled &= before["cell_source"].isna()
    pairs = zip(raw.loc[filled, "cell_type"], after.loc[filled, "cell_source"], strict=True)
    used = sorted({f"{word} -> {source}" for word, source in pairs})
    return [f"sample sheet: cell source taken from the cell type: {', '.join(used)}"] if used else []


def _roles(
    file: str, raw: pd.DataFrame, found: dict[str, str], lines: list[int], problems: list[Problem]
) -> pd.Series:
    if "role" not in raw:
        return pd.Series(pd.NA, index=raw.index, dtype="string")
    words = raw["role"].str.casefold().str.replace(r"[ -]+", "_", regex=True)
    for i in raw.index[words.ne("") & ~words.isin(_ROLES)]:
        what = f"'{raw['role'].iloc[i][:40]}' is no role."
        problems.append(Problem(file, lines[i], found["role"], what, _ROLE_REMEDY))
    return words.map(_ROLES).astype("string")


def _preconditioning(
    file: str, raw: pd.DataFrame, found: dict[str, str], lines: list[int], problems: list[Problem]
) -> tuple[list[dict[str, object]], list[str]]:
    """Read the preconditioning; a foreign column (`treatment`, `differentiation`) may hold free words."""
    if "preconditioning" not in raw:
        return [], []
    column, texts = found["preconditioning"], raw["preconditioning"]
    own = plain_header(column) == "preconditioning"
    notes: list[str] = []
    if not own:
        texts, notes = _free_words(texts, column)
    return list(read_preconditioning(raw["sample"].tolist(), texts.tolist(), file, lines, problems)), notes


def _free_words(texts: pd.Series, column: str) -> tuple[pd.Series, list[str]]:
    """Return the words of a column such as `treatment` as preconditioning, and what each was read as.

    A single letter says nothing: `C` may be the control or calciprotein.
    """
    lineage = plain_header(column) == "differentiation"
    named: dict[str, str] = {}
    notes = []
    for text in sorted(t for t in texts.unique() if t):
        letter = len(text) == 1 and text.isalnum()
        if letter or not _readable(text):
            kind = "differentiation" if lineage else ""
            named[text] = f"other:{f'{kind} {_plain(text)}'.strip()}"
            if lineage and not letter:
                into = kind if _DIFFERENTIATED.fullmatch(_plain(text)) else f"{kind}({_plain(text)})"
                named[text] = into if _readable(into) else named[text]
            why = "; one letter is never standard culture, write what was done" if letter else ""
            notes.append(f"sample sheet: {column} '{text}' read as preconditioning {named[text]}{why}")
        elif not parse_preconditioning(text, Terms()):
            notes.append(f"sample sheet: {column} '{text}' read as standard culture (no preconditioning)")
    return texts.replace(named), notes


def _readable(text: str) -> bool:
    try:
        parse_preconditioning(text, Terms())
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    return re.sub(r"[()+,=:]+", " ", text).strip()[:60]


def is_layout(head: list[list[str]]) -> bool:
    """Say whether a table is a plate: columns 1, 2, 3, ... and rows A, B, C, ..."""
    if len(head) < 2:
        return False
    numbers = [c for c in head[0] if c]
    letters = [row[0] for row in head[1:] if row]
    return (
        len(numbers) >= 2
        and numbers == [str(i + 1) for i in range(len(numbers))]
        and letters == list("ABCDEFGHIJKLMNOP")[: len(letters)]
    )


def _layout(file: str, rows: list[tuple[int, list[str]]]) -> SampleSheet:
    cells = [
        (line, f"{row[0]}{number}", name)
        for line, row in rows[1:]
        for number, name in enumerate(row[1:], start=1)
        if name
    ]
    frame = pd.DataFrame(
        {
            "sample": [well for _, well, _ in cells],
            "rename": [name for _, _, name in cells],
            "role": pd.Series([role_of_well(name) for _, _, name in cells], dtype="string"),
        }
    )
    note = f"plate layout: {len(cells)} wells named"
    return SampleSheet(file, frame, [line for line, _, _ in cells], [], (note,), layout=True)
