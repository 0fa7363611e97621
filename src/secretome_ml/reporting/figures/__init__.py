"""Figures that a journal would take; each function returns a matplotlib `Figure`."""

from secretome_ml.reporting.figures.beeswarm import beeswarm
from secretome_ml.reporting.figures.dependence import dependence
from secretome_ml.reporting.figures.importance_bar import importance_bar
from secretome_ml.reporting.figures.matrix import effect_matrix, matrix_figure
from secretome_ml.reporting.figures.metrics_forest import metrics_forest
from secretome_ml.reporting.figures.predictions import predictions_figure
from secretome_ml.reporting.figures.published import published_figure
from secretome_ml.reporting.figures.reliability import reliability, reliability_bins
from secretome_ml.reporting.figures.stability import stability_figure, stability_rows
from secretome_ml.reporting.figures.waterfall import waterfall, waterfall_steps

__all__ = [
    "beeswarm",
    "dependence",
    "effect_matrix",
    "importance_bar",
    "matrix_figure",
    "metrics_forest",
    "predictions_figure",
    "published_figure",
    "reliability",
    "reliability_bins",
    "stability_figure",
    "stability_rows",
    "waterfall",
    "waterfall_steps",
]
