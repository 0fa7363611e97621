import io

import pandas as pd
import pytest
from rich.console import Console

from secretome_ml.recipe import Recipe
from secretome_ml.report.card import model_card
from secretome_ml.report.tables import join_metrics, results_table, scores_table

STATS = {
    "studies": 367,
    "arms": 707,
    "outcomes": 1056,
    "headline_beneficial_share": 0.85,
    "by_cell_source": {"adipose": 200, "heart": 2, "not stated": 4},
    "by_effect": {"angiogenic": {"beneficial": 130, "null": 14, "comparisons": 62}},
    "thin": {"angiogenic": ["heart"]},
    "digest": "a5" * 32,
}


CELLS = pd.DataFrame(
    {
        "cell_source": ["adipose", "heart"],
        "product": ["ev", "cells"],
        "preconditioning": ["hypoxia", "not stated"],
        "arms": [12, 2],
        "outcomes": [15, 3],
        "studies": [9, 2],
        "observed": [0.8, float("nan")],
        "predicted": [0.85, float("nan")],
        "brier": [0.16, float("nan")],
    }
)


def printed(table, width):
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(table)
    return stream.getvalue()


@pytest.fixture
def by_model(metrics):
    return {m: part.drop(columns="model") for m, part in metrics.groupby("model", sort=False)}


def test_card_tells_everything(metrics):
    card = model_card(Recipe(model="xgboost"), metrics, STATS, {"depth": 4, "note": "<b>a|b</b>"}, CELLS)
    for words in (
        "367 published studies",
        "a study is never on both sides",
        "not a clinical device",
        "a5" * 32,
        "| AUROC | **0.700** (0.600 to 0.800) |",
        "known factor list",
        "depth: 4",
        "five or more arms tested only from adipose",
        "How to cite",
        "| adipose | ev | hypoxia | 12 | 15 | 9 | 0.80 | 0.85 | 0.16 |",
        "1 other kinds have fewer than 10 tested arms each (3 outcomes): too few to say.",
    ):
        assert words in card
    assert "<b>" not in card
    assert card == model_card(
        Recipe(model="xgboost"), metrics, STATS, {"note": "<b>a|b</b>", "depth": 4}, CELLS
    )


def test_card_says_where_the_model_fails(metrics):
    worse = metrics.assign(value=metrics["value"].where(metrics["model"] != "xgboost", 0.4))
    worse["low"] = worse["value"] - 0.1
    card = model_card(Recipe(model="xgboost"), worse, STATS, {}, CELLS)
    assert "angiogenic: does not beat the best baseline in AUROC and concordance of arms." in card
    assert "AUROC and concordance of arms cannot be told from chance" in card


def test_results_table_marks_the_best_and_fits_a_terminal(by_model):
    text = printed(results_table(by_model), 80)
    assert max(map(len, text.splitlines())) <= 80
    for words in ("inflammatory", "★ .700", ".60–.80", "log loss ↓", "n = 120", "preva-", "90 % interval"):
        assert words in text
    assert "…" not in text
    log_loss = next(line for line in text.splitlines() if line.startswith("log loss"))
    assert log_loss.index("★") > log_loss.index(".700")


def test_scores_table_shows_names_as_they_are(scores):
    renamed = scores.assign(sample=scores["sample"].replace("AD-MSC hypoxia 48 h", "[red]x[/red]"))
    text = printed(scores_table(renamed), 100)
    assert "[red]x[/red]" in text
    assert "anti-fibrotic" in text
    assert "outside what the model has seen" in text
    assert max(map(len, printed(scores_table(scores), 80).splitlines())) <= 80


def test_joined_metrics_name_their_model(by_model):
    joined = join_metrics(by_model)
    assert list(joined["model"].unique()) == list(by_model)
