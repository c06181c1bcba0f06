"""Simulated against published outcomes, with the exact interval of the trial and the Monte Carlo error of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ossim.endpoints.base import RATE, Alias
from ossim.endpoints.intervals import clopper_pearson
from ossim.endpoints.outcome import load, names
from ossim.endpoints.outcome import published as computed_by
from ossim.errors import InputError, unknown

_WHOLE = 1e-6


@dataclass(frozen=True)
class PublishedOutcome:
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


def compare(
    ds: xr.Dataset,
    outcomes: Iterable[Mapping[str, Any]],
    *,
    confidence_level: float = 0.95,
    failed: str = "raise",
) -> xr.Dataset:
    """Return the simulated value beside each published outcome, and whether it lies in the published interval.

    Parameters
    ----------
    ds : trial Dataset
    outcomes : one mapping per outcome with the keys of `PublishedOutcome`; missing keys may be absent or None
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


def rows(compared: xr.Dataset) -> list[dict[str, Any]]:
    """Return the Dataset of `compare` as one plain dict per outcome, ready for a CSV writer."""
    return [
        {str(name): compared[name].values[index].item() for name in compared.data_vars}
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


def _read(outcome: Mapping[str, Any], ds: xr.Dataset) -> PublishedOutcome:
    fields = PublishedOutcome.__dataclass_fields__
    for key in outcome:
        if key not in fields:
            raise unknown("key of a published outcome", key, fields)
    read = PublishedOutcome(**outcome)
    found = computed_by(read.endpoint)
    if found is None:
        raise unknown("published endpoint", read.endpoint, names())
    if read.arm not in ds["arm"].values:
        raise unknown("arm", read.arm, map(str, ds["arm"].values))
    name, alias = found
    if load(name).statistics[alias.statistic] and read.time is None:
        raise InputError(f"{read.label or read.arm}: a {read.endpoint} rate needs the time of its landmark")
    if read.value is None and (read.k is None or read.n is None):
        raise InputError(f"{read.label or read.arm}: a published {read.endpoint} needs a value, or k and n")
    return read


def _compared(ds: xr.Dataset, outcome: PublishedOutcome, confidence_level: float, failed: str) -> dict[str, object]:
    name, alias = computed_by(outcome.endpoint) or ("", Alias(RATE))
    quantity = alias.statistic
    n = np.nan if outcome.n is None else float(outcome.n)
    k = float(outcome.k) if outcome.k is not None else np.nan
    # counts say more than a rounded percentage
    published = k / n if not np.isnan(k) and n > 0 else float(outcome.value or 0.0)
    if quantity == RATE and np.isnan(k):
        k = published * n
    low, high = _published_interval(outcome, k, n, confidence_level)
    simulated, error = _simulated(ds, outcome, name, alias, failed)
    known = not (np.isnan(low) or np.isnan(high) or np.isnan(simulated))
    return {
        "label": outcome.label or f"{outcome.arm}, {outcome.endpoint.replace('_', ' ')}",
        "arm": outcome.arm,
        "endpoint": outcome.endpoint,
        "quantity": quantity,
        "time": np.nan if outcome.time is None else float(outcome.time),
        "published": published,
        "ci_low": low,
        "ci_high": high,
        "k": k,
        "n": n,
        "simulated": simulated,
        "simulated_se": error,
        "inside": int(low <= simulated <= high) if known else -1,
        "misfit": _misfit(k, n, simulated) if quantity == RATE else np.nan,
    }


def _published_interval(outcome: PublishedOutcome, k: float, n: float, confidence_level: float) -> tuple[float, float]:
    if outcome.ci_low is not None and outcome.ci_high is not None:
        return float(outcome.ci_low), float(outcome.ci_high)
    if np.isnan(k) or np.isnan(n):
        return np.nan, np.nan
    low, high = clopper_pearson(k, n, confidence_level)
    return float(low), float(high)


def _simulated(ds: xr.Dataset, outcome: PublishedOutcome, name: str, alias: Alias, failed: str) -> tuple[float, float]:
    """Return the simulated value of an outcome and its Monte Carlo standard error."""
    endpoint = load(name)
    options = endpoint.Options.model_validate(dict(alias.options))
    found = endpoint.estimate(ds.sel(arm=[outcome.arm]), alias.statistic, outcome.time, options, failed)
    return float(found.value[0]), float(found.error[0])


def _misfit(k: float, n: float, rate: float) -> float:
    """Return log L(k/n) - log L(rate) of a binomial count; a share of 0 or 1 uses 0 log 0 = 0."""
    if np.isnan(k) or np.isnan(n) or np.isnan(rate):
        return np.nan
    if (rate == 0 and k > 0) or (rate == 1 and k < n):
        return np.inf

    def log_likelihood(p: float) -> float:
        return (k * np.log(p) if k else 0.0) + ((n - k) * np.log1p(-p) if k < n else 0.0)

    return float(log_likelihood(k / n) - log_likelihood(rate))
