"""Runs that failed, named, and what to do about them."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from ossim.dataset import Status

MOST_NAMED = 5
_ADVICE = {
    Status.max_steps: "more steps were needed than are allowed: a larger rtol, or a shorter time",
    Status.non_finite: "a state grew beyond all bounds: look at the parameters",
    Status.negative: "a state fell below -atol: a smaller rtol, or look at the parameters",
    Status.step_too_small: "the step became too small: a larger rtol, or look at the parameters",
    Status.bad_parameter: "a parameter is out of range, or a lesion in space could not be grown to its size",
    Status.not_conserved: "diffusion lost or made cells: report this",
    Status.not_converged: "the solver of a transported field did not converge: look at its uptake and diffusivity",
    Status.wall_clock: "the time allowed for computing was up: a coarser grid, longer steps, or more time",
    Status.touches_boundary: "the tumor reached the boundary of the grid: a larger size, or a shorter time",
}


def failures(dataset: xr.Dataset) -> str:
    """Return one line that names the runs that failed and says what to change; empty where all went through.

    Parameters
    ----------
    dataset : a trial, or runs of a model
    """
    if "status" not in dataset:
        return ""
    return _patients(dataset) if "patient" in dataset.dims else _runs(dataset)


def any_failed(dataset: xr.Dataset) -> bool:
    """Return whether a run failed: of a patient, of a model, or of any patient of a sweep."""
    if "failed_patients" in dataset:
        return bool((dataset["failed_patients"] > 0).any())
    return "status" in dataset and bool((dataset["status"] != Status.ok).any())


def _patients(dataset: xr.Dataset) -> str:
    bad = np.argwhere(dataset["status"].transpose("arm", "patient").values != Status.ok)
    if not bad.size:
        return ""
    codes = {int(status): status.name for status in Status}
    named = [
        f"{dataset['arm'].values[arm]}/{dataset['patient'].values[patient]} "
        f"({codes.get(int(dataset['status'].isel(arm=arm, patient=patient)), 'unknown status')})"
        for arm, patient in bad[:MOST_NAMED]
    ]
    more = ", ..." if len(bad) > MOST_NAMED else ""
    advice = _advice(np.unique(dataset["status"].values))
    return f"{len(bad)} runs failed and are left out: {', '.join(named)}{more}; {advice}"


def _runs(dataset: xr.Dataset) -> str:
    status = np.atleast_1d(dataset["status"].values)
    bad = np.flatnonzero(status != Status.ok)
    if not bad.size:
        return ""
    many = "run" in dataset.dims
    named = [
        (f"run {run} at {point(dataset, int(run))}: " if many else "") + Status(int(status[run])).name
        for run in bad[:MOST_NAMED]
    ]
    more = ", ..." if bad.size > MOST_NAMED else ""
    said = f"{bad.size} of {status.size} runs failed, without values from there on"
    return f"{said}: {', '.join(named)}{more}; {_advice(status[bad])}"


def _advice(codes: np.ndarray) -> str:
    """Say what to do about the failures with these codes, each once."""
    return "; ".join(_ADVICE[code] for code in dict.fromkeys(codes.tolist()) if code in _ADVICE)


def point(dataset: xr.Dataset, run: int) -> str:
    """Return where a run of a Dataset lies: each of its coordinates with value and unit."""
    axes = [name for name, values in dataset.coords.items() if values.dims == ("run",) and name != "run"]
    return ", ".join(f"{axis} {_short(dataset[axis].values[run])}{_unit(dataset[axis])}" for axis in axes)


def _unit(values: xr.DataArray) -> str:
    unit = values.attrs.get("units", "1")
    return "" if unit == "1" else f" {unit}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, (float, np.floating)) else str(value)
