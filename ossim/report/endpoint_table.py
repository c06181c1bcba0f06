"""What a run prints and writes as ``endpoints.csv``: endpoints of every arm, and published outcomes beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ossim import endpoints
from ossim.dataset import DAYS_PER_MONTH, Response, Status
from ossim.report.published import comparison_table, number, published
from ossim.report.text_table import table

LANDMARKS = (4.0, 6.0)
SURVIVAL = ("progression_free_survival", "overall_survival")
MOST_FAILED_NAMED = 5
_ADVICE = {
    Status.max_steps: "more steps were needed than are allowed: a larger rtol, or a shorter time",
    Status.non_finite: "a state grew beyond all bounds: look at the parameters",
    Status.negative: "a state fell below -atol: a smaller rtol, or look at the parameters",
    Status.step_too_small: "the step became too small: a larger rtol, or look at the parameters",
    Status.bad_parameter: "a parameter is out of range",
    Status.not_conserved: "diffusion lost or made cells: report this",
    Status.not_converged: "the solver of a transported field did not converge: look at its uptake and diffusivity",
    Status.wall_clock: "the time allowed for computing was up: a coarser grid, longer steps, or more time",
    Status.touches_boundary: "the tumor reached the boundary of the grid: a larger size, or a shorter time",
}


@dataclass(frozen=True)
class Report:
    """Endpoints of a run: rows for a file, text for the terminal."""

    rows: tuple[Mapping[str, Any], ...]
    text: str


def of_trial(dataset: xr.Dataset, comparisons: Iterable[Any]) -> Report:
    """Summarize a trial Dataset; patients whose run failed are left out of every arm and counted."""
    if not bool((dataset["status"] == Status.ok).all("arm").any()):
        return Report((), "\n".join(("no endpoints: no patient's run went through in every arm", *_failures(dataset))))
    alone = dataset.sizes["patient"] == 1
    rows = tuple(_patient_rows(dataset) if alone else _rows(dataset))
    parts = [_patient_table(dataset) if alone else _endpoint_table(dataset, rows)]
    outcomes = published(comparisons)
    if outcomes:
        parts.append(comparison_table(endpoints.compare(dataset, outcomes, failed="exclude")))
    parts += _failures(dataset)
    return Report(rows, "\n".join(parts))


def of_sweep(dataset: xr.Dataset) -> str:
    """Return the lowest and highest value of every outcome of a sweep, and where it lies."""
    lines = []
    for name, values in dataset.data_vars.items():
        if "run" not in values.dims or values.dtype.kind != "f" or not bool(values.notnull().any()):
            continue
        for arm in dataset["arm"].values if "arm" in values.dims else [None]:
            column = values.sel(arm=arm) if arm is not None else values
            if column.dims == ("run",) and bool(column.notnull().any()):
                scale, unit = (DAYS_PER_MONTH, " mo") if values.attrs.get("units") == "day" else (1.0, "")
                ends = (f"{float(column[i]) / scale:.3g}{unit} at {_point(dataset, int(i))}" for i in _ends(column))
                lines.append((str(values.attrs.get("long_name", name)), str(arm or ""), *ends))
    return table(("outcome", "arm", "lowest", "highest"), lines)


def of_runs(dataset: xr.Dataset) -> str:
    """Name the runs of a published model that failed, and what to do about it; nothing where all are fine."""
    status = np.atleast_1d(dataset["status"].values)
    bad = np.flatnonzero(status != Status.ok)
    if not bad.size:
        return ""
    many = "run" in dataset.dims
    named = [
        (f"run {run} at {_point(dataset, int(run))}: " if many else "") + Status(int(status[run])).name
        for run in bad[:MOST_FAILED_NAMED]
    ]
    more = ", ..." if bad.size > MOST_FAILED_NAMED else ""
    said = f"{bad.size} of {status.size} runs failed, without values from there on"
    return f"{said}: {', '.join(named)}{more}; {_advice(status[bad])}"


def _advice(codes: np.ndarray) -> str:
    """Say what to do about the failures with these codes, each once."""
    return "; ".join(_ADVICE[code] for code in dict.fromkeys(codes.tolist()) if code in _ADVICE)


def of_accuracy(dataset: xr.Dataset) -> str:
    """Say how large the error in time of a run in space is, by the estimate that was made."""
    return f"error in time: {dataset.attrs['temporal_error']:.1g} ({dataset.attrs['temporal_error_meaning']})"


def sweep_rows(dataset: xr.Dataset) -> list[dict[str, Any]]:
    """Return one row per point and arm of a sweep, with its axis values and outcomes."""
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


def _rows(dataset: xr.Dataset) -> Iterable[dict[str, Any]]:
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


def _patient_rows(dataset: xr.Dataset) -> Iterable[dict[str, Any]]:
    """Times of the events of one patient; k is 1 where the event was seen, 0 where it is censored."""
    for name in (*SURVIVAL, "time_to_failure"):
        events = endpoints.find(name)(dataset, failed="exclude")
        for place, arm in enumerate(events["arm"].values):
            value, seen = float(events["time"].values[place, 0]), int(events["event"].values[place, 0])
            yield {"arm": str(arm), "endpoint": name, "value": value, "k": seen, "n": 1, "unit": "day"}


def _rate_rows(name: str, time: float | None, rate: xr.Dataset) -> Iterable[dict[str, Any]]:
    for place, arm in enumerate(rate["arm"].values):
        numbers = {key: float(rate[key].values[place]) for key in ("ci_low", "ci_high", "k", "n")}
        value = float(rate["rate"].values[place])
        yield {"arm": str(arm), "endpoint": name, "time": time, "value": value, **numbers, "unit": "1"}


def _median_rows(name: str, events: xr.Dataset) -> Iterable[dict[str, Any]]:
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


def _failures(dataset: xr.Dataset) -> list[str]:
    """Name the patients whose run failed, and what to do about it, in one line."""
    bad = np.argwhere(dataset["status"].transpose("arm", "patient").values != Status.ok)
    if not bad.size:
        return []
    codes = {int(status): status.name for status in Status}
    named = [
        f"{dataset['arm'].values[arm]}/{dataset['patient'].values[patient]} "
        f"({codes.get(int(dataset['status'].isel(arm=arm, patient=patient)), 'unknown status')})"
        for arm, patient in bad[:MOST_FAILED_NAMED]
    ]
    more = ", ..." if len(bad) > MOST_FAILED_NAMED else ""
    advice = _advice(np.unique(dataset["status"].values))
    return [f"{len(bad)} runs failed and are left out: {', '.join(named)}{more}; {advice}"]


def _n_failed(dataset: xr.Dataset, arm: Any) -> int:
    return int((dataset["status"].sel(arm=arm) != Status.ok).sum())


def _endpoint_table(dataset: xr.Dataset, rows: Iterable[Mapping[str, Any]]) -> str:
    found = {(row["arm"], row["endpoint"], row.get("time")): row for row in rows}
    wanted = (
        ("ORR", "objective_response_rate", None),
        *((f"PFS {month:g} mo", "progression_free_rate", month * DAYS_PER_MONTH) for month in LANDMARKS),
        ("median PFS (mo)", "median_progression_free_survival", None),
        ("median OS (mo)", "median_overall_survival", None),
        ("median TTF (mo)", "median_time_to_failure", None),
        ("failed", "failed_patients", None),
    )
    # Time to failure is that of a strategy of several lines.
    wanted = tuple(column for column in wanted if any(name == column[1] for _, name, _ in found))
    lines = []
    for arm in map(str, dataset["arm"].values):
        lines.append((arm, *(_cell(found.get((arm, name, time))) for _, name, time in wanted)))
    return table(("arm", *(title for title, *_ in wanted)), lines)


def _patient_table(dataset: xr.Dataset) -> str:
    """Return the course of a single patient, whom no rate and no interval describes."""
    names = [*SURVIVAL, *(["time_to_failure"] if dataset.sizes.get("line", 1) > 1 else [])]
    best = endpoints.find("best_response")(dataset)
    events = [endpoints.find(name)(dataset) for name in names]
    lines = [
        (str(arm), Response(int(best.sel(arm=arm).item())).name, *(_when(found.sel(arm=arm)) for found in events))
        for arm in dataset["arm"].values
    ]
    return table(("arm", "best response", "PFS (mo)", "OS (mo)", "TTF (mo)")[: 2 + len(names)], lines)


def _when(event: xr.Dataset) -> str:
    """Write the time of one patient in months, with "+" where it is censored."""
    return f"{event['time'].item() / DAYS_PER_MONTH:.1f}{'' if event['event'].item() else '+'}"


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "-"
    if "ci_low" not in row:
        return str(row["value"])
    scale, digits = (DAYS_PER_MONTH, 1) if row["unit"] == "day" else (0.01, 0)
    numbers = (number(row[key] / scale, digits) for key in ("value", "ci_low", "ci_high"))
    return "{} ({}-{})".format(*numbers) + ("" if row["unit"] == "day" else " %")


def _ends(values: xr.DataArray) -> tuple[int, int]:
    return int(np.nanargmin(values.values)), int(np.nanargmax(values.values))


def _point(dataset: xr.Dataset, run: int) -> str:
    axes = [name for name, values in dataset.coords.items() if values.dims == ("run",) and name != "run"]
    return ", ".join(f"{axis} {_short(dataset[axis].values[run])}{_unit(dataset[axis])}" for axis in axes)


def _unit(values: xr.DataArray) -> str:
    unit = values.attrs.get("units", "1")
    return "" if unit == "1" else f" {unit}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (float, np.floating)) else str(value)
