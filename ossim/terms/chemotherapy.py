"""Cytotoxic drugs that kill at a rate which levels off with their amount, and an effect that wanes."""

from __future__ import annotations

from ossim.numerics.elementwise import exp, minimum


def killed_share(A, beta):
    """Share 1 - exp(-beta A) of the largest kill rate at the amount A of a drug (Le 2021)."""
    return 1.0 - exp(-beta * A)


def waning(t, f, a):
    """Factor f + 1/a - min(t, f a)/a that falls from f + 1/a to 1/a within f a days (Le 2021, methotrexate)."""
    return f + 1.0 / a - minimum(t, f * a) / a
