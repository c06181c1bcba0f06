"""Malthus rate of a seeding population: the rate at which its number grows in the end.

It is the root L of the renewal integral, integral_0^inf w X(s)^p exp(-L s) ds = 1, where X(s) is the size at age s.
"""

from __future__ import annotations

from math import isinf

import numpy as np
from numpy.polynomial.legendre import leggauss

from ossim.errors import InputError
from ossim.numerics.size_structured.flow import Flow, log_size

_PANELS, _NODES = 96, 16
_SETTLED = 45.0  # a s from which growth has ended in double precision
_MOST_STEPS = 200
_TOLERANCE = 1e-15


def malthus_rate(flow: Flow, power: float, weight: float) -> float:
    """Return the Malthus rate [1/day] of a population that grows by `flow`, with its first growth factor for ever.

    Parameters
    ----------
    power : exponent p of the size in the rate of seeding
    weight : w [1/day]

    Raises
    ------
    InputError
        Nobody seeds, or growth is exponential (the integral then has no end of its own) or stands still.

    References
    ----------
    Barbolosi D, Benabdallah A, Hubert F, Verga F, 2009, Discrete Contin Dyn Syst B 12:731 (existence).
    """
    factor = float(flow.factors[0])
    if isinf(flow.log_limit) or factor == 0.0 or not weight > 0.0:
        raise InputError("Malthus rate: needs seeding above 0 and growth that has a largest size")
    ages, shares = _quadrature(_SETTLED / (flow.rate * factor))
    log_births = np.log(weight) + power * log_size(flow, factor * ages) + np.log(shares)
    log_last = np.log(weight) + power * flow.log_limit

    def excess(log_rate: float) -> tuple[float, float]:
        """ln of the renewal integral and its slope in ln L."""
        rate = np.exp(log_rate)
        terms = np.exp(log_births - rate * ages)
        tail = np.exp(log_last - rate * ages_end) / rate
        total = terms.sum() + tail
        slope = -(rate * (terms * ages).sum() + tail * (1.0 + rate * ages_end))
        return float(np.log(total)), float(slope / total)

    ages_end = _SETTLED / (flow.rate * factor)
    found = np.log(flow.rate * factor)
    for _ in range(_MOST_STEPS):
        value, slope = excess(found)
        step = np.clip(value / slope, -1.0, 1.0)
        found -= step
        if abs(step) <= _TOLERANCE * max(1.0, abs(found)):
            break
    return float(np.exp(found))


def _quadrature(end: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on panels of [0, end], narrow near 0 where births begin."""
    edges = end * np.linspace(0.0, 1.0, _PANELS + 1) ** 2
    nodes, weights = leggauss(_NODES)
    half = 0.5 * np.diff(edges)[:, None]
    return (edges[:-1, None] + half * (nodes + 1.0)).ravel(), (half * weights).ravel()
