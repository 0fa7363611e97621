"""Small made-up inputs with the names that make trouble."""

import numpy as np
import pandas as pd
import pytest

from secretome_ml.evaluation.metrics import METRIC_COLUMNS
from secretome_ml.explanation.contributions import BASE_TERM, TERM_COLUMNS
from secretome_ml.model import SCORE_COLUMNS
from secretome_ml.reporting.summary import ModelSummary

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
    ("cell_source=adipose", "cell_source"),
    ("hypoxia", "preconditioning"),
    ("product=exosome", "product"),
    ("known factors measured", "knowledge"),
)


def _make_terms(samples: tuple[str, ...], seed: int = 0) -> pd.DataFrame:
    """Return contributions as `explain_margin` gives them."""
    generator = np.random.default_rng(seed)
    rows = []
    for sample in samples:
        for effect in EFFECTS:
            for factor in _FACTORS:
                value = generator.choice([np.nan, -1.0, 0.0, 1.0, 2.0])
                rows.append((sample, effect, factor, "factor", value, generator.normal(0, 0.3)))
            for term, kind in _OTHERS:
                value = generator.choice([0.0, 1.0, np.nan])
                rows.append((sample, effect, term, kind, value, generator.normal(0, 0.2)))
            rows.append((sample, effect, BASE_TERM, "context", np.nan, 1.1))
    return pd.DataFrame(rows, columns=list(TERM_COLUMNS))


def _make_scores(terms: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that the contributions add up to."""
    rows = []
    for (sample, effect), part in terms.groupby(["sample", "effect"], sort=False):
        score = float(part["contribution"].sum())
        chance = 1 / (1 + np.exp(-0.6 * score))
        low, high = max(0.0, chance - 0.15), min(1.0, chance + 0.1)
        verdict = "likely" if low > 0.5 else "unlikely" if high < 0.5 else "uncertain"
        inside = "long-winded" not in sample
        reason = "" if inside else "cell source 'menstrual_blood' stands in 1 of the training studies"
        unknown = "WharTon-Factor<b>; XYZ-12" if sample == SCRIPT else ""
        drivers = "VEGFA +0.41; cell_source=adipose -0.10"
        rows.append(
            (sample, effect, score, chance, low, high, verdict, 61.5, inside, reason, 4, unknown, drivers)
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
