"""Survival curves: Kaplan-Meier with its interval, medians, restricted means, log-rank test."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import ndtri

from ossim.errors import InputError


def kaplan_meier(time: ArrayLike, event: ArrayLike, *, confidence_level: float = 0.95) -> xr.Dataset:
    """Return the Kaplan-Meier curve of one group, with a log-log interval.

    Parameters
    ----------
    time : shape (n_patients,) [day]; NaN is not a subject
    event : shape (n_patients,), true where the event happened at `time`, false where it was censored
    confidence_level : of the pointwise interval

    Returns
    -------
    Dataset over `time` [day], 0 and every observed time: `survival`, `ci_low`, `ci_high` [1], `at_risk` (just
    before), `events` and `censored` (at that time). The interval is 1 before the first event, and NaN where the curve
    is 0.

    References
    ----------
    Kaplan, Meier 1958, J Am Stat Assoc 53:457, doi 10.1080/01621459.1958.10501452.
    Kalbfleisch, Prentice 2002, doi 10.1002/9781118032985, section 1.4 (log-log interval).
    """
    time, event = _subjects(time, event)
    grid = np.unique(np.concatenate([[0.0], time]))
    events, censored = (
        np.bincount(np.searchsorted(grid, part), minlength=grid.size) for part in (time[event], time[~event])
    )
    at_risk = time.size - np.cumsum(events + censored) + events + censored
    survival, low, high = _estimate(events, at_risk, confidence_level)
    return xr.Dataset(
        {
            "survival": ("time", survival, {"units": "1", "long_name": "event-free probability"}),
            "ci_low": ("time", low, {"units": "1", "long_name": "lower confidence bound"}),
            "ci_high": ("time", high, {"units": "1", "long_name": "upper confidence bound"}),
            "at_risk": ("time", at_risk, {"units": "1"}),
            "events": ("time", events, {"units": "1"}),
            "censored": ("time", censored, {"units": "1"}),
        },
        coords={"time": ("time", grid, {"units": "day"})},
        attrs={"n": time.size, "confidence_level": confidence_level, "interval": "log-log"},
    )


def _estimate(events: NDArray, at_risk: NDArray, confidence_level: float) -> tuple[NDArray, NDArray, NDArray]:
    """Return the curve after each time, S = prod(1 - d / n), and the bounds S^exp(-+ z se(log(-log S)))."""
    survival = np.cumprod((at_risk - events) / at_risk)
    # 1 before the first event and 0 after the last have no log-log.
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1 / np.log(survival) ** 2 * np.cumsum(events / (at_risk * (at_risk - events)))
        reach = ndtri(0.5 + confidence_level / 2) * np.sqrt(variance)
        middle = np.log(-np.log(survival))
    low, high = (np.where(survival == 1, 1.0, np.exp(-np.exp(middle + side))) for side in (reach, -reach))
    return survival, low, high


def _subjects(time: ArrayLike, event: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return times and events of the subjects, refusing negative times and empty groups."""
    times, events = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if times.ndim != 1 or times.shape != events.shape:
        shapes = f"{times.shape} and {events.shape}"
        raise InputError(f"time and event of one group have one dimension, not shapes {shapes}")
    subject = ~np.isnan(times)
    times, events = times[subject], events[subject]
    if not times.size:
        raise InputError("a survival curve needs at least one subject")
    if (times < 0).any():
        raise InputError(f"{(times < 0).sum()} times are negative")
    return times, events


def survival_at(curve: xr.Dataset, at: ArrayLike) -> xr.Dataset:
    """Return a Kaplan-Meier curve and its interval at given times; an event at a time counts as happened.

    Parameters
    ----------
    curve : Dataset of `kaplan_meier`
    at : shape (n_times,) [day]

    Returns
    -------
    Dataset over `time`; NaN after the last observation, unless the curve reached 0
    """
    at = np.atleast_1d(np.asarray(at, dtype=float))
    step = np.searchsorted(curve["time"].values, at, side="right") - 1
    there = curve[["survival", "ci_low", "ci_high"]].isel(time=np.maximum(step, 0)).assign_coords(time=at)
    observed = (at >= 0) & ((at <= curve["time"].values[-1]) | (there["survival"].values == 0))
    return there.where(xr.DataArray(observed, dims="time", coords={"time": at}))


