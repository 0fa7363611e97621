"""What is known about a factor, an agent, a source: counts, direction, intervals, disagreement, gaps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Any

import pandas as pd

from secretome_ml.core.errors import NotEnoughEvidence, UnknownName
from secretome_ml.evidence import EFFECTS, Evidence
from secretome_ml.evidence.cargo import cargo
from secretome_ml.explanation.league import components, league
from secretome_ml.profiles.from_evidence import profiles_from_evidence
from secretome_ml.vocabulary import FactorVocabulary, Terms, find_agent
from secretome_ml.vocabulary.columns import context_columns

KNOWN_COLUMNS = (
    "effect", "studies", "arms", "beneficial", "null", "adverse", "share", "low", "high",
    "more", "equal", "less", "disagree", "strength", "strength_low", "strength_high", "study_list",
)  # fmt: skip
# Two-sided 90 %, as all intervals.
_Z = 1.645
# A tissue is asked for more often than the cells that are named after it.
_COLUMNS = tuple(sorted((c.name for c in context_columns() if c.is_term), key=lambda n: n != "cell_source"))
_PRESENT = ("elevated", "detected", "unchanged")


@dataclass(frozen=True)
class Known:
    """What a corpus knows about one subject.

    Parameters
    ----------
    subject : str
        Its identifier.
    kind : str
        `factor`, `agent`, `preconditioning`, or a context column such as `cell_source`.
    label : str
        As people read it.
    effects : pandas.DataFrame
        Columns `KNOWN_COLUMNS`, one row per effect that was tested or compared; `share` is that of beneficial
        outcomes, each study counting once, with Wilson's 90 % interval (doi:10.1080/01621459.1927.10502953).
        `more`, `equal` and `less` count compared pairs of arms of which one has the subject and the other
        not; `disagree` where studies point both ways. `strength` is that of the league.
    gaps : tuple of str
        Effects that nobody tested with it.
    found : pandas.DataFrame
        For a factor, where it was found (`cargo`); empty for others.
    """

    subject: str
    kind: str
    label: str
    effects: pd.DataFrame
    gaps: tuple[str, ...]
    found: pd.DataFrame


def subject_of(text: str) -> tuple[str, str]:
    """Return the identifier and kind of what a text is about.

    Raises
    ------
    UnknownName
        If it is no factor, agent, kind of preconditioning, source, cell type or product.

    Examples
    --------
    >>> subject_of("VEGF"), subject_of("hypoxia"), subject_of("umbilical cord")
    (('VEGFA', 'factor'), ('hypoxia', 'preconditioning'), ('umbilical_cord', 'cell_source'))
    """
    terms = Terms()
    for column in ("preconditioning", *_COLUMNS):
        found = terms.resolve(column, text)
        if found is not None and not found.startswith("other:") and found != "none":
            return found, column
    factor = FactorVocabulary.load().resolve(text).factor
    if factor is not None:
        return factor, "factor"
    agent = find_agent(text, factors=False)
    if agent is not None:
        return agent.factor or agent.id, "agent"
    raise UnknownName(
        f"'{text}' is no study, factor, agent, preconditioning, source, cell type or product; "
        "try `evidence search` or `vocabulary find`."
    )


def known(evidence: Evidence, text: str, strengths: bool = True) -> Known:
    """Return what a corpus knows about a subject.

    Parameters
    ----------
    evidence : Evidence
        Published studies.
    text : str
        A factor, agent, kind of preconditioning, source, cell type or product, by any name.
    strengths : bool
        Whether to add the strengths of the league, which take a few seconds an effect.

    Raises
    ------
    UnknownName
        If it is none of these.

    Examples
    --------
    >>> from secretome_ml import load_evidence
    >>> table = known(load_evidence(), "hypoxia", strengths=False).effects.set_index("effect")
    >>> bool(table.loc["angiogenic", "more"] > table.loc["angiogenic", "less"])
    True
    """
    subject, kind = subject_of(text)
    having = _having(evidence, subject, kind)
    outcomes = [r for r in evidence.outcomes.to_dict("records") if f"{r['study']}/{r['arm']}" in having]
    pairs = _pairs(evidence, having)
    rows = []
    for effect in EFFECTS:
        own = [r for r in outcomes if r["effect"] == effect]
        compared = pairs.get(effect, [])
        if own or compared:
            rows.append({"effect": effect, **_counted(own), **_compared(compared), **_listed(own, compared)})
    table = pd.DataFrame(rows, columns=list(KNOWN_COLUMNS))
    if strengths:
        table = _with_strengths(table, evidence, subject, kind)
    found = cargo(evidence, by=("carrier", "cell_source")) if kind == "factor" else pd.DataFrame()
    label = (
        FactorVocabulary.load().label(subject)
        if kind in ("factor", "agent")
        else Terms().label(kind, subject)
    )
    return Known(
        subject,
        kind,
        label,
        table.sort_values("studies", ascending=False, ignore_index=True, kind="stable"),
        tuple(e for e in EFFECTS if e not in set(table["effect"])),
        found[found["factor"] == subject].reset_index(drop=True) if len(found) else found,
    )


def _having(evidence: Evidence, subject: str, kind: str) -> set[str]:
    """Return the samples (`study/arm`) that have a subject."""
    stated = components(profiles_from_evidence(evidence))
    if kind in _COLUMNS:
        return {s for s, own in stated.items() if (subject, kind) in own}
    if kind == "preconditioning":
        rows = evidence.preconditioning[evidence.preconditioning["kind"] == subject]
        return {f"{r['study']}/{r['arm']}" for r in rows.to_dict("records")}
    added = {(subject, "preconditioning"), (f"{subject} over-expressed", "preconditioning")}
    having = {s for s, own in stated.items() if own & added}
    if kind == "factor":
        vocabulary = FactorVocabulary.load()
        names = {n for n in evidence.factors["name"].unique() if vocabulary.resolve(str(n)).factor == subject}
        rows = evidence.factors[
            evidence.factors["name"].isin(names) & evidence.factors["state"].isin(_PRESENT)
        ]
        having |= {f"{r['study']}/{r['arm']}" for r in rows.to_dict("records")}
    return having


def _pairs(evidence: Evidence, having: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Return, by effect, (study, more/equal/less) of the pairs of which one arm has the subject."""
    turned = {"higher": "less", "lower": "more", "equal": "equal"}
    plain = {"higher": "more", "lower": "less", "equal": "equal"}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in evidence.comparisons.to_dict("records"):
        one, other = f"{row['study']}/{row['arm']}", f"{row['study']}/{row['than']}"
        if (one in having) != (other in having):
            words = plain if one in having else turned
            found.setdefault(str(row["effect"]), []).append((str(row["study"]), words[row["direction"]]))
    return found


