"""The report: everything about scored profiles on one page that can be sent to a colleague."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from secretome_ml.core.errors import InputRefused
from secretome_ml.core.files import write_file
from secretome_ml.evidence import Evidence, load_evidence
from secretome_ml.explanation.groups import group_differences, two_groups, with_amounts
from secretome_ml.explanation.panel_sets import shipped_sets
from secretome_ml.explanation.stability import sample_stability
from secretome_ml.explanation.studies import studies_behind
from secretome_ml.model import Model
from secretome_ml.models.targets import targets_from_evidence
from secretome_ml.profiles import Profiles
from secretome_ml.profiles.from_evidence import study_of
from secretome_ml.report.assemble import IN_FULL, Report, report_page
from secretome_ml.report.group_view import Groups
from secretome_ml.report.printing import write_pdf
from secretome_ml.report.summary import library_versions, summarise
from secretome_ml.trust.resampling import Estimate, mean_over_studies
from secretome_ml.workflows.panel import ASKED_COLUMNS, RESULT_COLUMNS, panel_function


def report_html(
    model: Model,
    profiles: Profiles,
    scored: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    evidence: Evidence | None = None,
    studies: pd.DataFrame | None = None,
    figures: Mapping[str, tuple[Figure, str]] | None = None,
    date: str = "",
) -> str:
    """Return the report about profiles as one HTML page.

    Parameters
    ----------
    model : Model
        The model that scores them.
    profiles : Profiles
        As `read_profiles` gives them.
    scored : pair of pandas.DataFrame, optional
        What `Model.score_and_explain` gave, where it is at hand.
    evidence : Evidence, optional
        The corpus; default: the shipped one.
    studies : pandas.DataFrame, optional
        As `studies_behind` gives it for the first `IN_FULL` samples, where it is at hand.
    figures : mapping of str to (figure, caption), optional
        Further figures.
    date : str
        Date of the input. The clock is never asked, so that the same input gives the same bytes.

    Returns
    -------
    str
        HTML that loads nothing and runs no script.

    Examples
    --------
    >>> from secretome_ml import load_model, read_profiles
    >>> from secretome_ml.core.paths import data_dir
    >>> profiles = read_profiles(data_dir() / "examples" / "adipose_hypoxia.csv")
    >>> page = report_html(load_model(), profiles)
    >>> "Secretome report: adipose_hypoxia.csv" in page
    True
    """
    scores, terms = scored if scored is not None else model.score_and_explain(profiles)
    evidence = evidence or load_evidence()
    told = profiles.take(profiles.samples[:IN_FULL])
    features, maps = model.encoded(told)
    spread = sample_stability(maps, features, model.estimator, model.resampled, model.recipe.level)
    results, asked = _panel(profiles, tuple(map(str, told.samples)))
    return report_page(
        Report(
            profiles=profiles,
            scores=scores,
            terms=terms,
            spread=with_amounts(spread, told),
            groups=_groups(profiles, scores, terms),
            studies=studies if studies is not None else studies_behind(told, evidence, model.effects),
            prevalence=prevalence(evidence, model),
            panel=results,
            asked=asked,
            panel_source=shipped_sets().source,
            important=model.important_factors,
            refits=len(model.resampled),
            summary=summarise(model, library_versions()),
            figures=figures or {},
            date=date,
        )
    )


def _groups(profiles: Profiles, scores: pd.DataFrame, terms: pd.DataFrame) -> Groups | None:
    """Return what differs between the groups of a file, where it has any."""
    found = two_groups(profiles)
    if found is None:
        return None
    by, cohort, a, b = found
    table = group_differences(profiles, cohort, a, b)
    own = terms.assign(group=terms["sample"].map(cohort).astype(object))
    size = cohort.value_counts()
    # What a sample does not state adds nothing to the mean of its group.
    sums = (
        own.groupby(["effect", "term", "group"])["contribution"]
        .sum()
        .unstack("group")
        .reindex(columns=[a, b])
    )
    moved = sums[a].fillna(0.0) / size[a] - sums[b].fillna(0.0) / size[b]
    scored = scores.assign(group=scores["sample"].map(cohort).astype(object))
    means = scored.groupby(["effect", "group"], sort=False)["percentile"].agg(["mean", "std", "size"])
    return Groups(by, a, b, table, moved.rename("moved").reset_index(), means.reset_index())


def write_report(
    model: Model,
    profiles: Profiles,
    path: Path,
    scored: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    date: str = "",
) -> None:
    """Write the report about profiles as HTML, or as PDF where the path ends so; see `report_html`."""
    page = report_html(model, profiles, scored, date=date)
    if path.suffix.casefold() == ".pdf":
        write_pdf(page, path)
    else:
        write_file(path, page)


def prevalence(evidence: Evidence, model: Model) -> dict[str, Estimate]:
    """Return, per effect, the share of published arms that had it when tested, with its interval."""
    targets = targets_from_evidence(evidence, model.effects)
    found = {}
    for effect in model.effects:
        label = targets.binary(effect)
        found[effect] = mean_over_studies(label, study_of(label.index), model.recipe.level)
    return found


def date_of(paths: list[Path]) -> str:
    """Return the day on which the newest of some files was last changed, or nothing where none is a file."""
    times = [path.stat().st_mtime for path in paths if path.is_file()]
    return datetime.fromtimestamp(max(times), UTC).date().isoformat() if times else ""


def _panel(profiles: Profiles, samples: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what the panels stand for; empty tables where none is large enough to be asked."""
    try:
        found = panel_function(profiles, shipped_sets(), samples=samples)
    except InputRefused:
        return pd.DataFrame(columns=list(RESULT_COLUMNS)), pd.DataFrame(columns=list(ASKED_COLUMNS))
    return found.results, found.asked
