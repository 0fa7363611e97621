"""Bring new studies into a corpus, all or nothing, and join two readings of one study."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.evidence.corpus import Evidence
from secretome_ml.evidence.doubles import study_keys
from secretome_ml.evidence.tables import TABLES
from secretome_ml.evidence.validate import validate_evidence


@dataclass(frozen=True)
class Merged:
    """What an import would make: the new corpus, the studies added, and those known already.

    Parameters
    ----------
    evidence : Evidence
        The corpus with the new studies.
    added : list of str
        Identifiers of the studies that are new.
    known : dict of str to str
        Identifier of each study that was left out, to the study of the corpus that it repeats.
    """

    evidence: Evidence
    added: list[str]
    known: dict[str, str]


def merge_evidence(corpus: Evidence, incoming: Evidence) -> Merged:
    """Return the corpus with the studies of `incoming` that it does not hold yet.

    A study is known when its identifier, DOI, PMID, address or title stands in the corpus.

    Raises
    ------
    InputRefused
        If the incoming studies break a rule of the corpus; every row is listed.
    """
    problems = validate_evidence(incoming)
    if problems:
        raise InputRefused(problems)
    held = {key: study for study, key in study_keys(corpus.studies)}
    known: dict[str, str] = {}
    added: list[str] = []
    for study, keys in _grouped(incoming.studies).items():
        repeated = next((held[k] for k in keys if k in held), None)
        if repeated is None:
            added.append(study)
            held |= dict.fromkeys(keys, study)
        else:
            known[study] = repeated
    new = incoming.subset(added)
    tables = {
        t.name: pd.concat([corpus.tables[t.name], new.tables[t.name]], ignore_index=True).astype(t.dtypes)
        for t in TABLES
    }
    return Merged(Evidence(tables), added, known)


def refused_studies(incoming: Evidence, file: str) -> dict[str, list[Problem]]:
    """Return the studies of a record file that break a rule, with their problems by record and field.

    Parameters
    ----------
    incoming : Evidence
        As `read_records` gives it: studies in the order of the file.
    file : str
        Name of the file, for messages; the row is the number of the record, blank lines not counted.
    """
    line_of = {str(s): i for i, s in enumerate(incoming.studies["study"], start=1)}
    refused: dict[str, list[Problem]] = {}
    for problem in validate_evidence(incoming):
        table = problem.file.removesuffix(".csv")
        place = int(str(problem.row)) - 2 if problem.row is not None else 0
        study = str(incoming.tables[table]["study"].iloc[place])
        field = f"{table}.{problem.column}"
        placed = Problem(file, line_of.get(study, 0), field, problem.what, problem.remedy)
        refused.setdefault(study, []).append(placed)
    return refused


def seen_studies(corpus: pd.DataFrame, incoming: pd.DataFrame) -> dict[str, str]:
    """Return which studies of `incoming` stand in `corpus` (both `studies` tables), and as which."""
    held = {key: study for study, key in study_keys(corpus)}
    return {s: held[k] for s, keys in _grouped(incoming).items() for k in keys if k in held}


def _grouped(studies: pd.DataFrame) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {str(s): [] for s in studies["study"]}
    for study, key in study_keys(studies):
        grouped[study].append(key)
    return grouped


def join_studies(evidence: Evidence, keep: str, other: str) -> Evidence:
    """Return the corpus with two readings of one publication as one study, both kept.

    Arms that are described alike become one; what is stated twice about them stands once. What the kept
    study does not say of its publication is taken from the other.

    Parameters
    ----------
    evidence : Evidence
        The corpus.
    keep, other : str
        The study that stays, and the one whose rows move to it.

    Raises
    ------
    KeyError
        If one of them is not in the corpus.
    """
    missing = {keep, other} - set(evidence.studies["study"])
    if missing:
        raise KeyError(f"no such study: {', '.join(sorted(missing))}")
    described = _descriptions(evidence, keep)
    names = set(described.values())
    arm_of: dict[str, str] = {}
    for description, arm in _descriptions(evidence, other).items():
        name = described.get(description, arm)
        while description not in described and name in names:
            name += "_b"
        names.add(name)
        arm_of[arm] = name
    tables = {t.name: _joined(evidence.tables[t.name], keep, other, arm_of).astype(t.dtypes) for t in TABLES}
    return Evidence(_in_order(tables))


def _in_order(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with their rows in the order of the studies, then of the arms."""
    place = {study: i for i, study in enumerate(tables["studies"]["study"])}
    by_study = tables["arms"].sort_values("study", key=lambda s: s.map(place), kind="stable")
    arm_place = {key: i for i, key in enumerate(zip(by_study["study"], by_study["arm"], strict=True))}
    ordered = {"studies": tables["studies"], "arms": by_study.reset_index(drop=True)}
    for name, frame in tables.items():
        if name not in ordered:
            rank = [arm_place[key] for key in zip(frame["study"], frame["arm"], strict=True)]
            ordered[name] = frame.iloc[sorted(range(len(frame)), key=rank.__getitem__)].reset_index(drop=True)
    return {name: ordered[name] for name in tables}


