"""Run a virtual trial: every arm on the same patients, block by block, into one labelled Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from .. import catalog
from ..catalog import model_parameters, population
from ..cohort.sampling import Patients, draw_patients
from ..criteria.recist import RECIST_1_1
from ..dosing import compile_events
from ..models.osteosarcoma_observables import observables
from ..models.osteosarcoma_patient import MAX_LESIONS
from ..schema import VARIABLES, dataarray_attrs
from . import provenance
from .pharmacology import Pharmacology, plan_pharmacology
from .scenario import Scenario
from .trial import Protocol, run_arm

BLOCK = 4096
CRITERIA = {"recist_1.1": RECIST_1_1}
TRAJECTORIES = (
    "sum_of_diameters", "tumor_volume", "vegf", "svegfr2", "bypass", "resistant_fraction", "perfusion",
)  # fmt: skip
_DOSES_SHOWN = 20_000
_FIRST_WEEK = np.arange(84) / 12.0  # every two hours, so that peaks and troughs show [day]


def run(
    scenario: Scenario, progress: Callable[[float, float], None] | None = None, threads: int | None = None
) -> xr.Dataset:
    """Simulate a scenario.

    Parameters
    ----------
    scenario : from `ossim.load`
    progress : called as ``progress(done, total)`` while it runs
    threads : threads of the compiled engine; default the cores this process may use. The result is the same for any.

    Returns
    -------
    xarray.Dataset with dims arm, patient, visit, lesion, line, drug, time, tracked, dose (see `ossim.schema`)

    Raises
    ------
    InputError
        A drug that acts through its concentration lacks the numbers for it.
    """
    started = provenance.now()
    plan = plan_pharmacology(_drugs(scenario), scenario.pharmacokinetics)
    visit_times = _visit_times(scenario)
    arrays = _allocate(scenario, plan, visit_times.size)
    tracked_count = min(scenario.output.trajectories, scenario.cohort.size)
    trajectory_times = _trajectory_times(scenario)
    trajectories = _allocate_trajectories(scenario, plan, tracked_count, trajectory_times.size)
    total, done = float(len(scenario.arms) * scenario.cohort.size * visit_times.size), 0.0
    for patients in _blocks(scenario):
        tracked = patients.first + np.arange(patients.size)
        rows = np.where(tracked < tracked_count, np.arange(patients.size), -1)
        protocol = Protocol(
            seed=scenario.seed,
            visit_times=visit_times,
            until=scenario.visits.until,
            thresholds=CRITERIA[scenario.visits.criteria],
            measurement_error=_measurement_error(scenario, patients),
            solver=scenario.solver,
            trajectory_times=trajectory_times if (rows >= 0).any() else np.zeros(0),
            pharmacokinetics=scenario.pharmacokinetics,
            threads=threads or available_cores(),
        )
        span = slice(patients.first, patients.first + patients.size)
        for index, arm in enumerate(scenario.arms):

            def advanced(count: int) -> None:
                nonlocal done
                done += count
                if progress is not None:
                    progress(done, total)

            out, problem = run_arm(arm, patients, plan, protocol, rows, advanced)
            for name, values in out.items():
                target = arrays[name][index, span]
                if values.ndim > 1 and name in _PER_LINE:
                    target[:, : values.shape[1]] = values
                else:
                    target[...] = values
            if (rows >= 0).any():
                kept = slice(patients.first, patients.first + int((rows >= 0).sum()))
                _keep_trajectories(trajectories, index, kept, problem, plan)
            del problem
    return _dataset(scenario, plan, arrays, trajectories, visit_times, trajectory_times, tracked_count, started)


_PER_LINE = ("line_start", "line_end", "progression_time", "true_progression_time")


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _drugs(scenario: Scenario) -> tuple[str, ...]:
    """All drugs of the trial, in order of first use."""
    return tuple(dict.fromkeys(regimen.drug for arm in scenario.arms for line in arm.lines for regimen in line))


def _visit_times(scenario: Scenario) -> np.ndarray:
    """Baseline and every scan within follow-up [day]."""
    visits = scenario.visits
    return visits.every * np.arange(int(np.floor(visits.until / visits.every + 1e-9)) + 1)


def _trajectory_times(scenario: Scenario) -> np.ndarray:
    """Times at which trajectories are kept [day]: the first week closely, then as the config says."""
    regular = np.arange(0.0, scenario.visits.until + 1e-9, scenario.output.every)
    return np.unique(np.concatenate([_FIRST_WEEK[_FIRST_WEEK <= scenario.visits.until], regular]))


def _blocks(scenario: Scenario) -> Iterator[Patients]:
    cohort = scenario.cohort
    source = population(cohort.population)
    for first in range(0, cohort.size, BLOCK):
        size = min(BLOCK, cohort.size - first)
        yield draw_patients(source, scenario.seed, first, size, MAX_LESIONS, cohort.parameters, cohort.typical)


def _measurement_error(scenario: Scenario, patients: Patients) -> np.ndarray | float:
    given = scenario.visits.measurement_error
    return patients.values["measurement_error"] if given is None else given


def _allocate(scenario: Scenario, plan: Pharmacology, n_visits: int) -> dict[str, np.ndarray]:
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
        arrays[variable.name] = np.full(shape, 0 if whole else np.nan, np.int8 if whole else float)
    return arrays


def _allocate_trajectories(scenario: Scenario, plan: Pharmacology, count: int, n_times: int) -> dict[str, np.ndarray]:
    n_arms = len(scenario.arms)
    found = {f"trajectory_{name}": np.full((n_arms, count, n_times), np.nan) for name in TRAJECTORIES}
    found["trajectory_concentration"] = np.full((n_arms, count, len(plan.drugs), n_times), np.nan)
    return found


def _keep_trajectories(trajectories: dict, arm: int, kept: slice, problem, plan: Pharmacology) -> None:
    records = problem.records
    count = kept.stop - kept.start
    parameters = problem.runs.parameters[:count, None, :]
    seen = observables(records.state, np.broadcast_to(parameters, (count, records.time.size, parameters.shape[2])))
    for name in TRAJECTORIES:
        trajectories[f"trajectory_{name}"][arm, kept] = seen[name]
    for drug in range(len(plan.drugs)):
        span = slice(plan.first_mode[drug], plan.last_mode[drug])
        if span.start < span.stop:
            # rounding of modes of opposite sign: a washed-out drug is zero, not -1e-17
            total = records.value[:, :, span].sum(axis=2)
            trajectories["trajectory_concentration"][arm, kept, drug] = np.maximum(total, 0.0)


def _calendar(scenario: Scenario, plan: Pharmacology, until: float) -> tuple[np.ndarray, np.ndarray]:
    """Nominal dose times of the first line of each arm, padded."""
    calendars = []
    for arm in scenario.arms:
        table = compile_events(arm.lines[0], plan.drugs, until)
        starts = np.flatnonzero(table.value > 0)[:_DOSES_SHOWN]
        calendars.append((table.time[starts], table.compartment[starts]))
    width = max((times.size for times, _ in calendars), default=0)
    time, drug = np.full((len(calendars), width), np.nan), np.full((len(calendars), width), -1, np.int16)
    for row, (times, compartments) in enumerate(calendars):
        time[row, : times.size], drug[row, : times.size] = times, compartments
    return time, drug


def _facts(scenario: Scenario, plan: Pharmacology) -> dict[str, tuple[str, str]]:
    """Source and evidence tier of every number that the run used."""
    facts = {name: (item.source, item.tier) for name, item in model_parameters(scenario.model).items()}
    spread = population(scenario.cohort.population).parameters
    facts |= {f"{name} (population)": (item.source, item.tier) for name, item in spread.items()}
    for name, chosen in zip(plan.drugs, plan.sets, strict=True):
        for key, quantity in (chosen.quantities if chosen else {}).items():
            facts[f"{name} {key}"] = (quantity.source, quantity.tier)
        for effect in catalog.drug(name).effects:
            facts[f"{name} effect on {effect.channel}"] = (effect.source, effect.tier)
    return facts


def _dataset(scenario, plan, arrays, trajectories, visit_times, trajectory_times, tracked_count, started) -> xr.Dataset:
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
    dataset.attrs = provenance.root_attributes(
        scenario, started=started, ended=provenance.now(), facts=_facts(scenario, plan)
    )
    return dataset


def _label(lines, line: int) -> str:
    """What a line gives, for legends."""
    if line >= len(lines):
        return ""
    return " + ".join(regimen.drug for regimen in lines[line]) or "no drug"
