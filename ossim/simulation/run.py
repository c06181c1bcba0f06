"""Run a virtual trial: every arm on the same patients, block by block, into one labelled Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from ..catalog import population
from ..cohort.sampling import Patients, draw_patients
from ..criteria.recist import RECIST_1_1
from ..errors import InputError
from ..models.osteosarcoma_patient import MAX_LESIONS
from . import provenance
from .config_limits import n_visits
from .evidence import drugs_of
from .pharmacology import plan_pharmacology
from .results import allocate, allocate_trajectories, keep_trajectories, trial_dataset
from .scenario import ModelRun, Scenario
from .simulate import simulate
from .trial import Protocol, run_arm

BLOCK = 4096
CRITERIA = {"recist_1.1": RECIST_1_1}
PER_LINE = ("line_start", "line_end", "progression_time", "true_progression_time")
_FIRST_WEEK = np.arange(84) / 12.0  # every two hours, so that peaks and troughs show [day]


def run(
    scenario: Scenario | ModelRun,
    progress: Callable[[float, float], None] | None = None,
    threads: int | None = None,
) -> xr.Dataset:
    """Simulate a scenario: a virtual trial, or a run of a published model (then see `simulate`).

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
    if isinstance(scenario, ModelRun):
        return _run_model(scenario)
    if threads is not None and threads < 1:
        raise InputError(f"threads: must be 1 or more, not {threads}")
    started = provenance.now()
    plan = plan_pharmacology(drugs_of(scenario), scenario.pharmacokinetics)
    visit_times = _visit_times(scenario)
    arrays = allocate(scenario, plan, visit_times.size)
    tracked_count = min(scenario.output.trajectories, scenario.cohort.size)
    trajectory_times = _trajectory_times(scenario)
    trajectories = allocate_trajectories(scenario, plan, tracked_count, trajectory_times.size)
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
                if values.ndim > 1 and name in PER_LINE:
                    target[:, : values.shape[1]] = values
                else:
                    target[...] = values
            if (rows >= 0).any():
                kept = slice(patients.first, patients.first + int((rows >= 0).sum()))
                keep_trajectories(trajectories, index, kept, problem, plan)
            del problem
    return trial_dataset(scenario, plan, arrays, trajectories, visit_times, trajectory_times, tracked_count, started)


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _visit_times(scenario: Scenario) -> np.ndarray:
    """Baseline and every scan within follow-up [day]."""
    visits = scenario.visits
    return visits.every * np.arange(n_visits(visits.every, visits.until))


def _trajectory_times(scenario: Scenario) -> np.ndarray:
    """Times at which trajectories are kept [day]: the first week closely, then as the config says."""
    regular = np.arange(0.0, scenario.visits.until + 1e-9, scenario.output.every)
    return np.unique(np.concatenate([_FIRST_WEEK[scenario.visits.until >= _FIRST_WEEK], regular]))


def _blocks(scenario: Scenario) -> Iterator[Patients]:
    cohort = scenario.cohort
    source = population(cohort.population)
    for first in range(0, cohort.size, BLOCK):
        size = min(BLOCK, cohort.size - first)
        yield draw_patients(source, scenario.seed, first, size, MAX_LESIONS, cohort.parameters, cohort.typical)


def _measurement_error(scenario: Scenario, patients: Patients) -> np.ndarray | float:
    given = scenario.visits.measurement_error
    return patients.values["measurement_error"] if given is None else given


def _run_model(config: ModelRun) -> xr.Dataset:
    """Run a published model as its config says, with the provenance of a trial."""
    started = provenance.now()
    parameters = {key: list(value) if isinstance(value, tuple) else value for key, value in config.parameters.items()}
    dataset = simulate(
        config.model,
        times=list(config.times),
        initial=dict(config.initial),
        doses=[dict(row) for row in config.doses],
        parameters=parameters,
        rtol=config.rtol,
        atol=config.atol,
    )
    attributes = provenance.root_attributes(config, started=started, ended=provenance.now())
    return dataset.assign_attrs({**attributes, **dataset.attrs})
