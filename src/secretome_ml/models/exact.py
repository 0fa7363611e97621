"""Arithmetic that gives the same bits on every processor.

Sums of a linear algebra library follow the kernel that it picks for the processor, and the exponential of the
C library and of NumPy differ in the last digit with the instructions at hand. Addition, multiplication,
division and rounding of single numbers do not (IEEE 754), nor do sums whose order is fixed. Whatever ends in
a bundle is worked out with these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Digits after the point that a fit is certain of; a bundle keeps no more.
DIGITS = 6

_PER_LN2 = 1.4426950408889634
# The logarithm of two in two parts; the first has so few bits that its small multiples are exact.
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
_FURTHEST = 700.0
# 1 / n!, highest power first: on the half of a binade either side of zero the rest lies below one unit.
_TAYLOR = tuple(1.0 / np.cumprod(np.arange(1.0, 14.0))[::-1])


def exp(values: Array) -> Array:
    """Return e to the power of values, to one unit in the last place; beyond +-700 that of +-700.

    Examples
    --------
    >>> exp(np.array([0.0, 1.0])).round(12).tolist()
    [1.0, 2.718281828459]
    """
    power = np.clip(values, -_FURTHEST, _FURTHEST)
    binades = np.rint(power * _PER_LN2)
    rest = (power - binades * _LN2_HIGH) - binades * _LN2_LOW
    found = np.full_like(rest, _TAYLOR[0])
    for coefficient in (*_TAYLOR[1:], 1.0):
        found *= rest
        found += coefficient
    scaled: Array = np.ldexp(found, binades.astype(np.int32))
    return scaled


def expit(values: Array) -> Array:
    """Return the logistic function of values.

    Examples
    --------
    >>> expit(np.array([0.0, 800.0])).tolist()
    [0.5, 1.0]
    """
    return 1.0 / (1.0 + exp(-values))


def total(values: Array) -> float:
    """Return the sum of values, added in their order.

    Examples
    --------
    >>> total(np.array([0.5, 0.25]))
    0.75
    """
    return float(np.add.accumulate(values)[-1]) if len(values) else 0.0


def certain(values: Array) -> Array:
    """Return values with the digits that a fit is certain of; never a negative zero."""
    rounded: Array = np.round(values, DIGITS) + 0.0
    return rounded