def counts_at(curve: xr.Dataset, at: ArrayLike) -> xr.Dataset:
    """Return how many are at risk, and how many were censored or had the event before each time.

    Parameters
    ----------
    curve : Dataset of `kaplan_meier`
    at : shape (n_times,) [day]

    Returns
    -------
    Dataset over `time` with `at_risk`, `censored` and `events`, which add up to the number of subjects
    """
    at = np.atleast_1d(np.asarray(at, dtype=float))
    before = np.searchsorted(curve["time"].values, at, side="left")
    events, censored = (np.concatenate([[0], np.cumsum(curve[name].values)])[before] for name in ("events", "censored"))
    return xr.Dataset(
        {
            "at_risk": ("time", curve.attrs["n"] - events - censored),
            "censored": ("time", censored),
            "events": ("time", events),
        },
        coords={"time": at},
    )


def median_time(curve: xr.Dataset, quantile: float = 0.5) -> tuple[float, float, float]:
    """Return the median [day] of a Kaplan-Meier curve and its interval; NaN where it is not reached.

    The median is the first time the curve is at or below one half; its interval is where the band is.

    References
    ----------
    Brookmeyer, Crowley 1982, Biometrics 38:29, doi 10.2307/2530286.
    """

    def first(values: xr.DataArray) -> float:
        below = np.flatnonzero(values.values <= 1 - quantile + 1e-12)
        return float(curve["time"].values[below[0]]) if below.size else np.nan

    return first(curve["survival"]), first(curve["ci_low"]), first(curve["ci_high"])


def restricted_mean(
    time: ArrayLike, event: ArrayLike, until: float, *, confidence_level: float = 0.95
) -> tuple[float, float, float]:
    """Return the mean time restricted to a horizon, the area under the Kaplan-Meier curve, with its interval.

    Parameters
    ----------
    time, event : shape (n_patients,) [day], as for `kaplan_meier`
    until : horizon, within the observed times [day]

    Returns
    -------
    mean, low, high [day]

    References
    ----------
    Klein, Moeschberger 2003, doi 10.1007/b97377, equations 4.5.1 and 4.5.2.
    """
    curve = kaplan_meier(time, event)
    last = float(curve["time"].values[-1])
    if not until > 0 or (until > last and curve["survival"].values[-1] > 0):
        raise InputError(f"the horizon of a restricted mean lies between 0 and the last observation {last:g} d")
    inside = curve["time"].values < until
    edges = np.append(curve["time"].values[inside], until)
    areas = np.diff(edges) * curve["survival"].values[inside]
    beyond = np.cumsum(areas[::-1])[::-1]
    at_risk, events = curve["at_risk"].values[inside], curve["events"].values[inside]
    survivors = at_risk - events
    greenwood = np.where(survivors > 0, events / (at_risk * np.maximum(survivors, 1)), 0.0)
    error = np.sqrt(np.sum(beyond**2 * greenwood))
    z = stats.norm.ppf((1 + confidence_level) / 2)
    mean = areas.sum()
    return float(mean), float(mean - z * error), float(mean + z * error)


def log_rank(events: xr.Dataset, arm: str, other: str) -> tuple[float, float]:
    """Return the log-rank statistic (standard normal) of `arm` against `other` and its two-sided p-value.

    A trial with independent arms would report this. Simulated arms share their patients, so that a paired
    comparison resolves much smaller differences.

    Parameters
    ----------
    events : Dataset with `time` and `event`, dims (arm, patient), as an endpoint returns it
    arm, other : names of two arms

    References
    ----------
    Mantel 1966, Cancer Chemother Rep 50:163.
    """
    samples = []
    for name in (arm, other):
        group = events.sel(arm=name)
        time, event = _subjects(group["time"].values, group["event"].values)
        samples.append(stats.CensoredData(uncensored=time[event], right=time[~event]))
    result = stats.logrank(*samples)
    return float(result.statistic), float(result.pvalue)
