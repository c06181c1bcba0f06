"""Hazards that grow with disease burden."""

from __future__ import annotations

from ..numerics.elementwise import exp, log


def burden_hazard(burden, reference, hazard, exponent):
    """Hazard per day, hazard * (burden / reference)^exponent."""
    return hazard * exp(exponent * log(burden / reference))
