"""Laws of drugs on their way: body size, exchange between compartments, a liver that is passed, a gate in time."""

from __future__ import annotations

from ossim.numerics.elementwise import maximum, pow


def allometric(typical, WT, WT_ref, exponent):
    """Clearance or volume of a body of weight WT, typical (WT / WT_ref)^exponent (Anderson and Holford 2008)."""
    return typical * pow(WT / WT_ref, exponent)


def exchange(A1, V1, A2, V2, Q):
    """Net flow Q (A1/V1 - A2/V2) from the central to the peripheral compartment [mg/day]."""
    return Q * (A1 / V1 - A2 / V2)


def liver_concentration(inflow, Q, CL):
    """Concentration inflow / (Q + CL) in a well-stirred liver at rest: what enters leaves with the blood or is cleared.

    Rowland M, Benet LZ, Graham GG. J Pharmacokinet Biopharm 1973; 1:123-136.
    """
    return inflow / (Q + CL)


def opening(age, onset, steepness):
    """Share of a gate that is open at `age` after a dose, age^n / (onset^n + age^n): a switch at `onset`."""
    x = maximum(age / onset, 1e-9)  # the power has a derivative at the dose itself, too
    return pow(x, steepness) / (1.0 + pow(x, steepness))
