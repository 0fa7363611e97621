"""Arms of published studies as profiles: `<study>/<arm>`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from secretome_ml.evidence import Evidence
from secretome_ml.profiles.context import read_product, with_implied
from secretome_ml.profiles.profiles import CONTEXT_COLUMNS, Profiles, make_profiles
from secretome_ml.vocabulary import FactorVocabulary, Terms, parse_manipulation
from secretome_ml.vocabulary.columns import names_where

# What a state against another arm says of that arm: the factor is there. It is no change of that arm, which
# may stand between two others.
_OTHER_ARM = {"elevated": "detected", "decreased": "detected", "unchanged": "unchanged"}


def sample_name(study: str, arm: str) -> str:
    """Return the name under which an arm is scored."""
    return f"{study}/{arm}"


def study_of(samples: pd.Index) -> NDArray[np.object_]:
    """Return the study of each `<study>/<arm>` sample name.

    Examples
    --------
    >>> study_of(pd.Index(["s-1/hypoxia", "s-1/normoxia"])).tolist()
    ['s-1', 's-1']
    """
    studies: NDArray[np.object_] = samples.str.split("/", n=1).str[0].to_numpy(dtype=object)
    return studies


def profiles_from_evidence(evidence: Evidence) -> Profiles:
    """Return every arm of the evidence as a profile.

    Outcomes, comparisons and `causal` marks are labels and never enter a profile. A factor that one arm
    states against another arm of its study is present in that arm, unless the other arm reports the factor
    itself.
    """
    arms = evidence.arms
    samples = arms["study"] + "/" + arms["arm"]
    context = _in_terms(arms.reindex(columns=list(CONTEXT_COLUMNS)).set_axis(samples, axis=0))
    vocabulary = FactorVocabulary.load()
    known, unknown = [], []
    for row in _factor_rows(evidence):
        found = vocabulary.resolve(str(row["name"]))
        if found.factor is None:
            unknown.append({"sample": row["sample"], "name": row["name"], "reason": found.reason})
        else:
            known.append({**row, "factor": found.factor})
    return make_profiles(
        context,
        preconditioning=_long(evidence.preconditioning),
        manipulations=_manipulations(evidence),
        factors=[*known, *_in_other_arms(known, set(samples))],
        unknown=unknown,
    )


def _in_terms(context: pd.DataFrame) -> pd.DataFrame:
    """Return the context in vocabulary terms; words that no vocabulary holds become `other:<words>`."""
    terms = Terms()
    resolved = context.copy()
    for column in names_where(is_term=True):
        found = {v: _word(column, v, terms) for v in context[column].dropna().unique()}
        resolved[column] = context[column].map(found).astype("string")
    for column in names_where(holds="number"):
        resolved[column] = context[column].map("{:g}".format, na_action="ignore").astype("string")
    return with_implied(resolved, context).reindex(columns=list(CONTEXT_COLUMNS))


def _word(column: str, text: str, terms: Terms) -> str:
    known = read_product(text) if column == "product" else None
    return known or terms.resolve(column, text) or f"other:{text.removeprefix('other:')}"


def _long(frame: pd.DataFrame) -> list[dict[str, object]]:
    rows = frame.assign(sample=frame["study"] + "/" + frame["arm"]).to_dict("records")
    return cast("list[dict[str, object]]", rows)


def _factor_rows(evidence: Evidence) -> Iterator[dict[str, object]]:
    arms = {(r["study"], r["arm"]) for r in evidence.arms[["study", "arm"]].to_dict("records")}
    for row in _long(evidence.factors):
        against = row["vs"] if isinstance(row["vs"], str) else None
        inside = against is not None and (row["study"], against) in arms
        yield {
            "sample": row["sample"],
            "name": row["name"],
            "state": row["state"],
            "vs": sample_name(str(row["study"]), str(against)) if inside else against,
            "value": row["value"],
            "unit": row["unit"],
        }


def _in_other_arms(rows: list[dict[str, object]], samples: set[str]) -> Iterator[dict[str, object]]:
    reported = {(r["sample"], r["factor"]) for r in rows}
    for row in rows:
        other, state = row["vs"], row["state"]
        if other in samples and state in _OTHER_ARM and (other, row["factor"]) not in reported:
            yield {
                **row,
                "sample": other,
                "vs": row["sample"],
                "state": _OTHER_ARM[str(state)],
                "value": None,
                "unit": None,
            }
            reported.add((other, row["factor"]))


def _manipulations(evidence: Evidence) -> list[dict[str, object]]:
    """Return the stated manipulations, and those that the simple record holds as free text."""
    stated = [
        {"sample": row["sample"], "kind": row["kind"], "target": target}
        for row in _long(evidence.manipulations)
        for target in _targets(row["target"])
    ]
    covered = {row["sample"] for row in stated}
    told: list[tuple[object, object, object]] = []
    for row in _long(evidence.arms):
        told += [(row["sample"], row[column], None) for column in ("donor", "product")]
    for row in _long(evidence.preconditioning):
        if str(row["kind"]).startswith("other:"):
            told.append((row["sample"], str(row["kind"]).removeprefix("other:"), row["agent"]))
    found = []
    for sample, text, agent in told:
        if sample in covered or not isinstance(text, str):
            continue
        done = parse_manipulation(text, agent if isinstance(agent, str) else None)
        if done is not None:
            found += [{"sample": sample, "kind": done.kind, "target": t} for t in done.targets or (None,)]
    return [*stated, *found]


def _targets(text: object) -> tuple[str | None, ...]:
    """Return the factors or fractions that a stated target names; its words where none resolves."""
    if not isinstance(text, str):
        return (None,)
    found = parse_manipulation(f"depleted of {text}")
    return (found.targets if found is not None else ()) or (text,)
