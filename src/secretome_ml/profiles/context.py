"""Context columns of tables and sample sheets: from a scientist's words to vocabulary terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from secretome_ml.core.errors import Problem
from secretome_ml.core.numbers import to_numbers
from secretome_ml.profiles.preconditioning_text import STANDARD, parse_preconditioning
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS
from secretome_ml.vocabulary import Terms, parse_manipulation
from secretome_ml.vocabulary.columns import ContextColumn, context_column
from secretome_ml.vocabulary.manipulations import VESICLES, without_manipulation
from secretome_ml.vocabulary.targets import targets_in

PRODUCT_WORDS = "product_words"
"""Beside the columns of the context: the words of a product that was treated after it was collected."""
_CONCENTRATED = re.compile(
    r"\b(?:ultra-?)?(?:concentrated|concentrate|filtered|filtrated|filtration)\b|\bretentate\b|"
    r"\b\d+(?:[.,]\d+)?\s*(?:x|×|-?\s?fold)\b|\bx\s*\d+\b|\b[<>]?\s*\d+\s*kDa(?:\s+(?:filter|cut-?off|MWCO))?\b",
    re.IGNORECASE,
)
# What is held, and the material that holds it.
_HELD = re.compile(
    r"(?P<what>.+?)(?:,? (?:seeded|embedded|encapsulated|loaded|delivered|suspended|held))? "
    r"(?:on|in|into|onto|within|by)(?: an?)? (?!.*\b(?:without|no)\b).*"
    r"\b(?:scaffolds?|(?:hydro|cryo|micro)?gels?|matrix|matrices|membranes?|sponges?|patch|patches)",
    re.IGNORECASE,
)
_UNSTATED = ("", "na", "n/a", "nan", "nd", "?", "unknown", "not known", "not stated", "not reported")
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
        if column == "product" and (resolved[word] or "other:").startswith("other:"):
            resolved[word] = read_product(word) or resolved[word]
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
    values = to_numbers(texts, coerce=True)
    for line, text in zip(lines, texts.where(values.isna()), strict=True):
        if not pd.isna(text):
            what = f"'{text[:60]}' is no number{f' of {column.unit}' if column.unit else ''}."
            problems.append(Problem(file, line, column.name, what, "Give a plain number, or leave it empty."))
    return values.map("{:g}".format, na_action="ignore").astype("string")


def treated_product(text: str) -> tuple[str, str] | None:
    """Return the product and the fraction of a product that was treated after it was collected, or None.

    Examples
    --------
    >>> treated_product("conditioned medium, concentrated 10x"), treated_product("boiled exosomes")
    (('conditioned_medium', 'concentrated'), ('exosome', 'heat_inactivated'))
    >>> treated_product("conditioned medium")
    """
    terms, words = Terms(), text.removeprefix("other:").strip()
    done = parse_manipulation(words)
    if done is None and _CONCENTRATED.search(words) is None:
        return None
    bare = _CONCENTRATED.sub(" ", words)
    if done is not None and done.targets == (VESICLES,):
        return ("soluble_fraction", "vesicle_depleted") if terms.resolve("product", bare) is None else None
    product, rest = _product_within(bare)
    left = re.sub(r"^\W+$", "", without_manipulation(rest))
    if product is None or (left and not targets_in(left)):
        return None
    return product, (terms.resolve("fraction", done.kind) if done else None) or "concentrated"


def carried_product(text: str) -> tuple[str, str] | None:
    """Return the product and the culture of what is held by a material or a sheet, or None.

    Cells on a scaffold are cells; what cells release is then another product: secretome held by a material.

    Examples
    --------
    >>> carried_product("cells in PEG-fibrin hydrogel"), carried_product("cell sheet")
    (('cells', 'scaffold'), ('cells', 'cell_sheet'))
    >>> carried_product("exosomes in a collagen gel")
    ('gel_or_scaffold_with_secretome', 'scaffold')
    >>> carried_product("hydrogel without exosomes"), carried_product("cells in suspension")
    (None, None)
    """
    terms, words = Terms(), text.removeprefix("other:").strip()
    if terms.resolve("culture", words) == "cell_sheet":
        return "cells", "cell_sheet"
    held = _HELD.fullmatch(words)
    product = terms.resolve("product", held["what"]) if held else None
    if product is None or product.startswith("other:"):
        return None
    return ("cells" if product == "cells" else "gel_or_scaffold_with_secretome"), "scaffold"


def read_product(text: str) -> str | None:
    """Return the product that words state together with what was done to it, or what holds it; or None."""
    found = treated_product(text) or carried_product(text)
    return found[0] if found else None


def _product_within(words: str) -> tuple[str | None, str]:
    """Return the longest run of words that names a product, and the other words."""
    parts = words.replace(",", " ").replace("(", " ").replace(")", " ").split()
    for length in range(min(4, len(parts)), 0, -1):
        for start in range(len(parts) - length + 1):
            found = Terms().resolve("product", " ".join(parts[start : start + length]))
            if found is not None:
                return found, " ".join([*parts[:start], *parts[start + length :]])
    return None, words


def with_implied(context: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Return a context with what its words imply and it leaves open.

    A cell type may state the tissue (`ADSC`), a product what was done to it (`boiled conditioned medium`) or
    what holds it (`cells on a scaffold`).

    Parameters
    ----------
    context : pandas.DataFrame
        Resolved columns.
    raw : pandas.DataFrame
        The same rows as they are written.
    """
    found = context.copy()
    if "cell_type" in raw:
        _fill(found, "cell_source", raw["cell_type"], Terms().source_of)
    if "product" in raw:
        _fill(found, "fraction", raw["product"], lambda text: (treated_product(text) or (None, None))[1])
        _fill(found, "culture", raw["product"], lambda text: (carried_product(text) or (None, None))[1])
        texts = raw["product"].astype("string").fillna("")
        treated = texts.isin([t for t in texts.unique() if treated_product(t) is not None])
        if treated.any():
            found[PRODUCT_WORDS] = texts.where(treated).to_numpy()
    return found


