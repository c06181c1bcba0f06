"""Vessels and oxygen: perfusion, oxygenation, the loss of vessels to endogenous inhibitors, drug delivery."""

from __future__ import annotations

from ossim.numerics.elementwise import exp, log, pow


def oxygenation(q, midpoint):
    """Oxygenation in 0..1 from the perfusion per viable cell relative to baseline: q^2 / (q^2 + midpoint)."""
    squared = q * q
    return squared / (squared + midpoint)


def surface_scaled_loss(ratio, share):
    """Factor on vessel loss as endogenous inhibitor accumulates: 1 - share + share * (T/T(0))^(2/3).

    The exponent is the surface-to-volume argument of Hahnfeldt et al. 1999 (Cancer Res 59:4770-4775), eq. 2.
    """
    return 1.0 - share + share * exp((2.0 / 3.0) * log(ratio))


def delivery(q, immature, mature, ratio_baseline, penalty):
    """Drug delivery relative to baseline: perfusion, less what leaky immature vessels lose to interstitial pressure.

    That is q (1 + penalty r0) / (1 + penalty r) with r the ratio of immature to mature vessels. Its rise while
    immature vessels are pruned first is the normalization window (Jain 2005, doi 10.1126/science.1104819).
    """
    return q * (1.0 + penalty * ratio_baseline) * mature / (mature + penalty * immature)


def hahnfeldt_support(V, K, b, d):
    """Net growth of the carrying capacity, b V - d K V^(2/3) (Hahnfeldt et al. 1999, eq. 3)."""
    return b * V - d * K * pow(V, 2.0 / 3.0)


def donofrio_gandolfi_support(V, K, b, d):
    """Net growth of the carrying capacity where stimulation is proportional to it, K (b - d V^(2/3)).

    d'Onofrio & Gandolfi 2004 (Math Biosci 191:159-184).
    """
    return K * (b - d * pow(V, 2.0 / 3.0))


def ergun_support(K, b, d):
    """Net growth of the carrying capacity by itself, b K^(2/3) - d K^(4/3).

    Ergun, Camphausen & Wein 2003 (Bull Math Biol 65:407-424).
    """
    return b * pow(K, 2.0 / 3.0) - d * pow(K, 4.0 / 3.0)
