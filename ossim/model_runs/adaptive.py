"""Adaptive therapy: a drug that is paused while a tumor marker is low and given again when it is back.

References
----------
Gatenby RA, Silva AS, Gillies RJ, Frieden BR. Adaptive therapy. Cancer Res 2009;69:4894-4903.
Zhang J, Cunningham JJ, Brown JS, Gatenby RA. Integrating evolutionary dynamics into treatment of metastatic
castrate-resistant prostate cancer. Nat Commun 2017;8:1816, doi 10.1038/s41467-017-01968-5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from ossim.errors import InputError, unknown
from ossim.model import Compartment, Level, Model
from ossim.model_runs.dataset import observed
from ossim.model_runs.simulate import METHODS, Prepared, collect, prepare
from ossim.numerics.arrays import OK
from ossim.numerics.ode.problem import advance_problem

SAME_VISIT = 1e-9  # of the interval: a last visit so close to the end is the end, but for rounding


def adaptive(
    name: str,
    times: Sequence[float],
    drug: str,
    observable: str,
    level: float = 1.0,
    stop_at: float = 0.5,
    resume_at: float = 1.0,
    every: float = 1.0,
    baseline: Any = None,
    start_on: bool = True,
    initial: Mapping[str, Any] | None = None,
    doses: Sequence[Mapping[str, Any]] = (),
    parameters: Mapping[str, Any] | None = None,
    parameter_set: str | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
    method: str = "auto",
) -> xr.Dataset:
    """Simulate a model under adaptive therapy.

    Each `every` days the observable is measured: at or below `stop_at` times its baseline the drug is paused, at or
    above `resume_at` times its baseline it is given again; in between it stays as it is.

    Parameters
    ----------
    times : output times [day]; treatment may change at 0, every, 2 every, ... until the last of them
    drug : a drug of the model that is given as a level (`ossim models NAME` says which)
    observable : the state or observable that is measured
    level : level of the drug while it is given [its unit per day]
    stop_at, resume_at : of the baseline; `stop_at` 0 is continuous treatment
    every : days between measurements
    baseline : a number, or one per run; the value at time 0 where None
    start_on : whether the drug is given from time 0 on, or from when `resume_at` is first reached
    doses : rows of other drugs, as `ossim.simulate` takes them, like all the other arguments

    Returns
    -------
    xarray.Dataset as of `ossim.simulate`, the drug as it was given, and the courses of it: `n_courses`,
    `course_start(course)` and `course_end(course)` [day], NaN beyond the last course of a run

    Raises
    ------
    InputError
        As `ossim.simulate`; or the drug is none that is given as a level, or the rule makes no sense.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    prepared = prepare(name, times, initial, doses, parameters, parameter_set, rtol, atol)
    declared, problem, end = prepared.declared, prepared.problem, float(prepared.times[-1])
    _check_rule(prepared, drug, observable, level, stop_at, resume_at, every)
    item = next(one for one in declared.compartments if one.name == drug)
    channel = problem.system.inputs.index(item.input)
    height = level / prepared.values[item.clearance] if item.clearance else level
    n = problem.runs.time.size
    visits = np.arange(0.0, end, every)
    visits = np.append(visits[visits < end - SAME_VISIT * every], end)
    given = np.zeros((n, visits.size), np.bool_)
    on = np.full(n, bool(start_on))
    reference = _measured(prepared, observable) if baseline is None else _baseline(baseline, n)
    for visit, later in enumerate(visits[1:]):
        if visit or not start_on:
            value = _measured(prepared, observable)
            on = np.where(on, value > stop_at * reference, value >= resume_at * reference)
        on = on & (problem.runs.status == OK)
        given[:, visit] = on
        problem.exposure.level[:, channel] = np.where(on, height, 0.0)
        advance_problem(problem, later, method=method)
    last = np.clip(np.searchsorted(visits, prepared.times, side="left") - 1, 0, None)
    shown = np.where(given[:, last] & (prepared.times > 0.0), level, 0.0)
    found = collect(prepared, {drug: shown})
    courses = _courses(given, visits, declared.time_unit)
    found = found.assign({key: one if prepared.has_runs else one.isel(run=0) for key, one in courses.items()})
    return found.assign_attrs(
        adaptive_rule=f"{drug} at {level:g}: paused at {stop_at:g}, resumed at {resume_at:g} of the baseline of"
        f" {observable}, measured every {every:g} {'day' if declared.time_unit == 'day' else 'unit of time'}"
    )