def _fill(context: pd.DataFrame, column: str, words: pd.Series, of: Callable[[str], str | None]) -> None:
    texts = words.astype("string").fillna("")
    implied = texts.map({text: of(text) if text else None for text in texts.unique()}).astype("string")
    if implied.notna().any():
        stated = context[column] if column in context else pd.Series(pd.NA, context.index, dtype="string")
        context[column] = stated.where(stated.notna(), implied.to_numpy())


def read_preconditioning(
    samples: Sequence[str], texts: Sequence[object], file: str, lines: Sequence[int], problems: list[Problem]
) -> Iterator[dict[str, object]]:
    """Yield the agents of every preconditioning cell; what cannot be read is refused with its place."""
    terms, read = Terms(), dict[str, list[dict[str, object]]]()
    for i, (sample, text) in enumerate(zip(samples, texts, strict=True)):
        if not isinstance(text, str) or text.strip().casefold() in _UNSTATED:
            continue
        try:
            if text not in read:
                read[text] = parse_preconditioning(text.strip(), terms)
        except ValueError as error:
            what = f"'{text[:60]}' cannot be read: {error}."
            remedy = "Write kind(agent, dose unit, o2=1%, hours=48) + ..., or none."
            problems.append(Problem(file, lines[i], "preconditioning", what, remedy))
            continue
        for entry in read[text] or [STANDARD]:
            yield {"sample": sample, **entry}


def manipulations_of(context: pd.DataFrame) -> list[dict[str, object]]:
    """Return what the donor and product texts tell about things done to the product."""
    found = []
    for column in ("donor", "product", PRODUCT_WORDS):
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
    resolved = with_implied(pd.DataFrame(columns, index=frame.index), frame)
    return resolved.set_axis(pd.Index(samples, name="sample"), axis=0)
