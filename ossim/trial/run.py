"""Run a virtual trial: every arm on the same patients, block by block, into one labelled Dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from ossim.catalog import population
from ossim.cohort.sampling import Patients, draw_patients
from ossim.config.scenario import ModelRun, Scenario
from ossim.config.spatial_trial import space_values
from ossim.errors import InputError
from ossim.model.patient.equations import MAX_LESIONS
from ossim.model_runs.dataset import with_observations
from ossim.model_runs.simulate import in_space, simulate
from ossim.numerics.ode.devices import advance_on
from ossim.store import provenance
from ossim.store.blocks import Put, trial_file
from ossim.store.fields import FIELDS, fields_of
from ossim.store.folder import IN_MEMORY, new_file, open_result, write_file
from ossim.trial.arm import run_arm
from ossim.trial.dataset import empty_trial, fill, in_memory, trajectories
from ossim.trial.evidence import drugs_of
from ossim.trial.exposure import Pharmacology, plan_pharmacology
from ossim.trial.protocol import Protocol
from ossim.trial.spatial.plan import spatial_plan

BLOCK = 4096
GPU_BLOCK = 16 * BLOCK  # enough threads to keep a device busy
MOST_IN_MEMORY = 4_000_000_000  # [byte]
_FIRST_WEEK = np.arange(84) / 12.0  # every two hours, so that peaks and troughs show [day]


def run(
    scenario: Scenario | ModelRun,
    progress: Callable[[float, float], None] | None = None,
    threads: int | None = None,
    to: str | Path | None = None,
    attributes: Mapping[str, Any] | None = None,
    device: str = "cpu",
) -> xr.Dataset:
    """Simulate a scenario: a virtual trial, or a run of a published model (then see `simulate`).

    Parameters
    ----------
    scenario : from `ossim.load`
    progress : called as ``progress(done, total)`` while it runs
    threads : threads of the compiled engine; default the cores this process may use. The result is the same for any.
    to : NetCDF file to write the result to; a result of more than 64 MB is then written while it is made, and what is
        returned reads from that file, so that memory does not grow with the cohort
    attributes : added to the root attributes of the result
    device : "cpu", or "gpu" for large cohorts on a CUDA device; equal but for rounding

    Returns
    -------
    xarray.Dataset with dims arm, patient, visit, lesion, line, drug, time, tracked, dose (see `ossim.dataset`)

    Raises
    ------
    InputError
        A drug that acts through its concentration lacks the numbers for it, the result does not fit, or there is no
        such device.
    OutputExistsError
        There is a file `to`.
    OSError
        The file cannot be written, for example because the disk is full; nothing is left of it.
    """
    advance_on(device)  # refuses a device that is not there before anything is written
    if to is not None:
        to = new_file(to)
    if isinstance(scenario, ModelRun):
        return _kept(_run_model(scenario, device, progress, to).assign_attrs(attributes or {}), to)
    if threads is not None and threads < 1:
        raise InputError(f"threads: must be 1 or more, not {threads}")
    plan = plan_pharmacology(drugs_of(scenario), scenario.pharmacokinetics)
    visit_times, trajectory_times = _visit_times(scenario), _trajectory_times(scenario)
    empty = empty_trial(scenario, plan, visit_times, trajectory_times, provenance.now())
    empty = empty.assign_attrs(attributes or {})
    if to is None and empty.nbytes > MOST_IN_MEMORY:
        raise InputError(f"the result takes {empty.nbytes / 1e9:.1f} GB of memory: give `to`, a file for it")
    folder = _new_fields(to) if scenario.space is not None else None
    simulate_into = partial(
        _simulate_blocks, scenario, plan, visit_times, trajectory_times, progress, threads, device, folder
    )
    if to is not None and empty.nbytes > IN_MEMORY:
        with trial_file(to, empty, BLOCK) as put:
            simulate_into(put)
        return open_result(to)
    dataset = in_memory(empty)
    simulate_into(partial(fill, dataset))
    if scenario.space is not None and scenario.space.error_estimate:
        dataset = dataset.assign_attrs(_temporal_error(scenario, dataset))
    return _kept(dataset.assign_attrs(ended=provenance.now()), to)


def _temporal_error(scenario: Scenario, dataset: xr.Dataset) -> dict[str, Any]:
    """Estimate the error in time of patients in space: the first one again with steps twice as long (Richardson)."""
    step = 2.0 * space_values(scenario.space)["time_step"]
    coarse = run(scenario.with_overrides({"cohort.size": 1, "space.step": step, "space.error_estimate": False}))
    found = {}
    for name in ("true_sum_of_diameters", "viable_volume"):
        fine = dataset[name].isel(patient=0).values
        other = coarse[name].isel(patient=0).values
        both = np.isfinite(fine) & np.isfinite(other)
        size = float(np.sqrt(np.sum(fine[both] ** 2)))
        found[name] = float(np.sqrt(np.sum((other - fine)[both] ** 2))) / (3.0 * size) if size else 0.0
    return {
        "temporal_error": found["true_sum_of_diameters"],
        "temporal_error_viable": found["viable_volume"],
        "temporal_error_meaning": "relative change of the first patient's diameters over the visits when steps are "
        "doubled, divided by 3",
    }


def _new_fields(to: Path | None) -> Path | None:
    """Where fields are written beside the file `to`, if there is one; an earlier store is not replaced."""
    return None if to is None else new_file(to.with_name(FIELDS))


def _kept(dataset: xr.Dataset, to: Path | None) -> xr.Dataset:
    """Write a Dataset to the file `to`, if there is one, and return it; fields have a store of their own."""
    if to is not None:
        write_file(dataset.drop_vars(fields_of(dataset)), to)
    return dataset


def _simulate_blocks(
    scenario: Scenario,
    plan: Pharmacology,
    visit_times: np.ndarray,
    trajectory_times: np.ndarray,
    progress: Callable[[float, float], None] | None,
    threads: int | None,
    device: str,
    folder: Path | None,
    put: Put,
) -> None:
    """Run all arms on one block of patients after the other and `put` what they give; fields go to a `folder`."""
    tracked_count = min(scenario.output.trajectories, scenario.cohort.size)
    total, done = float(len(scenario.arms) * scenario.cohort.size * visit_times.size), 0.0
    for patients in _blocks(scenario, BLOCK if device == "cpu" else GPU_BLOCK):
        tracked = patients.first + np.arange(patients.size)
        rows = np.where(tracked < tracked_count, np.arange(patients.size), -1)
        n_tracked = int((rows >= 0).sum())
        protocol = Protocol(
            seed=scenario.seed,
            visit_times=visit_times,
            until=scenario.visits.until,
            criterion=scenario.visits.criteria,
            measurement_error=_measurement_error(scenario, patients),
            solver=scenario.solver,
            trajectory_times=trajectory_times if n_tracked else np.zeros(0),
            threads=threads or available_cores(),
            device=device,
            new_lesions=scenario.new_lesions,
            space=None if scenario.space is None else spatial_plan(scenario, patients, folder),
        )

        def advanced(count: int) -> None:
            nonlocal done
            done += count
            if progress is not None:
                progress(done, total)

        for index, arm in enumerate(scenario.arms):
            out, problem = run_arm(arm, patients, plan, protocol, rows, advanced)
            put(index, slice(patients.first, patients.first + patients.size), out)
            if n_tracked:
                kept = slice(patients.first, patients.first + n_tracked)
                put(index, kept, trajectories(problem, plan, n_tracked))
            del problem


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _visit_times(scenario: Scenario) -> np.ndarray:
    """Baseline and every scan within follow-up [day]."""
    visits = scenario.visits
    return visits.every * np.arange(visits.number)


def _trajectory_times(scenario: Scenario) -> np.ndarray:
    """Times at which trajectories are kept [day]: the first week closely, then as the config says."""
    regular = np.arange(0.0, scenario.visits.until + 1e-9, scenario.output.every)
    return np.unique(np.concatenate([_FIRST_WEEK[scenario.visits.until >= _FIRST_WEEK], regular]))


def _blocks(scenario: Scenario, block: int) -> Iterator[Patients]:
    cohort = scenario.cohort
    source = population(cohort.population)
    for first in range(0, cohort.size, block):
        size = min(block, cohort.size - first)
        yield draw_patients(source, scenario.seed, first, size, MAX_LESIONS, cohort.parameters, cohort.typical)


def _measurement_error(scenario: Scenario, patients: Patients) -> np.ndarray | float:
    given = scenario.visits.measurement_error
    return patients.values["measurement_error"] if given is None else given


def _run_model(
    config: ModelRun, device: str, progress: Callable[[float, float], None] | None, to: Path | None
) -> xr.Dataset:
    """Run a published model as its config says, with the provenance of a trial.

    Fields are written beside the file `to` as they are made.
    """
    started = provenance.now()
    parameters = {key: list(value) if isinstance(value, tuple) else value for key, value in config.parameters.items()}
    shared = {
        "times": list(config.times),
        "initial": dict(config.initial),
        "doses": [dict(row) for row in config.doses],
        "parameters": parameters,
        "parameter_set": config.parameter_set,
    }
    if config.space is not None:
        dataset = in_space(config.model, **shared, space=config.space, progress=progress, to=_new_fields(to))
    else:
        dataset = simulate(config.model, **shared, rtol=config.rtol, atol=config.atol, device=device)
    dataset = with_observations(dataset, config.observations)
    attributes = provenance.root_attributes(config, started=started, ended=provenance.now())
    return dataset.assign_attrs({**attributes, **dataset.attrs})
