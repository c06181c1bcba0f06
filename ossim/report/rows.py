"""The rows of ``endpoints.csv``: endpoints of every arm of a trial, times of a single patient, outcomes of a sweep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from ossim import endpoints
from ossim.dataset import DAYS_PER_MONTH, Status

LANDMARKS = (4.0, 6.0)
SURVIVAL = ("progression_free_survival", "overall_survival")
Row = dict[str, Any]


def endpoint_rows(dataset: xr.Dataset) -> list[Row]:
    """Return one row per arm and endpoint of a trial, or per point and arm of a sweep.

    Parameters
    ----------
    dataset : of `ossim.run`, `ossim.run_sweep` or `ossim.open_result`; patients whose run failed are left out of every
        arm, and how many is a row of its own

    Returns
    -------
    list of rows with the keys arm, endpoint, time [day], value, ci_low, ci_high, k, n, unit ("1": a share, or "day"),
    so far as an endpoint has them; of a sweep: run, the axes, arm, the outcomes. Empty where nothing can be said: for
    runs of a model, and for a trial in which no patient's run went through in every arm.
    """
    if "patient" not in dataset.dims:
        return _sweep_rows(dataset) if "run" in dataset.dims and "arm" in dataset.dims else []
    if not any_complete(dataset):
        return []
    return list(_patient_rows(dataset) if dataset.sizes["patient"] == 1 else _rows(dataset))


def any_complete(dataset: xr.Dataset) -> bool:
    """Return whether the run of some patient went through in every arm."""
    return bool((dataset["status"] == Status.ok).all("arm").any())


def _sweep_rows(dataset: xr.Dataset) -> list[Row]:
    axes = [name for name, values in dataset.coords.items() if values.dims == ("run",) and name != "run"]
    names = [name for name, values in dataset.data_vars.items() if {"run"} <= set(values.dims) <= {"run", "arm"}]
    rows = []
    for run in range(dataset.sizes["run"]):
        point = {str(axis): dataset[axis].values[run] for axis in axes}
        for arm in dataset["arm"].values if "arm" in dataset.coords else [""]:
            row = {"run": run, **point, "arm": str(arm)}
            for name in names:
                values = dataset[name].isel(run=run)
                row[str(name)] = (values.sel(arm=arm) if "arm" in values.dims else values).item()
            rows.append(row)
    return rows


def _rows(dataset: xr.Dataset) -> Iterable[Row]:
    response = endpoints.find("objective_response")(dataset, failed="exclude")
    yield from _rate_rows("objective_response_rate", None, response)
    for name in SURVIVAL:
        events = endpoints.find(name)(dataset, failed="exclude")
        if name == "progression_free_survival":
            for month in LANDMARKS:
                rate = endpoints.event_free_rate(events, month * DAYS_PER_MONTH)
                yield from _rate_rows("progression_free_rate", month * DAYS_PER_MONTH, rate)
        yield from _median_rows(f"median_{name}", events)
    if dataset.sizes.get("line", 1) > 1:
        failure = endpoints.find("time_to_failure")(dataset, failed="exclude")
        yield from _median_rows("median_time_to_failure", failure)
    for arm in dataset["arm"].values:
        yield {"arm": str(arm), "endpoint": "failed_patients", "value": _n_failed(dataset, arm), "unit": "1"}


def _patient_rows(dataset: xr.Dataset) -> Iterable[Row]:
    """Times of the events of one patient; k is 1 where the event was seen, 0 where it is censored."""
    for name in (*SURVIVAL, "time_to_failure"):
        events = endpoints.find(name)(dataset, failed="exclude")
        for place, arm in enumerate(events["arm"].values):
            value, seen = float(events["time"].values[place, 0]), int(events["event"].values[place, 0])
            yield {"arm": str(arm), "endpoint": name, "value": value, "k": seen, "n": 1, "unit": "day"}


def _rate_rows(name: str, time: float | None, rate: xr.Dataset) -> Iterable[Row]:
    for place, arm in enumerate(rate["arm"].values):
        numbers = {key: float(rate[key].values[place]) for key in ("ci_low", "ci_high", "k", "n")}
        value = float(rate["rate"].values[place])
        yield {"arm": str(arm), "endpoint": name, "time": time, "value": value, **numbers, "unit": "1"}


def _median_rows(name: str, events: xr.Dataset) -> Iterable[Row]:
    for place, arm in enumerate(events["arm"].values):
        time, event = events["time"].values[place], events["event"].values[place]
        if np.isnan(time).all():
            continue
        median, low, high = endpoints.median_time(endpoints.kaplan_meier(time, event))
        n = int((~np.isnan(time)).sum())
        yield {
            "arm": str(arm),
            "endpoint": name,
            "value": median,
            "ci_low": low,
            "ci_high": high,
            "n": n,
            "unit": "day",
        }


def _n_failed(dataset: xr.Dataset, arm: Any) -> int:
    return int((dataset["status"].sel(arm=arm) != Status.ok).sum())