def _descriptions(evidence: Evidence, study: str) -> dict[tuple[str, ...], str]:
    """Return the arms of a study by what was prepared: context, preconditioning, manipulations."""
    described: dict[tuple[str, ...], str] = {}
    for arm in evidence.arms.loc[evidence.arms["study"] == study, "arm"]:
        parts = []
        for table in (evidence.arms, evidence.preconditioning, evidence.manipulations):
            rows = table[(table["study"] == study) & (table["arm"] == arm)]
            parts += sorted(_texts(rows, [c for c in rows if c not in ("study", "arm", "number")]))
            parts.append("")
        # Two arms of one study that are described alike stay two.
        described.setdefault(tuple(parts) if tuple(parts) not in described else (*parts, arm), arm)
    return described


def _joined(frame: pd.DataFrame, keep: str, other: str, arm_of: dict[str, str]) -> pd.DataFrame:
    frame = frame.copy()
    if "arm" not in frame:
        return _joined_heads(frame, keep, other)
    moved = frame["study"] == other
    frame.loc[moved, "study"] = keep
    for column in {"arm", "than", "vs"} & set(frame.columns):
        frame.loc[moved, column] = frame.loc[moved, column].map(
            lambda a: arm_of.get(a, a), na_action="ignore"
        )
    ours = frame.index[frame["study"] == keep]
    repeated = _unite(frame, [i for i in ours if not moved[i]], [i for i in ours if moved[i]])
    # Those of the kept reading first.
    order = sorted(set(frame.index) - repeated, key=lambda i: bool(moved[i]))
    frame = frame.loc[order].reset_index(drop=True)
    if "number" in frame:
        here = frame["study"] == keep
        frame.loc[here, "number"] = frame[here].groupby("arm", sort=False).cumcount() + 1
    return frame


def _unite(frame: pd.DataFrame, kept: list[int], moved: list[int]) -> set[int]:
    """Fill rows of the kept reading from rows that repeat them; return the rows that need not stand."""
    repeated: set[int] = set()
    facts = [c for c in frame if c != "number"]
    for row in moved:
        for like in kept:
            if _same_fact(frame.loc[like, facts], frame.loc[row, facts]):
                for column in facts:
                    if pd.isna(frame.at[like, column]):
                        frame.loc[like, column] = frame.at[row, column]
                repeated.add(row)
                break
    return repeated


def _same_fact(one: pd.Series, other: pd.Series) -> bool:
    """Return whether two rows agree in all that both state, and in what was found and by which assay."""
    decisive = {"arm", "than", "name", "kind", "effect", "result", "state", "direction", "assay"}
    for column in one.index:
        blank = pd.isna(one[column]), pd.isna(other[column])
        if blank == (True, True) or (any(blank) and column not in decisive):
            continue
        if any(blank) or one[column] != other[column]:
            return False
    return True


def _joined_heads(studies: pd.DataFrame, keep: str, other: str) -> pd.DataFrame:
    place, second = (studies.index[studies["study"] == s][0] for s in (keep, other))
    for column in studies:
        if pd.isna(studies.at[place, column]):
            studies.loc[place, column] = studies.at[second, column]
    notes = [n for n in studies.loc[[place, second], "note"].drop_duplicates() if pd.notna(n)]
    studies.loc[place, "note"] = " ".join([*notes, f"Merged with {other}, a second reading."])
    return studies.drop(index=second).reset_index(drop=True)


def _texts(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    return frame[columns].astype("string").fillna("").agg("\x1f".join, axis=1).tolist() if len(frame) else []
