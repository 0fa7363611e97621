"""What vesicles, media and cells were reported to carry: found, and looked for and not found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem, UnknownName
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.vocabulary import FactorVocabulary, Terms

CARRIERS = ("vesicles", "medium", "cells", "other")
MOLECULES = ("protein", "RNA", "lipid", "metabolite", "group")
BY = ("carrier", "cell_source", "preparation")
CARGO_COLUMNS = (
    "factor", "label", "molecule", *BY, "found", "not_found", "elevated", "decreased",
    "methods", "isolations", "markers", "studies", "studies_not_found",
)  # fmt: skip
LIST_COLUMNS = ("name", "factor", "label", "answer", "found", "not_found", "reason")
# Proteins by which vesicles are characterised (MISEV2023, doi:10.1002/jev2.12404), as the corpus names them.
MARKERS = ("CD9", "CD63", "CD81", "TSG101", "PDCD6IP", "FLOT1", "HSPA8", "SDCBP")
_MOLECULE = {"mirna": "RNA", "rna": "RNA", "lipid": "lipid", "small_molecule": "metabolite", "class": "group"}
_CARRIER = {"vesicle": "vesicles", "whole": "medium", "soluble": "medium", "cells": "cells"}
_MEDIUM = re.compile(r"secretome|conditioned|medium|supernatant", re.IGNORECASE)
_VESICLE = re.compile(r"vesicle|exosome|\bevs?\b", re.IGNORECASE)
_TRANSCRIPT = re.compile(r"\bm?rna\b|pcr|gene expression|transcript|rna-?seq|northern", re.IGNORECASE)


def cargo(evidence: Evidence, by: Iterable[str] = ("carrier", "cell_source")) -> pd.DataFrame:
    """Return which factors were reported in what, by how many studies.

    A factor without a row was not looked for; `not_found` counts studies that looked for it and did not
    find it, which is another thing.

    Parameters
    ----------
    evidence : Evidence
        Published studies.
    by : iterable of str
        What to tell apart: `carrier` (vesicles, medium, cells), `cell_source`, `preparation` (the
        preconditioning).

    Returns
    -------
    pandas.DataFrame
        Columns `CARGO_COLUMNS` without those of `by` that were not asked for; most found first. `molecule`
        is what was measured: a gene measured as transcript counts as RNA. `markers` are the proteins of
        vesicles (MISEV2023, doi:10.1002/jev2.12404) that the same studies report; missing = not stated.

    Raises
    ------
    UnknownName
        If `by` names something else.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> table = cargo(load_evidence(), by=("carrier",))
    >>> bool(((table["factor"] == "VEGFA") & (table["carrier"] == "medium")).any())
    True
    """
    wanted = tuple(by)
    for name in wanted:
        if name not in BY:
            raise UnknownName(f"Cargo is not told apart by '{name}'; use {', '.join(BY)}.")
    rows = _rows(evidence)
    markers = rows[(rows["carrier"] == "vesicles") & rows["factor"].isin(MARKERS) & rows["found"]]
    of_study = {study: set(names) for study, names in markers.groupby("study")["factor"]}
    keys = ["factor", "molecule", *(b for b in BY if b in wanted)]
    vocabulary = FactorVocabulary.load()
    made = []
    for key, own in rows.groupby(keys, sort=False, dropna=False):
        here = dict(zip(keys, key, strict=True))
        found = own[own["found"]]
        marked = sorted({m for s in own["study"].unique() for m in of_study.get(s, ())})
        made.append(
            {
                **here,
                "label": vocabulary.label(str(here["factor"])),
                "found": found["study"].nunique(),
                "not_found": own.loc[~own["found"], "study"].nunique(),
                "elevated": own.loc[own["state"] == "elevated", "study"].nunique(),
                "decreased": own.loc[own["state"] == "decreased", "study"].nunique(),
                "methods": _joined(own["assay"]),
                "isolations": _joined(own["isolation"]),
                "markers": "; ".join(marked) or None,
                "studies": _joined(found["study"]),
                "studies_not_found": _joined(own.loc[~own["found"], "study"]),
            }
        )
    columns = [c for c in CARGO_COLUMNS if c not in BY or c in wanted]
    table = pd.DataFrame(made, columns=columns)
    return table.sort_values(["found", "factor"], ascending=[False, True], ignore_index=True, kind="stable")


def _rows(evidence: Evidence) -> pd.DataFrame:
    """Return the factor findings with what they were found in."""
    vocabulary = FactorVocabulary.load()
    names = {n: vocabulary.resolve(str(n)) for n in evidence.factors["name"].unique()}
    arms = evidence.arms.set_index(["study", "arm"])
    done = evidence.preconditioning[evidence.preconditioning["kind"] != "none"]
    kinds = {key: " + ".join(sorted(set(own))) for key, own in done.groupby(["study", "arm"])["kind"]}
    rows = []
    for row in evidence.factors.to_dict("records"):
        resolved = names[row["name"]]
        if resolved.factor is None:
            continue
        key = (row["study"], row["arm"])
        arm = arms.loc[key]
        assay = str(row["assay"]) if isinstance(row["assay"], str) else None
        molecule = _MOLECULE.get(resolved.kind or "", "protein")
        rows.append(
            {
                "study": row["study"],
                "factor": resolved.factor,
                "molecule": "RNA" if molecule == "protein" and _TRANSCRIPT.search(assay or "") else molecule,
                "carrier": carrier_of(str(arm["product"])),
                "cell_source": arm["cell_source"] if isinstance(arm["cell_source"], str) else None,
                "preparation": kinds.get(key, "none stated"),
                "state": row["state"],
                "found": row["state"] != "not_detected",
                "assay": assay,
                "isolation": arm["isolation"] if isinstance(arm["isolation"], str) else None,
            }
        )
    columns = [
        "study", "factor", "molecule", *BY, "state", "found", "assay", "isolation",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"found": bool})


def carrier_of(product: str) -> str:
    """Return what a product is as a carrier of factors.

    Examples
    --------
    >>> carrier_of("exosome"), carrier_of("conditioned_medium"), carrier_of("other:secretome")
    ('vesicles', 'medium', 'medium')
    """
    parent = Terms().parent("product", product)
    if parent is not None:
        return _CARRIER.get(parent, "other")
    if _VESICLE.search(product):
        return "vesicles"
    return "medium" if _MEDIUM.search(product) else "other"


def reported(evidence: Evidence, carrier: str | None = None) -> frozenset[str]:
    """Return the factors that any study reported, in one carrier or in all.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> "VEGFA" in reported(load_evidence(), "medium")
    True
    """
    rows = _rows(evidence)
    kept = rows["found"] if carrier is None else rows["found"] & (rows["carrier"] == carrier)
    return frozenset(rows.loc[kept, "factor"])


def set_against(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a list of one's own against a catalogue of `cargo`: which were reported, and which never.

    Returns
    -------
    pandas.DataFrame
        Columns `LIST_COLUMNS`; `answer` is `reported`, `looked for and not found`, `never looked for`, or
        `unknown name`, whose `reason` says why.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> set_against(cargo(load_evidence()), ["VEGF", "moonlight"])["answer"].tolist()
    ['reported', 'unknown name']
    """
    vocabulary = FactorVocabulary.load()
    found, missing = (
        {
            f: set("; ".join(own.dropna()).split("; "))
            for f, own in table.groupby("factor")[c]
            if own.notna().any()
        }
        for c in ("studies", "studies_not_found")
    )
    rows: list[tuple[object, ...]] = []
    for name in dict.fromkeys(names):
        resolved = vocabulary.resolve(name)
        factor = resolved.factor
        if factor is None:
            rows.append((name, None, None, "unknown name", None, None, resolved.reason))
            continue
        yes, no = len(found.get(factor, ())), len(missing.get(factor, ()))
        looked = "looked for and not found" if no else "never looked for"
        answer = "reported" if yes else looked
        rows.append((name, factor, vocabulary.label(factor), answer, yes, no, None))
    return pd.DataFrame(rows, columns=list(LIST_COLUMNS)).astype({"found": "Int64", "not_found": "Int64"})


def read_list(path: Path | str) -> list[str]:
    """Return the names of a list: one a line, or the first column of a table (`factor`, `name`, `gene` too).

    Raises
    ------
    InputRefused
        If it cannot be read or names nothing.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = f"The list cannot be read: {error}."
        raise InputRefused([Problem(source.name, None, None, what, "Give a text or CSV file.")]) from None
    lines = [re.split(r"[,;\t]", line) for line in text.splitlines() if line.strip()]
    head = [cell.strip().casefold() for cell in lines[0]] if lines else []
    place = next((head.index(h) for h in ("factor", "name", "gene", "protein", "symbol") if h in head), None)
    rows = lines[1:] if place is not None else lines
    names = [row[place or 0].strip().strip('"') for row in rows if len(row) > (place or 0)]
    names = [n for n in names if n]
    if not names:
        raise InputRefused(
            [Problem(source.name, None, None, "The list names nothing.", "Give one name a line.")]
        )
    return names


def _joined(values: pd.Series) -> str | None:
    named = dict.fromkeys(str(v) for v in values.dropna())
    return "; ".join(named) or None
