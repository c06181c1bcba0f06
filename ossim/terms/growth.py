"""Growth laws of a tumor without treatment: volume per day from volume."""

from __future__ import annotations

from ossim.numerics.elementwise import log, maximum, minimum, pow


def exponential_growth(V, a):
    """a V: constant doubling time ln(2) / a."""
    return a * V


def logistic_growth(V, a, K):
    """a V (1 - V/K) (Verhulst 1838)."""
    return a * V * (1.0 - V / K)


def gompertz_growth(V, a, K):
    """a V ln(K/V) (Gompertz 1825; for tumors Laird 1964, doi 10.1038/bjc.1964.55)."""
    return a * V * log(K / V)


def crowding(T, capacity):
    """Share of the growth rate left at burden T, 1 - T/capacity, zero beyond the capacity."""
    return maximum(1.0 - T / capacity, 0.0)


def mendelsohn_growth(V, a, b):
    """a V^b (Mendelsohn 1963): a power of the volume, between linear (b = 0) and exponential (b = 1)."""
    return a * pow(V, b)


def linear_limited_growth(V, a, b):
    """a V / (V + b): exponential at the rate a/b while small, linear with slope a when large (Murphy et al. 2016)."""
    return a * V / (V + b)


def surface_growth(V, a, b):
    """a V / (V + b)^(1/3): exponential while small, through its surface when large (Murphy et al. 2016)."""
    return a * V / pow(V + b, 1.0 / 3.0)


def gompertz_offset_growth(V, a, b, c):
    """a V ln(b / (V + c)): Gompertz growth that stays finite at the volume zero (Murphy et al. 2016)."""
    return a * V * log(b / (V + c))


def bertalanffy_growth(V, a, b):
    """a V^(2/3) - b V: gain through the surface, loss in the volume (von Bertalanffy 1957)."""
    return a * pow(V, 2.0 / 3.0) - b * V


def generalized_logistic_growth(V, lam, K, alpha):
    """(lam/alpha) V (1 - (V/K)^alpha): logistic at alpha 1, Gompertz in the limit of alpha 0 (Richards 1959)."""
    return lam / alpha * V * (1.0 - pow(V / K, alpha))


def exponential_linear_growth(x, w, l0, l1, psi):
    """l0 x / (1 + (l0 w / l1)^psi)^(1/psi): exponential at the rate l0, then linear with slope l1 (Simeoni 2004).

    `x` is the part of the tumor of weight `w` that grows. The larger of l0 w / l1 and 1 is taken out of the power, so
    that no weight overflows it.
    """
    ratio = maximum(l0 * w / l1, 0.0)
    larger = maximum(ratio, 1.0)
    smaller = minimum(ratio, 1.0) / larger
    return l0 * x / (larger * pow(1.0 + pow(smaller, psi), 1.0 / psi))
