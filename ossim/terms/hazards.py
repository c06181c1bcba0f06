"""Hazards that grow with disease burden."""

from __future__ import annotations

from ..numerics.elementwise import exp, log


def burden_hazard(burden, reference, hazard, exponent, log_factor):
    """Hazard per day, hazard * (burden / reference)^exponent * e^log_factor."""
    return hazard * exp(exponent * log(burden / reference) + log_factor)
