"""Figures that a journal would take; each function returns a matplotlib `Figure`."""

from secretome_ml.reporting.figures.beeswarm import beeswarm
from secretome_ml.reporting.figures.dependence import dependence
from secretome_ml.reporting.figures.importance_bar import importance_bar
from secretome_ml.reporting.figures.metrics_forest import metrics_forest
from secretome_ml.reporting.figures.reliability import reliability, reliability_bins
from secretome_ml.reporting.figures.waterfall import waterfall, waterfall_steps

__all__ = [
    "beeswarm",
    "dependence",
    "importance_bar",
    "metrics_forest",
    "reliability",
    "reliability_bins",
    "waterfall",
    "waterfall_steps",
]
