"""Simulated against published outcomes, with the exact interval of the trial and the Monte Carlo error of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr
from scipy.stats import norm

from ossim.endpoints.intervals import clopper_pearson
from ossim.endpoints.kinds.objective_response import objective_response
from ossim.endpoints.kinds.overall_survival import overall_survival
from ossim.endpoints.kinds.progression_free_survival import progression_free_survival
from ossim.endpoints.landmark import event_free_rate
from ossim.endpoints.survival import kaplan_meier, median_time
from ossim.errors import InputError, unknown

RATE, MEDIAN = "rate", "median"
_WHOLE = 1e-6


@dataclass(frozen=True)
class Outcome:
    """One published number: where it belongs, what it is, and how sure the trial was of it.

    `time` is the landmark of a rate or the response window [day]; `k` of `n` patients, `k` may be fractional where
    only a rounded percentage is printed; `value` and the interval are shares, or days for a median.
    """

    arm: str
    endpoint: str
    label: str = ""
    time: float | None = None
    k: float | None = None
    n: float | None = None
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True)
class _Kind:
    """How an outcome of one kind is computed: `quantity`, the survival endpoint, the estimator."""

    quantity: str
    survival: str = ""
    estimator: str = "kaplan_meier"
    with_minor: bool = False


ENDPOINTS = MappingProxyType(
    {
        "event_free": _Kind(RATE, "pfs"),
        "progression_free": _Kind(RATE, "pfs"),
        "progression_free_binomial": _Kind(RATE, "pfs", "binomial"),
        "progression_free_after_first_visit": _Kind(RATE, "pfs", "binomial"),
        "overall_survival": _Kind(RATE, "os"),
        "objective_response": _Kind(RATE),
        "objective_response_with_minor": _Kind(RATE, with_minor=True),
        "median_progression_free_survival": _Kind(MEDIAN, "pfs"),
        "median_overall_survival": _Kind(MEDIAN, "os"),
    }
)


def compare(
    ds: xr.Dataset,
    outcomes: Iterable[Mapping[str, object]],
    *,
    confidence_level: float = 0.95,
    failed: str = "raise",
) -> xr.Dataset:
    """Return the simulated value beside each published outcome, and whether it lies in the published interval.

    Parameters
    ----------
    ds : trial Dataset
    outcomes : one mapping per outcome with the keys of `Outcome`; missing keys may be absent or None
    confidence_level : of the exact interval, computed from `k` and `n` unless `ci_low` and `ci_high` are given
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset over `outcome`: `label`, `arm`, `endpoint`, `quantity` (rate or median), `time` [day]; `published`,
    `ci_low`, `ci_high`, `k`, `n`; `simulated` and its Monte Carlo standard error `simulated_se`; `inside` (1, 0, or
    -1 where nothing is published to be inside of); `misfit`, the loss of binomial log-likelihood against the
    published rate itself, NaN without counts. Rates are shares [1], medians days.

    Raises
    ------
    UnknownNameError
        For an unknown arm or endpoint.
    InputError
        For an outcome without any published number, or a landmark rate without a time.
    """
    read = [_read(outcome, ds) for outcome in outcomes]
    if not read:
        raise InputError("there is no published outcome to compare with")
    records = [_compared(ds, outcome, confidence_level, failed) for outcome in read]
    compared = xr.Dataset(
        {name: ("outcome", np.array([record[name] for record in records])) for name in records[0]},
        attrs={"confidence_level": confidence_level, "patients_per_arm": ds.sizes["patient"]},
    )
    compared["time"].attrs["units"] = "day"
    return compared


def rows(compared: xr.Dataset) -> list[dict[str, object]]:
    """Return the Dataset of `compare` as one plain dict per outcome, ready for a CSV writer."""
    return [
        {name: compared[name].values[index].item() for name in compared.data_vars}
        for index in range(compared.sizes["outcome"])
    ]


def is_count(k: float, n: float) -> bool:
    """Return whether `k` of `n` are counts as a trial reports them, and not derived from a rounded share."""
    return bool(np.isfinite(k) and np.isfinite(n) and n > 0 and abs(k - round(k)) < _WHOLE)


def digits_needed(simulated: float, low: float, high: float, least: int) -> int:
    """Return the decimals, `least` or one more, with which a value outside an interval is seen to lie outside."""
    if not np.isfinite([simulated, low, high]).all() or low <= simulated <= high:
        return least
    low, simulated, high = (round(value, least) for value in (low, simulated, high))
    return least + int(low <= simulated <= high)


def _read(outcome: Mapping[str, object], ds: xr.Dataset) -> Outcome:
    fields = Outcome.__dataclass_fields__
    for key in outcome:
        if key not in fields:
            raise unknown("key of a published outcome", key, fields)
    read = Outcome(**outcome)
    if read.endpoint not in ENDPOINTS:
        raise unknown("published endpoint", read.endpoint, ENDPOINTS)
    if read.arm not in ds["arm"].values:
        raise unknown("arm", read.arm, map(str, ds["arm"].values))
    if ENDPOINTS[read.endpoint].survival and ENDPOINTS[read.endpoint].quantity == RATE and read.time is None:
        raise InputError(f"{read.label or read.arm}: a {read.endpoint} rate needs the time of its landmark")
    if read.value is None and (read.k is None or read.n is None):
        raise InputError(f"{read.label or read.arm}: a published {read.endpoint} needs a value, or k and n")
    return read


def _compared(ds: xr.Dataset, outcome: Outcome, confidence_level: float, failed: str) -> dict[str, object]:
    kind = ENDPOINTS[outcome.endpoint]
    n = np.nan if outcome.n is None else float(outcome.n)
    k = float(outcome.k) if outcome.k is not None else np.nan
    # counts say more than a rounded percentage
    published = k / n if not np.isnan(k) and n > 0 else float(outcome.value)
    if kind.quantity == RATE and np.isnan(k):
        k = published * n
    low, high = _published_interval(outcome, k, n, confidence_level)
    simulated, error = _simulated(ds, outcome, kind, failed)
    known = not (np.isnan(low) or np.isnan(high) or np.isnan(simulated))
    return {
        "label": outcome.label or f"{outcome.arm}, {outcome.endpoint.replace('_', ' ')}",
        "arm": outcome.arm,
        "endpoint": outcome.endpoint,
        "quantity": kind.quantity,
        "time": np.nan if outcome.time is None else float(outcome.time),
        "published": published,
        "ci_low": low,
        "ci_high": high,
        "k": k,
        "n": n,
        "simulated": simulated,
        "simulated_se": error,
        "inside": int(low <= simulated <= high) if known else -1,
        "misfit": _misfit(k, n, simulated) if kind.quantity == RATE else np.nan,
    }


def _published_interval(outcome: Outcome, k: float, n: float, confidence_level: float) -> tuple[float, float]:
    if outcome.ci_low is not None and outcome.ci_high is not None:
        return float(outcome.ci_low), float(outcome.ci_high)
    if np.isnan(k) or np.isnan(n):
        return np.nan, np.nan
    low, high = clopper_pearson(k, n, confidence_level)
    return float(low), float(high)


def _simulated(ds: xr.Dataset, outcome: Outcome, kind: _Kind, failed: str) -> tuple[float, float]:
    """Return the simulated value of an outcome and its Monte Carlo standard error."""
    arm = ds.sel(arm=[outcome.arm])
    if not kind.survival:
        until = np.inf if outcome.time is None else outcome.time
        rate = objective_response(arm, until=until, with_minor=kind.with_minor, failed=failed).isel(arm=0)
        return _with_error(float(rate["rate"]), float(rate["n"]))
    endpoint = {"pfs": progression_free_survival, "os": overall_survival}[kind.survival]
    events = endpoint(arm, failed=failed)
    if kind.quantity == RATE:
        rate = event_free_rate(events, outcome.time, estimator=kind.estimator).isel(arm=0)
        return _with_error(float(rate["rate"]), float(rate["n"]))
    curve = kaplan_meier(events["time"].values[0], events["event"].values[0])
    median, low, high = median_time(curve)
    return median, (high - low) / (2 * norm.ppf(0.975))


def _with_error(rate: float, n: float) -> tuple[float, float]:
    return rate, float(np.sqrt(rate * (1 - rate) / n)) if n else np.nan


def _misfit(k: float, n: float, rate: float) -> float:
    """Return log L(k/n) - log L(rate) of a binomial count; a share of 0 or 1 uses 0 log 0 = 0."""
    if np.isnan(k) or np.isnan(n) or np.isnan(rate):
        return np.nan
    if (rate == 0 and k > 0) or (rate == 1 and k < n):
        return np.inf

    def log_likelihood(p: float) -> float:
        return (k * np.log(p) if k else 0.0) + ((n - k) * np.log1p(-p) if k < n else 0.0)

    return float(log_likelihood(k / n) - log_likelihood(rate))
