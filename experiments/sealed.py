"""Judge a bundle on the sealed studies, and log the look: `python -m experiments.sealed`."""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from secretome_ml.core.errors import InputRefused, Problem
from secretome_ml.core.files import write_file
from secretome_ml.core.paths import data_dir
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.evidence.merge import seen_studies
from secretome_ml.model import Model, load_model
from secretome_ml.models.contract import prevalence
from secretome_ml.models.targets import Targets, targets_from_evidence
from secretome_ml.profiles import profiles_from_evidence
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.trust.resampling import Estimate, mean_over_studies, ratio_over_studies
from secretome_ml.validation.guard import joined_duplicates
from secretome_ml.validation.metrics import outcome_losses, pair_hits
from secretome_ml.validation.sealed import sealed_studies, without_sealed
from secretome_ml.validation.splits import study_groups

LOG = Path(__file__).with_suffix(".md")
LOOKS = 5
STUDIES = 63
HEADLINE = ("angiogenic", "anti_inflammatory", "anti_fibrotic")
_READ = ("abstract", "figure_legend", "full_text")


@dataclass(frozen=True)
class Look:
    """What one look at the sealed set showed.

    Parameters
    ----------
    by_pair : Estimate
        Share of decided comparisons ordered rightly, ties one half; 90 % interval over resampled studies.
    by_study : Estimate
        The same when every study counts once.
    by_effect : dict of str to Estimate
        By pair, of every effect of the bundle.
    below_prevalence : Estimate
        Share by which the log loss of tested outcomes lies below that of the training studies' prevalence.
    """

    by_pair: Estimate
    by_study: Estimate
    by_effect: dict[str, Estimate]
    below_prevalence: Estimate


def choose(evidence: Evidence, count: int = STUDIES) -> list[str]:
    """Return the studies to seal, by a rule that sees no prediction.

    Eligible is a study read from its abstract, a figure legend or its full text, with a decided comparison
    of two of its arms in a headline effect, that no other study repeats. The first `count` are taken in the
    order of the SHA-256 of `sealed:` and their id.
    """
    targets = targets_from_evidence(evidence, HEADLINE)
    groups = joined_duplicates(study_groups(evidence.studies), profiles_from_evidence(evidence), targets)
    sizes = groups.map(groups.value_counts())
    pairs = targets.comparisons
    decided = set(pairs.loc[pairs["direction"] != 0, "study"])
    studies = evidence.studies
    read = set(studies.loc[studies["basis"].isin(_READ), "study"])
    eligible = decided & read & set(sizes.index[sizes == 1])
    return sorted(sorted(eligible, key=lambda s: hashlib.sha256(f"sealed:{s}".encode()).hexdigest())[:count])


def eligible_later() -> frozenset[str]:
    """Return the studies that became eligible after the set was chosen, as `data/sealed.txt` names them."""
    mark = "# Eligible later:"
    lines = (data_dir() / "sealed.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(
        word for line in lines if line.startswith(mark) for word in line.removeprefix(mark).split()
    )


def look(model: Model, evidence: Evidence) -> Look:
    """Judge a model on the sealed studies of the evidence.

    Raises
    ------
    InputRefused
        If the model was trained on one of them.
    """
    sealed = evidence.subset(sealed_studies())
    seen = seen_studies(pd.DataFrame(model.studies, dtype="string"), sealed.studies)
    if seen:
        what = f"The bundle was trained on {len(seen)} sealed studies, e.g. {min(seen)}."
        raise InputRefused([Problem("bundle", None, None, what, "Train it anew; `train` leaves them out.")])
    scores = model.score(profiles_from_evidence(sealed))
    wide = scores.pivot(index="sample", columns="effect", values=["score", "probability"])
    learned = targets_from_evidence(without_sealed(evidence), model.effects, model.recipe.basis_weights)
    return judge(
        wide["score"], wide["probability"], targets_from_evidence(sealed, model.effects),
        {effect: prevalence(learned, effect) for effect in model.effects},
    )  # fmt: skip


def judge(margin: pd.DataFrame, probability: pd.DataFrame, truth: Targets, base: dict[str, float]) -> Look:
    """Judge predictions of samples; `base` is the prevalence of each effect among the training studies."""
    hits = pair_hits(margin, truth)
    each = hits.groupby("study")["hit"].mean()
    flat = pd.DataFrame(base, index=probability.index)
    own, other = outcome_losses(probability, truth), outcome_losses(flat, truth)
    place = study_of(pd.Index(own.index.get_level_values("sample")))
    ratio = ratio_over_studies(own, other, place)
    return Look(
        mean_over_studies(hits["hit"], hits["study"]),
        mean_over_studies(each, each.index),
        {
            effect: mean_over_studies(part["hit"], part["study"])
            for effect in truth.effects
            if len(part := hits[hits["effect"] == effect])
        },
        Estimate(1.0 - ratio.value, 1.0 - ratio.high, 1.0 - ratio.low, ratio.n, ratio.studies),
    )


def row(found: Look, digest: str, evidence: str, day: date, note: str) -> str:
    """Return the line of the log."""
    effects = "; ".join(f"{name} {_show(e)}, {e.n} pairs" for name, e in found.by_effect.items())
    counts = (str(found.by_pair.n), str(found.by_study.n))
    figures = (_show(found.by_pair), _show(found.by_study), effects, _show(found.below_prevalence))
    cells = (day.isoformat(), f"`{digest[:12]}`", f"`{evidence[:12]}`", *counts, *figures, note)
    return f"| {' | '.join(c.replace('|', '/') for c in cells)} |"


def looks(text: str) -> int:
    """Return how many looks a log holds."""
    return sum(line.startswith("| 20") for line in text.splitlines())


def _show(found: Estimate) -> str:
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})" if not np.isnan(found.value) else "–"


def main(arguments: list[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=None, help="a bundle; default: the released one")
    parser.add_argument("--note", default="", help="why it was looked, a few words")
    parser.add_argument("--log", type=Path, default=LOG, help="the log; default: experiments/sealed.md")
    asked = parser.parse_args(arguments)
    text = asked.log.read_text(encoding="utf-8")
    if looks(text) >= LOOKS:
        sys.exit(
            f"{asked.log} holds {LOOKS} looks already; a sealed set that is looked at often is not sealed."
        )
    evidence, model = load_evidence(), load_model(asked.model)
    try:
        found = look(model, evidence)
    except InputRefused as error:
        sys.exit(str(error))
    line = row(
        found, model.digest, evidence.subset(sealed_studies()).digest, datetime.now(UTC).date(), asked.note
    )
    write_file(asked.log, f"{text.rstrip()}\n{line}\n".encode())
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
