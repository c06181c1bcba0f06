"""Endpoints that are a time to an event of each patient, and shares of patients: their statistics and errors."""

from __future__ import annotations

from abc import abstractmethod
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field
from scipy.stats import norm

from ossim.endpoints.base import MEDIAN, RATE, RESTRICTED_MEAN, Endpoint, Estimate
from ossim.endpoints.landmark import ESTIMATORS, event_free_rate
from ossim.endpoints.survival import kaplan_meier, median_time, restricted_mean
from ossim.errors import unknown
from ossim.sections.base import Section


class SurvivalOptions(Section):
    """Options of a time to an event."""

    estimator: str = Field(default="kaplan_meier", description=f"of a rate: {', '.join(ESTIMATORS)}")


class SurvivalEndpoint(Endpoint):
    """A time to an event of each patient; a file gives `events`."""

    Options = SurvivalOptions
    statistics = MappingProxyType({MEDIAN: False, RESTRICTED_MEAN: True, RATE: True})
    unit = MappingProxyType({MEDIAN: "day", RESTRICTED_MEAN: "day", RATE: "1"})

    @abstractmethod
    def events(self, ds: xr.Dataset, options: Any, failed: str) -> xr.Dataset:
        """Return `time` [day] and `event` of each patient, dims (arm, patient)."""

    def estimate(
        self, ds: xr.Dataset, statistic: str, time: float | None, options: Any, failed: str = "raise"
    ) -> Estimate:
        """Return the median, the restricted mean or the rate free of the event at a time, of every arm."""
        events = self.events(ds, options, failed)
        if statistic == RATE:
            assert time is not None
            rate = event_free_rate(events, time, estimator=options.estimator)
            return share_estimate(rate["rate"].values, rate["n"].values)
        groups = list(zip(events["time"].values, events["event"].values, strict=True))
        if statistic == RESTRICTED_MEAN:
            assert time is not None
            found = [_with_error(*restricted_mean(*group, time)) for group in groups]
        elif statistic == MEDIAN:
            found = [_median(*group) for group in groups]
        else:
            raise unknown("statistic", statistic, self.statistics)
        value, error = np.array(found, float).reshape(-1, 2).T
        return Estimate(value, error)


def share_estimate(rate: NDArray[np.float64], n: NDArray[np.float64]) -> Estimate:
    """Return a share of `n` patients with its binomial standard error, NaN without patients."""
    rate, n = np.asarray(rate, float), np.asarray(n, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return Estimate(rate, np.where(n > 0, np.sqrt(rate * (1 - rate) / n), np.nan))


def _median(time: NDArray[np.float64], event: NDArray[np.bool_]) -> tuple[float, float]:
    """Median of one group and its standard error, from the width of its interval."""
    if np.isnan(time).all():
        return np.nan, np.nan
    return _with_error(*median_time(kaplan_meier(time, event)))


def _with_error(value: float, low: float, high: float) -> tuple[float, float]:
    """A value and its standard error, from the width of its 95 % interval."""
    return value, (high - low) / (2 * norm.ppf(0.975))
