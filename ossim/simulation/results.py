"""The labelled result of a trial: arrays that wait for patients, and the Dataset they become."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ..dosing import dose_times
from ..models.osteosarcoma_observables import observables
from ..models.osteosarcoma_patient import MAX_LESIONS
from ..numerics.problem import Problem
from ..schema import VARIABLES, dataarray_attrs
from . import provenance
from .evidence import facts
from .pharmacology import Pharmacology
from .scenario import Scenario

TRAJECTORIES = (
    "sum_of_diameters", "tumor_volume", "vegf", "svegfr2", "bypass", "resistant_fraction", "perfusion",
)  # fmt: skip
DOSES_SHOWN = 20_000


def allocate(scenario: Scenario, plan: Pharmacology, n_visits: int) -> dict[str, np.ndarray]:
    """Arrays of all per-patient variables, holding "not there"."""
    sizes = {
        "arm": len(scenario.arms),
        "patient": scenario.cohort.size,
        "visit": n_visits,
        "lesion": MAX_LESIONS,
        "line": max(len(arm.lines) for arm in scenario.arms),
    }
    arrays = {}
    for variable in VARIABLES:
        if variable.dims[:2] != ("arm", "patient"):
            continue
        shape = tuple(sizes[dim] for dim in variable.dims)
        whole = variable.name in ("new_lesion", "line_at_visit", "response", "status")
        absent = -1 if variable.name == "line_at_visit" else 0
        arrays[variable.name] = np.full(shape, absent if whole else np.nan, np.int8 if whole else float)
    return arrays


def allocate_trajectories(scenario: Scenario, plan: Pharmacology, count: int, n_times: int) -> dict[str, np.ndarray]:
    n_arms = len(scenario.arms)
    found = {f"trajectory_{name}": np.full((n_arms, count, n_times), np.nan) for name in TRAJECTORIES}
    found["trajectory_concentration"] = np.full((n_arms, count, len(plan.drugs), n_times), np.nan)
    return found


def keep_trajectories(trajectories: dict, arm: int, kept: slice, problem: Problem, plan: Pharmacology) -> None:
    records = problem.records
    count = kept.stop - kept.start
    parameters = problem.runs.parameters[:count, None, :]
    seen = observables(records.state, np.broadcast_to(parameters, (count, records.time.size, parameters.shape[2])))
    for name in TRAJECTORIES:
        trajectories[f"trajectory_{name}"][arm, kept] = seen[name]
    for drug in range(len(plan.drugs)):
        span = slice(plan.first_mode[drug], plan.last_mode[drug])
        if span.start < span.stop:
            modes = records.value[:, :, span]
            total = modes.sum(axis=2)
            # modes of opposite sign cancel to rounding: before the first dose and after washout that is zero
            rounding = 1e-12 * np.nanmax(np.abs(modes), initial=0.0)
            trajectories["trajectory_concentration"][arm, kept, drug] = np.where(np.abs(total) <= rounding, 0.0, total)


def _calendar(scenario: Scenario, plan: Pharmacology, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Nominal dose times of the first line of each arm, padded."""
    calendars = []
    for arm in scenario.arms:
        given = [(time, plan.drugs.index(r.drug)) for r in arm.lines[0] for time in dose_times(r, until)[0]]
        given = sorted(given)[:DOSES_SHOWN]
        calendars.append((np.array([time for time, _ in given]), np.array([drug for _, drug in given], np.int16)))
    width = max((times.size for times, _ in calendars), default=0)
    time, drug = np.full((len(calendars), width), np.nan), np.full((len(calendars), width), -1, np.int16)
    for row, (times, compartments) in enumerate(calendars):
        time[row, : times.size], drug[row, : times.size] = times, compartments
    return time, drug


def trial_dataset(
    scenario: Scenario,
    plan: Pharmacology,
    arrays: dict[str, np.ndarray],
    trajectories: dict[str, np.ndarray],
    visit_times: np.ndarray,
    trajectory_times: np.ndarray,
    tracked_count: int,
    started: str,
) -> xr.Dataset:
    """Label the arrays of a trial: dims, coordinates, units, meanings, provenance."""
    declared = {variable.name: variable for variable in VARIABLES}
    dose_time, dose_drug = _calendar(scenario, plan, scenario.visits.until)
    n_lines = arrays["line_start"].shape[2]
    labels = np.array([[_label(arm.lines, line) for line in range(n_lines)] for arm in scenario.arms], dtype=object)
    planned = np.array([len(arm.lines) for arm in scenario.arms], np.int8)
    arrays = {**arrays, **trajectories, "dose_time": dose_time, "dose_drug": dose_drug}
    arrays |= {"line_label": labels.astype(str), "planned_lines": planned, "planned_visit_time": visit_times}
    coordinates = {
        "arm": [arm.name for arm in scenario.arms],
        "patient": np.arange(scenario.cohort.size),
        "visit": np.arange(visit_times.size),
        "lesion": np.arange(1, MAX_LESIONS + 1),
        "line": np.arange(n_lines),
        "drug": np.array(plan.drugs, dtype=str),
        "time": trajectory_times,
        "tracked": np.arange(tracked_count),
    }
    dataset = xr.Dataset(
        {name: (declared[name].dims, values, dataarray_attrs(name)) for name, values in arrays.items()},
        coords={name: ((name,), values, dataarray_attrs(name)) for name, values in coordinates.items()},
    )
    dataset.attrs = provenance.root_attributes(scenario, started=started, ended=provenance.now(), facts=facts(scenario))
    return dataset


def _label(lines, line: int) -> str:
    """What a line gives, for legends."""
    if line >= len(lines):
        return ""
    return " + ".join(regimen.drug for regimen in lines[line]) or "no drug"
