"""Growth laws of a tumor without treatment: volume per day from volume."""

from __future__ import annotations

from ..numerics.elementwise import log, maximum, pow


def exponential_growth(V, a):
    """a V: constant doubling time ln(2) / a."""
    return a * V


def logistic_growth(V, a, K):
    """a V (1 - V/K) (Verhulst 1838)."""
    return a * V * (1.0 - V / K)


def gompertz_growth(V, a, K):
    """a V ln(K/V) (Gompertz 1825; for tumors Laird 1964, doi 10.1038/bjc.1964.55)."""
    return a * V * log(K / V)


def generalized_logistic_growth(V, a, K, theta):
    """(a / theta) V (1 - (V/K)^theta) (Richards 1959): logistic at theta = 1, Gompertz as theta goes to 0."""
    return a / theta * V * (1.0 - pow(V / K, theta))


def crowding(T, capacity):
    """Share of the growth rate left at burden T, 1 - T/capacity, zero beyond the capacity."""
    return maximum(1.0 - T / capacity, 0.0)
