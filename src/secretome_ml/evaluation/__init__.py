"""Splits by study, metrics with intervals, nested cross-validation."""
