"""Resistance to angiogenesis inhibitors: a reversible bypass through mTOR."""

from __future__ import annotations


def bypass_rate(B, I, onset, decay, release):
    """Change of bypass activity B in 0..1: it builds up under inhibition I and decays only when I is gone.

    The release factor release^4 / (release^4 + I^4) keeps on-drug build-up and off-drug decay apart.
    """
    released = release * release * release * release
    inhibition = I * I * I * I
    return onset * I * (1.0 - B) - decay * (released / (released + inhibition)) * B


def bypassed(I, B, strength, M):
    """Inhibition that is left when bypass B is blocked by the share M: I (1 - strength B (1 - M))."""
    return I * (1.0 - strength * B * (1.0 - M))