def _counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    results = Counter(str(r["result"]) for r in rows)
    by_study: dict[str, list[bool]] = {}
    for row in rows:
        by_study.setdefault(str(row["study"]), []).append(row["result"] == "beneficial")
    told: dict[str, Any] = {
        "arms": len({(r["study"], r["arm"]) for r in rows}),
        **{name: results[name] for name in ("beneficial", "null", "adverse")},
    }
    if by_study:
        share = sum(sum(v) / len(v) for v in by_study.values()) / len(by_study)
        told["share"], told["low"], told["high"] = wilson(share, len(by_study))
    return told


def wilson(share: float, number: int) -> tuple[float, float, float]:
    """Return a share with its 90 % interval.

    Examples
    --------
    >>> [round(v, 3) for v in wilson(0.5, 10)]
    [0.5, 0.269, 0.731]
    """
    spread = _Z * sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    middle, scale = share + _Z**2 / (2 * number), 1 + _Z**2 / number
    return share, (middle - spread) / scale, (middle + spread) / scale


def _compared(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    counts = Counter(direction for _, direction in pairs)
    sides = {d: {s for s, found in pairs if found == d} for d in ("more", "less")}
    return {
        **{d: counts[d] for d in ("more", "equal", "less")},
        "disagree": bool(sides["more"] and sides["less"] and min(map(len, sides.values())) > 1),
    }


def _listed(rows: list[dict[str, Any]], pairs: list[tuple[str, str]]) -> dict[str, Any]:
    studies = list(dict.fromkeys([*(str(r["study"]) for r in rows), *(s for s, _ in pairs)]))
    return {"studies": len(studies), "study_list": "; ".join(studies)}


def _with_strengths(table: pd.DataFrame, evidence: Evidence, subject: str, kind: str) -> pd.DataFrame:
    names = {subject, f"{subject} over-expressed"}
    kinds = {kind} if kind in _COLUMNS else {"preconditioning"}
    for i, effect in enumerate(table["effect"]):
        if not table.loc[i, ["more", "equal", "less"]].sum():
            continue
        try:
            ranked = league(evidence, effect)
        except NotEnoughEvidence:
            continue
        own = ranked[ranked["component"].isin(names) & ranked["kind"].isin(kinds)].head(1)
        for row in own.to_dict("records"):
            table.loc[i, ["strength", "strength_low", "strength_high"]] = (
                row["strength"],
                row["low"],
                row["high"],
            )
    return table
