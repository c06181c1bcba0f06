"""Cells lost to cytotoxic drugs: log-kill, Norton-Simon, and kill that saturates with the concentration."""

from __future__ import annotations

from ossim.numerics.elementwise import log, maximum, pow


def log_kill(N, c, k):
    """k c N: a concentration takes the same share of the cells whatever their number (Skipper et al. 1964)."""
    return k * c * N


def logs_killed(auc, k):
    """k AUC / ln 10: powers of ten that log-kill takes by the exposure `auc`, growth apart."""
    return k * auc / log(10.0)


def norton_simon(growth, L):
    """growth (1 - L): the net growth under a kill in proportion to growth (Norton and Simon 1977, 1986).

    At the level L = 1 a tumor of any size and of any growth law stands still; above it, fast tumors shrink fastest.
    """
    return growth * (1.0 - L)


def hill_kill(N, c, kmax, ec50, n):
    """kmax c^n / (ec50^n + c^n) N: kill that saturates, half of its maximum at the concentration ec50."""
    x = pow(maximum(c, 0.0) / ec50, n)
    return kmax * x / (1.0 + x) * N


def emax_kill(N, c, kmax, ec50):
    """kmax c / (ec50 + c) N: `hill_kill` with the exponent 1."""
    return kmax * c / (ec50 + c) * N
