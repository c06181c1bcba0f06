"""Share of patients free of an event at a landmark, by the three estimators that trials print."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ossim.endpoints.intervals import clopper_pearson
from ossim.endpoints.survival import kaplan_meier, survival_at
from ossim.errors import InputError

ESTIMATORS = ("binomial", "kaplan_meier", "naive")


def event_free_rate(
    events: xr.Dataset, at: float, *, estimator: str = "kaplan_meier", confidence_level: float = 0.95
) -> xr.Dataset:
    """Return the share of patients of each arm free of the event at a landmark; an event at it is a failure.

    Parameters
    ----------
    events : Dataset with `time` [day] and `event`, dims (arm, patient), as an endpoint returns it
    at : landmark [day]; a month has 30.44 days
    estimator : "binomial" (censored before the landmark = failure), "kaplan_meier", or "naive" (those censored
        before it leave the denominator)
    confidence_level : of the interval, log-log for Kaplan-Meier and exact (Clopper-Pearson) for the others

    Returns
    -------
    Dataset with `rate`, `ci_low`, `ci_high`, `k` (seen event-free at the landmark) and `n` (denominator), dims (arm,)
    """
    if estimator not in ESTIMATORS:
        raise InputError(f"estimator is one of {', '.join(ESTIMATORS)}, not '{estimator}'")
    time, event = (events[name].transpose("arm", "patient").values for name in ("time", "event"))
    subject = ~np.isnan(time)
    free = subject & ((time > at) | ((time == at) & ~event))
    failed = subject & event & (time <= at)
    k = free.sum(axis=1)
    n = (free | failed).sum(axis=1) if estimator == "naive" else subject.sum(axis=1)
    if estimator == "kaplan_meier":
        curves = [
            survival_at(kaplan_meier(time[arm], event[arm], confidence_level=confidence_level), at).isel(time=0)
            for arm in range(len(time))
        ]
        rate, low, high = (
            np.array([float(curve[name]) for curve in curves]) for name in ("survival", "ci_low", "ci_high")
        )
    else:
        low, high = clopper_pearson(k, n, confidence_level)
        rate = np.where(n > 0, k / np.maximum(n, 1), np.nan)
    return xr.Dataset(
        {
            "rate": ("arm", rate, {"units": "1", "long_name": f"event-free at {at:g} d"}),
            "ci_low": ("arm", low, {"units": "1"}),
            "ci_high": ("arm", high, {"units": "1"}),
            "k": ("arm", k),
            "n": ("arm", n),
        },
        coords={"arm": events["arm"]},
        attrs={"landmark": float(at), "estimator": estimator, "confidence_level": confidence_level},
    )
