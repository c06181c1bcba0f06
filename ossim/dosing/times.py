"""Dose times without drift: multiples of exact fractions, each rounded to a double once."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

_EXACT_INTEGERS = 2**53  # a double holds every integer up to here


def exact_times(first: Fraction, step: Fraction, count: int) -> np.ndarray:
    """Return the doubles nearest to ``first + k step`` [day] for k below `count`, shape (count,)."""
    denominator = math.lcm(first.denominator, step.denominator)
    start, stride = int(first * denominator), int(step * denominator)
    if max(denominator, abs(start) + abs(stride) * count) < _EXACT_INTEGERS:
        # Both sides are exact doubles, so that the one division rounds correctly.
        return (start + stride * np.arange(count, dtype=np.int64)) / denominator
    return np.array([(start + stride * k) / denominator for k in range(count)], dtype=np.float64)


def count_before(first: Fraction, step: Fraction, end: Fraction) -> int:
    """Return how many of ``first + k step`` lie before `end`."""
    return max(math.ceil((end - first) / step), 0)
