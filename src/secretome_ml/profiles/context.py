"""Context columns of tables and sample sheets: from a scientist's words to vocabulary terms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from secretome_ml.errors import Problem
from secretome_ml.profiles.preconditioning_text import parse_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.vocabulary import Terms, parse_manipulation
from secretome_ml.vocabulary.columns import ContextColumn, context_column

# Where a cell type's name states the tissue, the source follows from it.
SOURCE_OF_TYPE = {
    "ASC": "adipose",
    "DPSC": "dental_pulp",
    "PDLSC": "periodontal_ligament",
    "SHED": "exfoliated_deciduous_teeth",
    "SCAP": "apical_papilla",
}
_SOURCE_WORDS = (
    (re.compile(r"\b(?:WJ|Wharton)", re.IGNORECASE), "umbilical_cord"),
    (re.compile(r"\b(?:ADSC|ASC|AD-?MSC|AT-?MSC|adipos)", re.IGNORECASE), "adipose"),
    (re.compile(r"\b(?:BM-?MSC|BMSC|BMMSC|bone marrow)", re.IGNORECASE), "bone_marrow"),
    (re.compile(r"\b(?:UC-?MSC|umbilical cord(?! blood))", re.IGNORECASE), "umbilical_cord"),
    (re.compile(r"\b(?:CB-?MSC|cord blood)", re.IGNORECASE), "cord_blood"),
    (re.compile(r"\b(?:DPSC|dental pulp)", re.IGNORECASE), "dental_pulp"),
    (re.compile(r"\b(?:PDLSC|PDL|periodontal)", re.IGNORECASE), "periodontal_ligament"),
    (re.compile(r"\b(?:SHED|deciduous)", re.IGNORECASE), "exfoliated_deciduous_teeth"),
    (re.compile(r"\bSCAP|apical papilla", re.IGNORECASE), "apical_papilla"),
    (re.compile(r"\b(?:GMSC|GFs?\b|gingiva)", re.IGNORECASE), "gingiva"),
    (re.compile(r"\b(?:AF-?MSC|amniotic fluid)", re.IGNORECASE), "amniotic_fluid"),
    (re.compile(r"\b(?:AM-?MSC|amnio\w* membrane)", re.IGNORECASE), "amniotic_membrane"),
    (re.compile(r"\b(?:PL?-?MSC|placenta)", re.IGNORECASE), "placenta"),
)
_TYPE_WORDS = {
    "obs": "osteoblast",
    "ob": "osteoblast",
    "osteoblasts": "osteoblast",
    "gfs": "fibroblast",
    "gf": "fibroblast",
    "gingival fibroblasts": "fibroblast",
    "wj-mscs": "MSC",
}
# Looking for near words takes long; a table with more unknown words than these needs another remedy.
_MOST_NEAR = 50


def resolve_column(
    values: pd.Series, column: str, file: str, lines: Sequence[int], problems: list[Problem]
) -> pd.Series:
    """Return a context column as vocabulary terms; what is none is refused with near ones.

    Parameters
    ----------
    values : pandas.Series
        Text; empty or missing = not stated.
    column : str
        One of `CONTEXT_COLUMNS`; donor texts are taken as they are.
    file, lines : str, sequence of int
        The place, for messages.
    problems : list of Problem
        Gains one entry per row whose word is unknown.
    """
    texts: pd.Series = values.astype("string").str.strip()
    texts = texts.mask(texts.eq(""))
    described = context_column(column)
    if described.holds == "number":
        return _numbers(texts, described, file, lines, problems)
    if not described.is_term:
        return texts
    terms = Terms()
    resolved: dict[str, str | None] = {}
    for word in texts.dropna().unique():
        resolved[word] = terms.resolve(column, word)
        if column == "cell_type" and resolved[word] is None and word.casefold() in _TYPE_WORDS:
            resolved[word] = terms.resolve(column, _TYPE_WORDS[word.casefold()])
    near: dict[str, str] = {}
    for line, text in zip(lines, texts, strict=True):
        if pd.isna(text) or resolved[text] is not None:
            continue
        if text not in near:
            found = terms.close(column, text) if len(near) < _MOST_NEAR else ()
            near[text] = ", ".join(found) or "see `vocabulary list`"
        what = f"'{text[:60]}' is no known {column.replace('_', ' ')}."
        problems.append(Problem(file, line, column, what, f"Near: {near[text]}; or write other:<words>."))
    terms_of: pd.Series = texts.map(resolved).astype("string")
    return terms_of


def _numbers(
    texts: pd.Series, column: ContextColumn, file: str, lines: Sequence[int], problems: list[Problem]
) -> pd.Series:
    """Return plain numbers as text; what is none is refused."""
    values = pd.to_numeric(texts, errors="coerce")
    for line, text in zip(lines, texts.where(values.isna()), strict=True):
        if not pd.isna(text):
            what = f"'{text[:60]}' is no number{f' of {column.unit}' if column.unit else ''}."
            problems.append(Problem(file, line, column.name, what, "Give a plain number, or leave it empty."))
    return values.map("{:g}".format, na_action="ignore").astype("string")


def source_from_words(cell_type: str) -> str | None:
    """Return the tissue that a cell type's name states, or None.

    Examples
    --------
    >>> source_from_words("WJ-MSCs"), source_from_words("ADSCs"), source_from_words("MSC") is None
    ('umbilical_cord', 'adipose', True)
    """
    return next((source for pattern, source in _SOURCE_WORDS if pattern.search(cell_type)), None)


def read_preconditioning(
    samples: Sequence[str], texts: Sequence[object], file: str, lines: Sequence[int], problems: list[Problem]
) -> Iterator[dict[str, object]]:
    """Yield the agents of every preconditioning cell; what cannot be read is refused with its place."""
    terms = Terms()
    for i, (sample, text) in enumerate(zip(samples, texts, strict=True)):
        if not isinstance(text, str) or not text.strip():
            continue
        try:
            entries = parse_preconditioning(text.strip(), terms)
        except ValueError as error:
            what = f"'{text[:60]}' cannot be read: {error}."
            remedy = "Write kind(agent, dose unit, o2=1%, hours=48) + ..., or none."
            problems.append(Problem(file, lines[i], "preconditioning", what, remedy))
            continue
        for entry in entries:
            yield {"sample": sample, **entry}


def manipulations_of(context: pd.DataFrame) -> list[dict[str, object]]:
    """Return what the donor and product texts tell about things done to the product."""
    found = []
    for column in ("donor", "product"):
        if column not in context:
            continue
        texts = context[column].dropna()
        read = {text: parse_manipulation(text) for text in texts.unique()}
        for sample, text in texts.items():
            done = read[text]
            if done is not None:
                found += [{"sample": sample, "kind": done.kind, "target": t} for t in done.targets or (None,)]
    return found


def context_frame(
    frame: pd.DataFrame, samples: Sequence[str], file: str, lines: Sequence[int], problems: list[Problem]
) -> pd.DataFrame:
    """Return the context columns that a table has, resolved, indexed by sample."""
    columns = {c: resolve_column(frame[c], c, file, lines, problems) for c in CONTEXT_COLUMNS if c in frame}
    return pd.DataFrame(columns, index=frame.index).set_axis(pd.Index(samples, name="sample"), axis=0)
