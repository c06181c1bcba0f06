"""Cells lost to radiation: the linear-quadratic law, the repair of sublethal lesions, and equivalent doses.

A dose D leaves exp(-alpha D - G beta D^2) of the cells. The Lea-Catcheside factor G falls from 1 towards 0 as time
between doses, or a low dose rate, lets lesions be repaired (at the rate mu) before a second hit makes them lethal.

References
----------
Lea DE, Catcheside DG. The mechanism of the induction by radiation of chromosome aberrations in Tradescantia.
J Genet 1942; 44:216-245, doi 10.1007/BF02982830.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.numerics.elementwise import exp

_SERIES_BELOW = 1e-2  # here the closed form loses two digits; six terms of its series leave 1e-16


def linear_quadratic_survival(D, alpha, beta, G=1.0):
    """exp(-alpha D - G beta D^2): the surviving fraction after a dose."""
    return exp(-alpha * D - G * beta * D * D)


def linear_quadratic_kill(V, R, g, alpha, beta):
    """(alpha + 2 beta g) R V: kill at the dose rate R with g lesions unrepaired.

    With `sublethal_lesions` this is the linear-quadratic law with its Lea-Catcheside factor, for any course of R.
    """
    return (alpha + 2.0 * beta * g) * R * V


def sublethal_lesions(g, R, mu):
    """R - mu g: sublethal lesions, counted as the dose that made them, arise with the dose rate and are repaired."""
    return R - mu * g


def equivalent_dose_2gy(D, d, alpha_beta):
    """D (d + alpha/beta) / (2 + alpha/beta): the dose in fractions of 2 Gy that does what D in fractions of d does."""
    return D * (d + alpha_beta) / (2.0 + alpha_beta)


def protraction_of_exposure(mu: ArrayLike, duration: ArrayLike) -> NDArray:
    """G of one exposure at a constant dose rate, 2 (x - 1 + exp(-x)) / x^2 with x = mu * duration.

    Parameters
    ----------
    mu : rate of repair [1/day]
    duration : [day]
    """
    x = np.asarray(mu, float) * np.asarray(duration, float)
    small = x < _SERIES_BELOW
    near = np.where(small, x, 0.0)
    series = 1.0 - near / 3.0 * (1.0 - near / 4.0 * (1.0 - near / 5.0 * (1.0 - near / 6.0 * (1.0 - near / 7.0))))
    far = np.where(small, 1.0, x)
    return np.where(small, series, 2.0 * (far + np.expm1(-far)) / far**2)


def protraction_of_fractions(mu: float, times: ArrayLike, doses: ArrayLike) -> float:
    """G of short fractions, the sum over i and j of d_i d_j exp(-mu |t_i - t_j|) over the square of the total dose.

    Two equal fractions give (1 + exp(-mu T)) / 2.

    Parameters
    ----------
    mu : rate of repair [1/day]
    times : when each fraction is given [day], shape (n_fractions,)
    doses : [Gy], shape (n_fractions,)
    """
    t, d = np.asarray(times, float), np.asarray(doses, float)
    left = np.exp(-mu * np.abs(t[:, None] - t[None, :]))
    return float(d @ left @ d / d.sum() ** 2)
