"""Calibration, intervals, applicability domain."""
