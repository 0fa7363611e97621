"""Benchmarks: ratios against named references, measured in the same run; see docs/performance.md."""