def time_to_progression(dataset: xr.Dataset, observable: str, ratio: float, baseline: Any = None) -> xr.DataArray:
    """Return when an observable first reaches `ratio` times its baseline, by linear interpolation between outputs.

    Parameters
    ----------
    baseline : a number, or one per run; the first value of each run where None

    Returns
    -------
    Time of each run in the unit of its times, infinity where it does not get there
    """
    if observable not in dataset:
        raise unknown("variable", observable, map(str, dataset.data_vars))
    values, times = dataset[observable], dataset["time"].values
    reference = values.isel(time=0) if baseline is None else baseline
    excess = (values - ratio * reference).transpose(..., "time")
    flat = excess.values.reshape(-1, times.size)
    found = np.full(flat.shape[0], np.inf)
    for run, course in enumerate(flat):
        if (reached := np.flatnonzero(course >= 0.0)).size:
            place = reached[0]
            found[run] = (
                times[0] if place == 0 else np.interp(0.0, course[[place - 1, place]], times[[place - 1, place]])
            )
    result = excess.isel(time=0, drop=True).copy(data=found.reshape(excess.shape[:-1]))
    units = dataset["time"].attrs.get("units", "day")
    return result.rename("time_to_progression").assign_attrs(units=units, long_name="time to progression")


def _check_rule(
    prepared: Prepared, drug: str, observable: str, level: float, stop_at: float, resume_at: float, every: float
) -> None:
    declared = prepared.declared
    levels = {item.name: item for item in declared.compartments if isinstance(item, Level)}
    if drug not in levels:
        raise unknown(f"drug of {declared.name} that is given as a level", drug, levels)
    measurable = _measurable(declared)
    if observable not in measurable:
        raise unknown(f"state or observable of {declared.name}", observable, measurable)
    faults = []
    table = prepared.treatment.table
    rivals = {item.name for item in levels.values() if item.input == levels[drug].input}
    dosed = {table.compartments[place] for place in set(table.compartment.tolist()) if place >= 0}
    if dosed & rivals:
        faults.append(f"doses: '{min(dosed & rivals)}' is given by the adaptive rule")
    if not (np.isfinite(level) and level >= 0.0):
        faults.append("level: must be a finite number of 0 or more")
    if not 0.0 <= stop_at < resume_at:
        faults.append("stop_at: must be 0 or more and below resume_at")
    if not (np.isfinite(every) and every > 0.0):
        faults.append("every: must be a finite number above 0")
    if faults:
        raise InputError(*faults)


def _baseline(given: Any, n: int) -> np.ndarray:
    found = np.asarray(given, float)
    if found.ndim > 1 or found.size not in (1, n) or not (np.isfinite(found) & (found > 0.0)).all():
        raise InputError(f"baseline: must be a finite number above 0, or one for each of the {n} runs")
    return np.broadcast_to(found, n)


def _measurable(declared: Model) -> tuple[str, ...]:
    shown = (*declared.states.values(), *declared.observables.values())
    return tuple(item.name for item in shown)


def _measured(prepared: Prepared, observable: str) -> np.ndarray:
    """Value of a state or observable of all runs now, shape (n_runs,)."""
    declared, runs = prepared.declared, prepared.problem.runs
    states = {symbol: runs.state[:, place, None] for place, symbol in enumerate(declared.system.states)}
    for symbol, state in declared.states.items():
        if state.name == observable:
            return states[symbol][:, 0].copy()
    names = {item.name: name for name, item in declared.observables.items()}
    found = observed(declared, states, _levels(prepared), prepared.values, runs.time[:1])
    return found[names[observable]][:, 0]


def _levels(prepared: Prepared) -> dict[Compartment | Level, np.ndarray]:
    """Levels of all drugs now, shape (n_runs, 1)."""
    declared, exposure = prepared.declared, prepared.problem.exposure
    decaying = [item for item in declared.compartments if isinstance(item, Compartment)]
    found: dict[Compartment | Level, np.ndarray] = {
        item: exposure.value[:, mode, None] for mode, item in enumerate(decaying)
    }
    by_input = {item.input: item for item in declared.compartments if isinstance(item, Level)}
    for name, item in by_input.items():
        now = exposure.level[:, declared.system.inputs.index(name), None]
        found[item] = now * prepared.values[item.clearance][:, None] if item.clearance else now
    return found


def _courses(given: np.ndarray, visits: np.ndarray, unit: str) -> dict[str, xr.DataArray]:
    """Start and end of each course of the drug, and their number."""
    edges = np.diff(given.astype(np.int8), axis=1, prepend=0)
    starts = [visits[np.flatnonzero(row == 1)] for row in edges]
    ends = [visits[np.flatnonzero(row == -1)] for row in edges]
    counts = np.array([row.size for row in starts], np.int64)
    padded = np.full((2, counts.size, counts.max(initial=0)), np.nan)
    for run, (start, end) in enumerate(zip(starts, ends, strict=True)):
        padded[0, run, : start.size], padded[1, run, : end.size] = start, end
    dims = ("run", "course")
    return {
        "n_courses": xr.DataArray(counts, dims=dims[:1], attrs={"units": "1", "long_name": "courses of the drug"}),
        "course_start": xr.DataArray(padded[0], dims=dims, attrs={"units": unit, "long_name": "start of a course"}),
        "course_end": xr.DataArray(padded[1], dims=dims, attrs={"units": unit, "long_name": "end of a course"}),
    }
