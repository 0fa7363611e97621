"""Score profiles, and judge a model on studies that it has not seen."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from secretome_ml.core.errors import InputRefused, NotEnoughEvidence, Problem
from secretome_ml.core.files import csv_text
from secretome_ml.evidence import Evidence, seen_studies, validate_evidence
from secretome_ml.model import Model, Scored
from secretome_ml.models import targets_from_evidence
from secretome_ml.models.trees.running import in_order
from secretome_ml.profiles import Profiles, join_profiles, profiles_from_evidence
from secretome_ml.readers import read_profiles
from secretome_ml.readers.formats import evidence_records
from secretome_ml.readers.source import open_source
from secretome_ml.stream import LongFormat, LongTable
from secretome_ml.validation.metrics import evaluate_predictions, pair_hits


def read_inputs(
    paths: list[Path],
    format_name: str | None = None,
    metadata: Path | None = None,
    control: str | None = None,
    lenient: bool = False,
    among: bool = True,
    sheet: str | None = None,
) -> Profiles:
    """Read profiles from several files; a sample name that two files share is refused."""
    parts = [read_profiles(p, format_name, metadata, control, lenient, among, sheet) for p in paths]
    home: dict[str, str] = {}
    problems = []
    for path, part in zip(paths, parts, strict=True):
        for sample in part.samples:
            if sample in home:
                what = f"'{sample}' is a sample of {home[sample]} too."
                problems.append(
                    Problem(path.name, sample, "sample", what, "Rename one, or score the files apart.")
                )
            home[sample] = path.name
    if problems:
        raise InputRefused(problems)
    return join_profiles(parts)


def seen_in_training(model: Model, paths: list[Path], profiles: Profiles) -> tuple[Problem, ...]:
    """Return a warning per study among evidence records that the model has learned from.

    Parameters
    ----------
    model : Model
        A trained model.
    paths : list of path
        The inputs; stdin cannot be read twice and is left out.
    profiles : Profiles
        What was read from them.
    """
    records = {origin.file for origin in profiles.origins if origin.format == evidence_records.NAME}
    trained = pd.DataFrame(model.studies, dtype="string")
    found = []
    for path in paths:
        if Path(path).name not in records or str(path) == "-":
            continue
        studies = evidence_records.evidence_of(open_source(path)).studies
        what = "The model was trained on this study (as {own}); its score is no prediction."
        remedy = "Judge the model by `evaluate --drop-seen`."
        found += [
            Problem(Path(path).name, study, "study", what.format(own=own), remedy)
            for study, own in seen_studies(trained, studies).items()
        ]
    return tuple(found)


def require_strict(scores: pd.DataFrame) -> None:
    """Refuse scores that need a caution: samples outside the domain, factor names that did not resolve."""
    first = scores.drop_duplicates("sample")
    problems = [
        Problem(
            "input",
            row["sample"],
            None,
            f"Outside the domain: {row['domain_reason']}.",
            "Leave it out, or score --lenient.",
        )
        for row in first[~first["in_domain"]].to_dict("records")
    ]
    problems += [
        Problem(
            "input",
            row["sample"],
            None,
            f"Unknown factors: {row['factors_unknown']}.",
            "Rename them, or score --lenient.",
        )
        for row in first[first["factors_unknown"] != ""].to_dict("records")
    ]
    if problems:
        raise InputRefused(problems)


def table_bytes(table: pd.DataFrame, suffix: str) -> bytes:
    """Return a table as CSV, Parquet or JSON."""
    if suffix == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if suffix == ".json":
        return str(table.to_json(orient="records", indent=1, force_ascii=False)).encode() + b"\n"
    return csv_text(table).encode()


def scored_batches(
    model: Model, table: LongTable | LongFormat, threads: int | None = None, terms: bool = False
) -> Iterator[Scored]:
    """Yield the scored batches of a long table in order; memory holds a few of them."""
    reader = table.reader()

    def work(part: tuple[int, Any]) -> Scored:
        start, cells = part
        return model.scored(reader.read(cells, start), terms)

    return in_order(work, table.parts(), threads)


@dataclass(frozen=True)
class Evaluated:
    """How a model did on studies with known outcomes.

    Parameters
    ----------
    metrics : pandas.DataFrame
        Per effect, with intervals over studies.
    scores : pandas.DataFrame
        The scores of every arm.
    pairs : pandas.DataFrame
        Every decided comparison and whether it was ordered rightly.
    dropped : dict of str to str
        Studies left out, with the training study that each repeats.
    """

    metrics: pd.DataFrame
    scores: pd.DataFrame
    pairs: pd.DataFrame
    dropped: dict[str, str]


def evaluate(model: Model, evidence: Evidence, drop_seen: bool = False) -> Evaluated:
    """Score studies with known outcomes that the model has not seen.

    Raises
    ------
    InputRefused
        If the model was trained on some of the studies and they are not to be dropped.
    NotEnoughEvidence
        If nothing is left.
    """
    # A study that is only to be evaluated needs no locator; every other rule holds.
    problems = [p for p in validate_evidence(evidence) if "seed locator" not in p.what]
    if problems:
        raise InputRefused(problems)
    trained = pd.DataFrame(model.studies, dtype="string")
    seen = seen_studies(trained, evidence.studies)
    if seen and not drop_seen:
        raise InputRefused(
            [
                Problem(
                    "evidence", study, "study", f"The model was trained on it (as {own}).", "Use --drop-seen."
                )
                for study, own in seen.items()
            ]
        )
    fresh = evidence.subset(set(evidence.studies["study"]) - set(seen))
    if fresh.studies.empty:
        raise NotEnoughEvidence(
            "The model was trained on every one of these studies; there is nothing to evaluate."
        )
    profiles = profiles_from_evidence(fresh)
    scores = model.score(profiles)
    wide = scores.pivot(index="sample", columns="effect", values=["score", "probability"]).reindex(
        profiles.samples
    )
    targets = targets_from_evidence(fresh, model.effects)
    metrics = evaluate_predictions(
        wide["score"], wide["probability"], targets, model.recipe.level, model.recipe.draws, model.recipe.seed
    )
    return Evaluated(metrics, scores, pair_hits(wide["score"], targets), seen)
