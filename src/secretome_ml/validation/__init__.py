"""Splits that leak nothing, nested cross-validation, metrics with intervals over studies."""
