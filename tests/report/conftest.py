"""Small made-up inputs with the names that make trouble."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from secretome_ml.explanation.contributions import BASE_TERM, TERM_COLUMNS, UNSTATED_TERM
from secretome_ml.model import SCORE_COLUMNS
from secretome_ml.profiles.profiles import Origin, make_profiles
from secretome_ml.report.assemble import IN_FULL, Report
from secretome_ml.report.summary import ModelSummary
from secretome_ml.trust.resampling import Estimate
from secretome_ml.validation.metrics import METRIC_COLUMNS
from secretome_ml.vocabulary.phrases import level_words
from secretome_ml.workflows.panel import ASKED_COLUMNS, RESULT_COLUMNS

EFFECTS = ("angiogenic", "anti_inflammatory", "anti_fibrotic")
SCRIPT = "<script>alert('x')</script>"
SAMPLES = (
    "AD-MSC hypoxia 48 h",
    SCRIPT,
    "UC-MSC-EV TGF-β1 / IFN-γ primed, of a really rather long-winded laboratory naming convention",
    '$\\frac{1}{0}$ & "quoted" </svg><img src=x onerror=alert(1)>',
)
MODELS = ("xgboost", "blend", "informed", "logistic", "prevalence", "cell_source_only", "known_factor_list")
METRICS = ("auroc", "average_precision_rarer", "log_loss", "brier", "concordance")

_FACTORS = (
    "VEGFA",
    "HGF",
    "IL6",
    "CXCL8",
    "TGFB1",
    "SDF-1α",
    "miR-126-3p",
    "TNFAIP6",
    "IDO1",
    "PGE2",
    "CCL2",
)
_OTHERS = (
    ("cell source: adipose tissue", "cell_source"),
    ("hypoxia", "preconditioning"),
    ("product: exosomes", "product"),
)


def _make_terms(samples: tuple[str, ...], seed: int = 0) -> pd.DataFrame:
    """Return contributions as `explain_margin` gives them."""
    generator = np.random.default_rng(seed)
    rows = []
    for sample in samples:
        for effect in EFFECTS:
            for factor in _FACTORS:
                value = float(generator.choice([-1.0, 0.0, 1.0, 2.0]))
                family = "factors", "factors", level_words(value)
                rows.append((sample, effect, factor, "factor", *family, value, generator.normal(0, 0.3)))
            for term, kind in _OTHERS:
                rows.append((sample, effect, term, kind, kind, kind, "", 1.0, generator.normal(0, 0.2)))
            for term, kind, given in ((UNSTATED_TERM, "unstated", 0.4), (BASE_TERM, "base", 1.1)):
                rows.append((sample, effect, term, kind, term, term, "", np.nan, given))
    return pd.DataFrame(rows, columns=list(TERM_COLUMNS))


def _make_scores(terms: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that the contributions add up to."""
    rows = []
    for (sample, effect), part in terms.groupby(["sample", "effect"], sort=False):
        score = float(part["contribution"].sum())
        chance = 1 / (1 + np.exp(-0.6 * score))
        low, high = max(0.0, chance - 0.15), min(1.0, chance + 0.1)
        verdict = "more than usual" if low > 0.5 else "less than usual" if high < 0.5 else "usual"
        inside = "long-winded" not in sample
        reason = "" if inside else "cell source 'menstrual_blood' stands in 1 of the training studies"
        unknown = "WharTon-Factor<b>; XYZ-12" if sample == SCRIPT else ""
        drivers = "VEGFA (elevated) +0.41; cell source: adipose tissue -0.10"
        rows.append(
            (sample, effect, score, chance, low, high, verdict, 61.5, inside, reason, 4, unknown, "", drivers)
        )
    return pd.DataFrame(rows, columns=list(SCORE_COLUMNS))


@pytest.fixture
def samples():
    return SAMPLES


@pytest.fixture(params=range(len(SAMPLES)))
def sample(request):
    return SAMPLES[request.param]


@pytest.fixture(params=EFFECTS)
def effect(request):
    return request.param


@pytest.fixture
def make_terms():
    return _make_terms


@pytest.fixture
def make_scores():
    return _make_scores


@pytest.fixture
def terms():
    return _make_terms(SAMPLES)


@pytest.fixture
def scores(terms):
    return _make_scores(terms)


@pytest.fixture
def corpus_terms():
    return _make_terms(tuple(f"study{i:03d}/arm" for i in range(60)), seed=1)


@pytest.fixture
def metrics():
    rows = []
    for number, model in enumerate(MODELS):
        for effect in (*EFFECTS, "all"):
            for metric in METRICS if effect != "all" else ("concordance",):
                value = 0.7 - 0.03 * number
                rows.append((model, effect, metric, value, value - 0.1, value + 0.1, 120, 80))
    return pd.DataFrame(rows, columns=["model", *METRIC_COLUMNS])


@pytest.fixture
def summary(metrics):
    return ModelSummary(
        name="default",
        model="xgboost",
        recipe={"name": "default", "folds": 5, "blocks": ["factors"], "settings": {}},
        metrics=metrics,
        studies=367,
        evidence_digest="a5" * 32,
        bundle_digest="3f" * 32,
        versions={"secretome-ml": "0.1.0", "xgboost": "3.2.0"},
    )


STUDY = {
    "study": "s-1", "arm": "own_<b>arm</b>", "title": "A <i>title</i>", "doi": "10.1000/x", "locator": "",
    "year": 2019, "shared": 0.75, "shared_facts": "MSC, hypoxia", "result": "beneficial",
    "side": "supports", "itself": False,
}  # fmt: skip


@pytest.fixture
def make_report(summary):
    """Return a function from terms to a report about made-up samples."""

    def make(terms, **changes):
        scores = _make_scores(terms)
        samples = list(dict.fromkeys(scores["sample"]))
        told = samples[:IN_FULL]
        context = pd.DataFrame({"cell_source": "adipose"}, index=pd.Index(samples, name="sample"))
        factors = [{"sample": s, "name": "VEGF", "factor": "VEGFA", "state": "elevated"} for s in samples]
        unknown = [{"sample": samples[0], "name": "WharTon-Factor<b>", "reason": "unknown"}]
        profiles = make_profiles(
            context, factors=factors, unknown=unknown, notes=("Levels are relative to <b>CTRL</b>.",)
        )
        origin = Origin("Four <i>preparations</i>.csv", "canonical_wide", "sheet.csv", "CTRL")
        spread = terms[terms["sample"].isin(told)]
        spread = spread.assign(low=spread["contribution"] - 0.1, high=spread["contribution"] + 0.1)
        spread = spread.assign(same_sign=np.where(spread["term"] == "HGF", 0.5, 1.0))
        studies = pd.DataFrame([{"sample": s, "effect": e, **STUDY} for s in told for e in EFFECTS])
        given = {
            "profiles": replace(profiles, origins=(origin,)),
            "scores": scores,
            "terms": terms,
            "spread": spread.assign(stable=spread["same_sign"] >= 0.9),
            "studies": studies,
            "prevalence": {e: Estimate(0.84, 0.81, 0.87, 300, 200) for e in EFFECTS},
            "panel": pd.DataFrame(columns=list(RESULT_COLUMNS)),
            "asked": pd.DataFrame(columns=list(ASKED_COLUMNS)),
            "panel_source": "the shipped tables",
            "important": ("VEGFA",),
            "refits": 20,
            "summary": summary,
        }
        return Report(**{**given, **changes})

    return make


@pytest.fixture
def report(make_report, terms):
    return make_report(terms)
