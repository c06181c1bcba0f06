"""Hazards that grow with disease burden or change with time."""

from __future__ import annotations

from ossim.numerics.elementwise import exp, log, pow, where_positive


def burden_hazard(burden, reference, hazard, exponent, log_factor):
    """Hazard per day, hazard * (burden / reference)^exponent * e^log_factor."""
    return hazard * exp(exponent * log(burden / reference) + log_factor)


def weibull_hazard(t, rate, shape, scale):
    """rate * shape * (t / scale)^(shape - 1) for t > 0: the time that shapes the hazard is counted in `scale`.

    The cumulative hazard is (rate t)^shape with the scale 1 / rate, and rate u (t / u)^shape with u, a unit of time.
    """
    return where_positive(t, rate * shape * pow(t / scale, shape - 1.0), 0.0)
