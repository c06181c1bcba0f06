"""Exact binomial intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from ossim.errors import InputError


def clopper_pearson(
    k: ArrayLike, n: ArrayLike, confidence_level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the exact (Clopper-Pearson) interval of k successes among n.

    It equals `scipy.stats.binomtest(k, n).proportion_ci()`, and also takes the fractional counts that arise when a
    paper prints only a rounded percentage.

    Parameters
    ----------
    k, n : shapes that broadcast, 0 <= k <= n
    confidence_level : between 0 and 1

    Returns
    -------
    low, high : the broadcast shape; NaN where n is 0

    References
    ----------
    Clopper, Pearson 1934, Biometrika 26:404, doi 10.1093/biomet/26.4.404.
    """
    k, n = np.broadcast_arrays(np.asarray(k, dtype=float), np.asarray(n, dtype=float))
    if not 0 < confidence_level < 1:
        raise InputError(f"confidence_level is between 0 and 1, not {confidence_level}")
    if np.any((k < 0) | (k > n)):
        raise InputError("a binomial count lies between 0 and n")
    tail = (1 - confidence_level) / 2
    # The beta quantile is undefined at the ends, where the bound is exact.
    low = np.where(k == 0, 0.0, betaincinv(np.where(k > 0, k, 1), n - k + 1, tail))
    high = np.where(k == n, 1.0, betaincinv(k + 1, np.where(k < n, n - k, 1), 1 - tail))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)
