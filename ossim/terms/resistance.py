"""Resistance to angiogenesis inhibitors: a reversible bypass through mTOR."""

from __future__ import annotations


def bypass_release(I, half):
    """How far the bypass is free to decay under inhibition I: half^4 / (half^4 + I^4), 1 without drug."""
    free = half * half * half * half
    return free / (free + I * I * I * I)


def bypass_rate(B, I, onset, decay, release):
    """Change of bypass activity B in 0..1: it builds up under inhibition I and decays only when I is gone.

    With `release` from `bypass_release`, on-drug build-up and off-drug decay stay apart.
    """
    return onset * I * (1.0 - B) - decay * release * B


def bypassed(I, B, strength, M):
    """Inhibition that is left when bypass B is blocked by the share M: I (1 - strength B (1 - M))."""
    return I * (1.0 - strength * B * (1.0 - M))
