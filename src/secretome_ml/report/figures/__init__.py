"""Figures that a journal would take; each function returns a matplotlib `Figure`."""

from secretome_ml.report.figures.beeswarm import beeswarm
from secretome_ml.report.figures.dependence import dependence
from secretome_ml.report.figures.importance_bar import importance_bar
from secretome_ml.report.figures.matrix import effect_matrix, matrix_figure
from secretome_ml.report.figures.metrics_forest import metrics_forest
from secretome_ml.report.figures.predictions import predictions_figure
from secretome_ml.report.figures.reliability import reliability, reliability_bins
from secretome_ml.report.figures.stability import stability_figure, stability_rows
from secretome_ml.report.figures.waterfall import waterfall, waterfall_steps

__all__ = [
    "beeswarm",
    "dependence",
    "effect_matrix",
    "importance_bar",
    "matrix_figure",
    "metrics_forest",
    "predictions_figure",
    "reliability",
    "reliability_bins",
    "stability_figure",
    "stability_rows",
    "waterfall",
    "waterfall_steps",
]
