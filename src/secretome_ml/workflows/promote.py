"""Promote: put a registered version into use, if it beats the one in use on studies that neither has seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from secretome_ml.core.errors import InputRefused, PromotionRefused
from secretome_ml.core.version import __version__
from secretome_ml.evidence import Evidence, validate_evidence
from secretome_ml.evidence.merge import seen_studies
from secretome_ml.model import Model, model_from_bundle
from secretome_ml.models import Targets, targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.tracking import Version, fetch_model, fetch_table, find_version, holder_of, promote_version
from secretome_ml.validation.challenge import Challenge, Predictions, challenge, figures
from secretome_ml.validation.splits import study_groups

TOLERANCE = 0.02


@dataclass(frozen=True)
class Promotion:
    """What was compared and what became of it.

    Parameters
    ----------
    version : Version
        The challenger.
    champion : Version or None
        What had the alias before; None where nothing had.
    found : Challenge or None
        The comparison; None where there was nothing to compare with, or it was forced without one.
    reason : str
        Why it passed, or what would have kept it from passing.
    forced : bool
        Whether it was promoted in spite of the comparison.
    """

    version: Version
    champion: Version | None
    found: Challenge | None
    reason: str
    forced: bool


def promote(
    name: str,
    which: str,
    store: Path,
    uri: str | None = None,
    alias: str = "champion",
    tolerance: float = TOLERANCE,
    force: bool = False,
    evidence: Evidence | None = None,
) -> Promotion:
    """Move an alias to a version that passes the gate.

    The challenger passes when it is better than the champion in concordance of pairs and in joint log
    loss, and the lower end of neither 90 % interval of the difference (paired, over resampled groups of
    studies) lies further than `tolerance` below zero. Both are judged by their out-of-fold predictions
    on the same evidence and folds; or, where `evidence` is given, by their scores of studies there that
    neither was trained on.

    Parameters
    ----------
    name : str
        Name in the registry.
    which : str
        Number of the version, an alias of it, or the run that made it.
    store : Path
        Folder of the local store.
    uri : str, optional
        Address of the tracking server.
    alias : str
        Alias to move.
    tolerance : float
        See above.
    force : bool
        Promote whatever the comparison says; the version keeps that it was forced.
    evidence : Evidence, optional
        Studies with known outcomes.

    Raises
    ------
    PromotionRefused
        If the challenger does not pass, with the figures, or the two cannot be compared, with the reason.
    TrackingFailed
        If the store fails, or another promotion moved the alias meanwhile.
    UnknownName
        If there is no such version.
    """
    version = find_version(store, name, which, uri)
    champion = holder_of(store, name, alias, uri)
    if champion is not None and champion.version == version.version:
        return _finish(version, champion, alias, store, uri)
    found, reason, passed = _judge(version, champion, store, uri, tolerance, evidence)
    if not passed and not force:
        held = "" if champion is None else f" Version {champion.version} stays {alias}."
        raise PromotionRefused(
            f"Version {version.version} of '{name}' is not promoted: {reason}.{held} "
            "Use --force to promote it all the same; that is recorded."
        )
    promotion = Promotion(version, champion, found, reason, forced=not passed)
    expected = None if champion is None else champion.version
    promote_version(store, version, alias, expected, _tags(promotion, alias, tolerance), uri)
    return promotion


def _finish(version: Version, champion: Version, alias: str, store: Path, uri: str | None) -> Promotion:
    """Leave the alias; complete the record of a promotion that was cut off."""
    if version.tags.get("promotion.state") == "begun":
        promote_version(store, version, alias, version.version, {}, uri)
    return Promotion(version, champion, None, f"it is {alias} already", forced=False)


def _judge(
    version: Version,
    champion: Version | None,
    store: Path,
    uri: str | None,
    tolerance: float,
    evidence: Evidence | None,
) -> tuple[Challenge | None, str, bool]:
    """Return the comparison, what it says in words, and whether the challenger passes."""
    if champion is None:
        return None, "no version had the alias", True
    try:
        if evidence is not None:
            found = _on_unseen(version, champion, store, uri, tolerance, evidence)
        else:
            found = _on_same_folds(version, champion, store, uri, tolerance)
    except PromotionRefused as error:
        return None, str(error), False
    if found.failings:
        return found, f"against version {champion.version}, " + "; ".join(found.failings), False
    gained = f"{figures(found.concordance)} in concordance, {figures(found.joint_loss)} in joint log loss"
    return found, f"it beats version {champion.version} by {gained}", True


def _on_same_folds(
    version: Version, champion: Version, store: Path, uri: str | None, tolerance: float
) -> Challenge:
    """Compare the out-of-fold predictions that the two runs logged."""
    advice = (
        "Train one of them anew to match the other, or name studies that neither has seen with --evidence"
    )
    for what, ours, theirs in (
        ("evidence", version.evidence_digest, champion.evidence_digest),
        ("folds", version.folds_digest, champion.folds_digest),
    ):
        if not ours or ours != theirs:
            told = f"{ours[:12] or 'none stated'} and {theirs[:12] or 'none stated'}"
            raise PromotionRefused(
                f"it and version {champion.version} were not validated on the same {what} ({told}). {advice}"
            )
    targets, groups = targets_from_table(fetch_table(version.run_id, "tables/labels.csv", store, uri))
    said = []
    for one in (version, champion):
        table = fetch_table(one.run_id, "tables/predictions.csv", store, uri)
        own = table[table["model"] == one.model].pivot(index="sample", columns="effect")
        effects = set(targets.effects) - set(own["score"].columns)
        if effects:
            raise PromotionRefused(f"version {one.version} predicts no {', '.join(sorted(effects))}")
        said.append(Predictions(own["score"], own["probability"]))
    return challenge(said[0], said[1], targets, groups, tolerance)


def _on_unseen(
    version: Version, champion: Version, store: Path, uri: str | None, tolerance: float, evidence: Evidence
) -> Challenge:
    """Compare the scores of the two bundles on studies that neither was trained on."""
    problems = [p for p in validate_evidence(evidence) if "seed locator" not in p.what]
    if problems:
        raise InputRefused(problems)
    models = [model_from_bundle(fetch_model(one.address, store, uri)) for one in (version, champion)]
    seen = set().union(
        *(seen_studies(pd.DataFrame(m.studies, dtype="string"), evidence.studies) for m in models)
    )
    fresh = evidence.subset(set(evidence.studies["study"]) - seen)
    effects = tuple(e for e in models[0].effects if e in models[1].effects)
    targets = targets_from_evidence(fresh, effects)
    if targets.comparisons.empty or targets.outcomes.notna().to_numpy().sum() == 0:
        raise PromotionRefused(
            f"of {len(evidence.studies)} studies given, {len(fresh.studies)} are new to both versions, "
            "and those hold no comparison or no outcome to judge by"
        )
    said = [_scores(model, fresh) for model in models]
    return challenge(said[0], said[1], targets, study_groups(fresh.studies), tolerance)


def _scores(model: Model, evidence: Evidence) -> Predictions:
    found = model.score(profiles_from_evidence(evidence)).pivot(index="sample", columns="effect")
    return Predictions(found["score"], found["probability"])


def targets_from_table(table: pd.DataFrame) -> tuple[Targets, pd.Series]:
    """Return the labels and the study groups that a run logged as `tables/labels.csv`."""
    tested = table[table["kind"] == "outcome"]
    outcomes = tested.pivot(index="sample", columns="effect", values="value")
    pairs = table[table["kind"] == "comparison"].rename(columns={"sample": "arm", "value": "direction"})
    pairs = pairs[["effect", "arm", "than", "study", "direction"]].assign(weight=1.0)
    groups = table.drop_duplicates("study").set_index("study")["group"]
    return Targets(outcomes, pd.Series(1.0, outcomes.index), pairs.reset_index(drop=True)), groups


def _tags(promotion: Promotion, alias: str, tolerance: float) -> dict[str, str]:
    """Return what the version keeps of its promotion."""
    tags = {
        "promotion.alias": alias,
        "promotion.at": datetime.now(UTC).isoformat(timespec="seconds"),
        "promotion.against": "none" if promotion.champion is None else str(promotion.champion.version),
        "promotion.reason": promotion.reason,
        "promotion.forced": str(promotion.forced).lower(),
        "promotion.tolerance": f"{tolerance:g}",
        "promotion.software": __version__,
    }
    if promotion.found is not None:
        tags["promotion.concordance"] = figures(promotion.found.concordance)
        tags["promotion.joint_loss"] = figures(promotion.found.joint_loss)
    return tags
