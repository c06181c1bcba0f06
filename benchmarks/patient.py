"""What a virtual patient costs: 1 000 patients, two years, up to three lesions, with PK, visits, RECIST and decisions.

CPU time of one core beside the error reached, engine apart from the rest, and memory.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from unittest import mock

import numpy as np

import ossim
from ossim.catalog import population
from ossim.cohort.sampling import Patients, draw_patients
from ossim.config.arm import Arm
from ossim.criteria import make_criterion
from ossim.model.patient.equations import MAX_LESIONS
from ossim.numerics.ode import devices
from ossim.trial.arm import run_arm
from ossim.trial.exposure import Pharmacology, plan_pharmacology
from ossim.trial.protocol import Protocol

from .measure import Case, number, table, take_turns

CONFIG = """
title: Benchmark
model: osteosarcoma_patient
seed: 2015
cohort: {population: relapsed, size: SIZE}
arms:
  sorafenib: {regimen: sorafenib 400 mg b.i.d.}
  combination: {regimen: [sorafenib 400 mg b.i.d., everolimus 5 mg q.d.]}
visits: {every: 8 weeks, until: 2 years, criteria: recist_1.1}
output: {trajectories: 0}
"""
ARMS = ("sorafenib", "combination")
RTOLS = (1e-4, 1e-5, 1e-6, 1e-7)
REFERENCE_RTOL, REFERENCE_ATOL = 1e-11, 1e-12


@dataclass(frozen=True)
class Setting:
    """One arm bound to its patients, ready to run at any tolerance."""

    arm: Arm
    patients: Patients
    plan: Pharmacology
    protocol: Protocol

    def at(self, rtol: float, atol: float | None = None, threads: int = 1) -> Setting:
        given = self.protocol.solver
        solver = given.model_copy(update={"rtol": rtol, "atol": given.atol if atol is None else atol})
        return replace(self, protocol=replace(self.protocol, solver=solver, threads=threads))


def setting(arm: str, size: int) -> Setting:
    """Look up the facts and draw the patients of one arm."""
    scenario = ossim.loads(CONFIG.replace("SIZE", str(size)))
    (chosen,) = (item for item in scenario.arms if item.name == arm)
    visits, drugs = scenario.visits, tuple(regimen.drug for regimen in chosen.lines[0])
    patients = draw_patients(population(scenario.cohort.population), scenario.seed, 0, size, MAX_LESIONS)
    protocol = Protocol(
        seed=scenario.seed,
        visit_times=np.arange(0.0, visits.until + 1e-9, visits.every),
        until=visits.until,
        criterion=make_criterion(),
        measurement_error=patients.values["measurement_error"],
        solver=scenario.solver,
        trajectory_times=np.zeros(0),
    )
    return Setting(chosen, patients, plan_pharmacology(drugs, scenario.pharmacokinetics), protocol)


def treat(given: Setting):
    """Run the arm; outcome arrays and the advanced problem."""
    untracked = np.full(given.patients.size, -1)
    return run_arm(given.arm, given.patients, given.plan, given.protocol, untracked)


@contextmanager
def engine_clock():
    """Collect the wall and CPU seconds of every call of the compiled engine in a list."""
    inside: list[tuple[float, float]] = []
    advance = devices.advance_problem

    def timed(*arguments, **named):
        wall, cpu = time.perf_counter(), time.process_time()
        advance(*arguments, **named)
        inside.append((time.perf_counter() - wall, time.process_time() - cpu))

    with mock.patch.object(devices, "advance_problem", timed):
        yield inside


def cost_and_error(arm: str, size: int = 1000, rtols: Sequence[float] = RTOLS, repeats: int = 5) -> str:
    """Table of one arm: seconds, steps and errors at several tolerances."""
    base = setting(arm, size)
    exact = treat(base.at(REFERENCE_RTOL, REFERENCE_ATOL))[0]
    cases = [Case(f"{rtol:g}", partial(base.at, rtol), treat, size) for rtol in rtols]
    times = take_turns(cases, repeats) * size / 1e6
    rows = []
    for index, rtol in enumerate(rtols):
        with engine_clock() as inside:
            found, problem = treat(base.at(rtol))
        steps, engine = int(problem.runs.n_steps.sum()), sum(cpu for _, cpu in inside)
        error = volume_errors(found, exact)
        same = same_dates(found, exact)
        dates = date_errors(found, exact)
        rows.append(
            (
                f"{rtol:g}",
                f"{times[:, index].min():.3f}",
                f"{np.median(times[:, index]):.3f}",
                f"{engine:.3f}",
                number(steps / size),
                f"{engine / steps * 1e6:.3f}",
                f"{np.max(error):.1e}",
                f"{np.percentile(error, 95):.1e}",
                f"{np.max(dates, initial=0.0):.1e}",
                f"{100 * same:.1f} %",
            )
        )
    title = f"{arm}: {size} patients, 2 years, CPU seconds of one core (errors against rtol {REFERENCE_RTOL:g})"
    header = (
        "rtol", "least", "median", "in engine", "steps/patient", "us/step", "volume error", "95th percentile",
        "progression [day]", "same PFS dates",
    )  # fmt: skip
    return table(title, header, rows)


def volume_errors(found: dict, exact: dict) -> np.ndarray:
    """Largest relative error of the tumor volume of each patient over the visits before decisions differ."""
    same = np.logical_and.accumulate(found["line_at_visit"] == exact["line_at_visit"], axis=1)
    error = np.abs(found["tumor_volume"] / exact["tumor_volume"] - 1.0)
    return np.where(same & np.isfinite(error), error, 0.0).max(axis=1)


def same_dates(found: dict, exact: dict) -> float:
    """Share of patients whose progression is seen at the same visit, or not seen, in both."""
    ours, theirs = (np.nan_to_num(outcome["progression_time"][:, 0]) for outcome in (found, exact))
    return float(np.mean(ours == theirs))


def date_errors(found: dict, exact: dict) -> np.ndarray:
    """Error of the true date of progression [day] where both have one."""
    difference = np.abs(found["true_progression_time"][:, 0] - exact["true_progression_time"][:, 0])
    return difference[np.isfinite(difference)]


_CHILD = """
import json, sys, time
import ossim
from benchmarks.patient import CONFIG, peak_memory as peak
scenario = ossim.loads(CONFIG.replace("SIZE", "8"))
ossim.run(scenario, threads=1)
before = peak()
start = time.perf_counter()
ossim.run(scenario.with_overrides({"cohort.size": int(sys.argv[1])}), threads=1)
print(json.dumps([before, time.perf_counter() - start, peak()]))
"""


def peak_memory() -> float:
    """Most memory that this process ever held [MiB]."""
    try:
        # the resource module would carry over the peak of the process that started this one
        with open("/proc/self/status", encoding="utf-8") as handle:
            return next(int(line.split()[1]) for line in handle if line.startswith("VmHWM")) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(size: int) -> list[float]:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    command = [sys.executable, "-c", _CHILD, str(size)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-500:])
    return json.loads(done.stdout.splitlines()[-1])


def memory(sizes: Sequence[int] = (1000, 10_000)) -> str:
    """Table of peak memory of whole trials of two arms, each in a fresh process."""
    rows = []
    for size in sizes:
        before, seconds, peak = _child(size)
        per_patient = (peak - before) / size * 1024
        rows.append((size, f"{seconds:.2f}", f"{before:.0f}", f"{peak:.0f}", f"{per_patient:.1f}"))
    header = ("patients", "wall s", "MiB before", "MiB peak", "KiB per patient")
    return table("Whole trials of two arms on one thread: wall time and peak memory", header, rows)


def patient(size: int = 1000, repeats: int = 5) -> Iterator[str]:
    """All tables of this file, one after the other."""
    for arm in ARMS:
        yield cost_and_error(arm, size, repeats=repeats)
    yield memory((size, 10 * size))
