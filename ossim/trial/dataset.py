"""The labelled result of a trial: the Dataset without its patients, and how blocks of them fill it."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import xarray as xr

from ossim.config.trial import Scenario
from ossim.criteria import DIAMETERS
from ossim.criteria.judged import criterion_attributes
from ossim.dataset import VARIABLES, Variable, dataarray_attrs
from ossim.dosing import dose_times
from ossim.model.patient.equations import MAX_LESIONS
from ossim.model.patient.observables import observables
from ossim.numerics.ode.problem import Problem
from ossim.store import provenance
from ossim.store.blocks import of_patients, place
from ossim.strategies import labels_checked
from ossim.trial.evidence import facts
from ossim.trial.exposure import Pharmacology

TRAJECTORIES = (
    "sum_of_diameters", "tumor_volume", "vegf", "svegfr2", "bypass", "resistant_fraction", "perfusion",
)  # fmt: skip
DOSES_SHOWN = 20_000


def empty_trial(
    scenario: Scenario, plan: Pharmacology, visit_times: np.ndarray, trajectory_times: np.ndarray, started: str
) -> xr.Dataset:
    """Label a trial without its patients: dims, coordinates, units, meanings, provenance.

    Variables of patients hold "not there" and take no memory, whatever the size of the cohort: they are read-only views
    of one number.
    """
    declared = {variable.name: variable for variable in VARIABLES}
    dose_time, dose_drug = _calendar(scenario, plan, scenario.visits.until)
    n_lines = max(len(arm.lines) for arm in scenario.arms)
    labels = np.full((len(scenario.arms), n_lines), "", dtype=object)
    every_line = [line for arm in scenario.arms for line in arm.lines]
    for row, arm in enumerate(scenario.arms):
        labels[row, : len(arm.lines)] = labels_checked(arm.strategy, arm.plan, every_line)
    planned = np.array([len(arm.lines) for arm in scenario.arms], np.int8)
    coordinates = {
        "arm": [arm.name for arm in scenario.arms],
        "patient": np.arange(scenario.cohort.size),
        "visit": np.arange(visit_times.size),
        "lesion": np.arange(1, MAX_LESIONS + 1),
        "line": np.arange(n_lines),
        "drug": np.array(plan.drugs, dtype=str),
        "time": trajectory_times,
        "tracked": np.arange(min(scenario.output.trajectories, scenario.cohort.size)),
    }
    sizes = {name: len(values) for name, values in coordinates.items()}
    arrays = {
        variable.name: np.broadcast_to(_absent(variable), tuple(sizes[dim] for dim in variable.dims))
        for variable in VARIABLES
        if of_patients(variable.dims) and _there(variable, scenario)
    }
    arrays |= {"dose_time": dose_time, "dose_drug": dose_drug}
    arrays |= {"line_label": labels.astype(str), "planned_lines": planned, "planned_visit_time": visit_times}
    dataset = xr.Dataset(
        {name: (declared[name].dims, values, dataarray_attrs(name)) for name, values in arrays.items()},
        coords={name: ((name,), values, dataarray_attrs(name)) for name, values in coordinates.items()},
    )
    dataset.attrs = provenance.root_attributes(scenario, started=started, ended=started, facts=facts(scenario))
    criterion = scenario.visits.criteria
    dataset.attrs |= {"criteria": json.dumps(criterion.written()), **criterion_attributes(criterion)}
    if "burden" in dataset:
        dataset["burden"].attrs |= {"units": criterion.unit, "long_name": f"measured {criterion.long_name}"}
    if criterion.uses_attenuation:
        dataset["true_progression_time"].attrs["comment"] = "by size alone: attenuation is judged at visits"
    if scenario.compare_with:
        dataset.attrs["compare_with"] = json.dumps({item.trial: item.arm for item in scenario.compare_with})
    return dataset


def in_memory(empty: xr.Dataset) -> xr.Dataset:
    """Return an `empty_trial` whose variables of patients can be filled."""
    found = {name: values for name, values in empty.variables.items() if of_patients(values.dims)}
    return empty.assign({name: values.copy(data=np.array(values.values, order="C")) for name, values in found.items()})


def fill(dataset: xr.Dataset, arm: int, span: slice, arrays: Mapping[str, np.ndarray]) -> None:
    """Put `arrays` of the patients `span` of an arm in their places; an arm of few lines leaves the others absent."""
    for name, values in arrays.items():
        if name in dataset:
            dataset.variables[name].values[place(arm, span, values)] = values


def trajectories(problem: Problem, plan: Pharmacology, count: int) -> dict[str, np.ndarray]:
    """Return the time courses of the first `count` patients of a block, named as in the Dataset."""
    records = problem.records
    parameters = problem.runs.parameters[:count, None, :]
    seen = observables(records.state, np.broadcast_to(parameters, (count, records.time.size, parameters.shape[2])))
    found = {f"trajectory_{name}": seen[name] for name in TRAJECTORIES}
    concentration = np.full((count, len(plan.drugs), records.time.size), np.nan)
    for drug in range(len(plan.drugs)):
        span = slice(plan.first_mode[drug], plan.last_mode[drug])
        if span.start < span.stop:
            modes = records.value[:, :, span]
            total = modes.sum(axis=2)
            # modes of opposite sign cancel to rounding: before the first dose and after washout that is zero
            rounding = 1e-12 * np.nanmax(np.abs(modes), initial=0.0)
            concentration[:, drug] = np.where(np.abs(total) <= rounding, 0.0, total)
    return found | {"trajectory_concentration": concentration}


def _there(variable: Variable, scenario: Scenario) -> bool:
    """Whether a variable of patients is kept of such a trial."""
    if variable.spatial:
        return scenario.space is not None
    return not variable.by_criterion or scenario.visits.criteria.measures != DIAMETERS


def _absent(variable: Variable) -> np.generic:
    """Return what stands in a variable of patients where there is nothing."""
    if variable.is_int8:
        return np.int8(-1 if variable.name == "line_at_visit" else 0)
    return np.float64(np.nan)


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
