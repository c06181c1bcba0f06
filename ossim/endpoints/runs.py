"""What every endpoint does first: refuse failed runs, and pick out the visits of one treatment line."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ossim.dataset import Status, require
from ossim.errors import FailedRunsError, InputError

FAILED = ("raise", "exclude")
_NAMED = 5


def admit(ds: xr.Dataset, failed: str = "raise") -> xr.Dataset:
    """Return the Dataset if every run is ok; with ``failed="exclude"``, without the patients that failed.

    A patient who failed in one arm leaves all of them, so that arms keep the same patients.

    Raises
    ------
    FailedRunsError
        If a run failed and `failed` is "raise", or if no patient is left.
    """
    if failed not in FAILED:
        raise InputError(f"failed is one of {', '.join(FAILED)}, not '{failed}'")
    require(ds, "status", purpose="an endpoint")
    bad = ds["status"].transpose("arm", "patient").values != Status.ok
    if not bad.any():
        return ds
    arms, patients = np.nonzero(bad)
    named = ", ".join(
        f"{ds['arm'].values[arm]}/{ds['patient'].values[patient]} ({_meaning(ds, arm, patient)})"
        for arm, patient in zip(arms[:_NAMED], patients[:_NAMED], strict=True)
    )
    summary = f"{bad.sum()} of {bad.size} runs failed: {named}{', ...' if bad.sum() > _NAMED else ''}"
    if failed == "raise":
        raise FailedRunsError(f"{summary}; pass failed='exclude' to leave these patients out of every arm")
    kept = ds.isel(patient=np.flatnonzero(~bad.any(axis=0)))
    if not kept.sizes["patient"]:
        raise FailedRunsError(f"{summary}; no patient is left")
    return kept


def _meaning(ds: xr.Dataset, arm: int, patient: int) -> str:
    code = int(ds["status"].transpose("arm", "patient").values[arm, patient])
    return {int(status): status.name for status in Status}.get(code, f"status {code}")


def line_name(line: int) -> str:
    """Return what readers call treatment line `line`: "1st line" for 0."""
    return f"{line + 1}{('st', 'nd', 'rd')[line] if line < 3 else 'th'} line"


def of_line(ds: xr.Dataset, name: str, line: int) -> xr.DataArray:
    """Return the variable `name` of treatment line `line`, dims (arm, patient).

    Raises
    ------
    InputError
        If the Dataset has no such line.
    """
    require(ds, name, purpose=f"treatment line {line}")
    if line not in ds["line"].values:
        raise InputError(f"there is no treatment line {line}; lines are {', '.join(map(str, ds['line'].values))}")
    return ds[name].sel(line=line, drop=True).transpose("arm", "patient")


def visits_of_line(ds: xr.Dataset, line: int) -> xr.DataArray:
    """Return where a visit assesses `line`: after its start, up to its first progression."""
    start, progression = of_line(ds, "line_start", line), of_line(ds, "progression_time", line)
    time = ds["visit_time"]
    open_ended = progression.isnull()
    return (ds["line_at_visit"] == line) & (time > start) & (open_ended | (time <= progression))


def baseline_of_line(ds: xr.Dataset, line: int, name: str = "sum_of_diameters") -> xr.DataArray:
    """Return `name` at the last visit at or before the start of `line`, NaN if it never began."""
    start = of_line(ds, "line_start", line)
    before = ds["visit_time"] <= start
    last = ds["visit_time"].where(before).max("visit")
    return ds[name].where(ds["visit_time"] == last).max("visit")


def relative_change(ds: xr.Dataset, line: int, name: str = "sum_of_diameters") -> xr.DataArray:
    """Return the change of `name` from the baseline of `line` at its visits [1], dims (arm, patient, visit)."""
    return (ds[name] / baseline_of_line(ds, line, name) - 1).where(visits_of_line(ds, line))


def last_planned_visit(ds: xr.Dataset) -> float:
    """Return the time of the last visit of the trial [day]: where survival without progression can last be known."""
    require(ds, "visit_time", purpose="the last visit")
    return float(ds.get("planned_visit_time", ds["visit_time"]).max())


def earlier(one: xr.DataArray, other: xr.DataArray | float) -> xr.DataArray:
    """Return the earlier of two times; what is NaN never comes."""
    return xr.apply_ufunc(np.fmin, one, other)


def time_to_event(time: xr.DataArray, event: xr.DataArray, long_name: str) -> xr.Dataset:
    """Return a Dataset of `time` [day] and `event` (true = happened, false = censored), NaN time = not a subject."""
    ds = xr.Dataset({"time": time, "event": event & time.notnull()}).transpose("arm", "patient")
    ds["time"].attrs = {"units": "day", "long_name": long_name}
    ds["event"].attrs = {"units": "1", "long_name": f"{long_name}: 1 event, 0 censored"}
    return ds.drop_vars([name for name in ds.coords if name not in ("arm", "patient")])
