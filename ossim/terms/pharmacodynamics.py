"""Effects of drug exposure: occupancy of a target, Emax, and the part of an effect that a bypass takes away."""

from __future__ import annotations

from ossim.numerics.elementwise import pow, where_positive


def occupancy(x):
    """Share of a target that is inhibited, x / (1 + x), with x the sum of concentration / IC50 over its drugs.

    Drugs on one target compete: their potency-normalized exposures add before the effect saturates (Loewe additivity;
    Gaddum 1937, doi 10.1113/jphysiol.1937.sp003481).
    """
    return x / (1.0 + x)


def sigmoid_effect(x, half, hill):
    """Sigmoid Emax effect of an exposure x with Emax 1: x^hill / (half^hill + x^hill) for x > 0, else 0 (Hill 1910)."""
    raised = pow(x, hill)
    return where_positive(x, raised / (pow(half, hill) + raised), 0.0)
