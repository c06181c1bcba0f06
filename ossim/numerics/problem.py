"""A problem: the contiguous arrays and the compiled kernel that the engine sees, and the call that advances them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from .arrays import Clocks, Control, Doses, Exposure, Plan, Records, Runs, Watch
from .ensemble import advance
from .kernel import Kernel, compile_kernel
from .lanes import WIDTH
from .layout import ACCEPT, BUSY, FRESH, MARKS
from .system import System

DEFAULT_RTOL = 1e-7
DEFAULT_ATOL = 1e-9
DEFAULT_MAX_STEPS = 200_000


@dataclass(frozen=True)
class Problem:
    """Runs of one system with their drugs, doses, clocks and outputs."""

    kernel: Kernel
    plan: Plan
    n_units: np.ndarray
    runs: Runs
    exposure: Exposure
    doses: Doses
    clocks: Clocks
    watch: Watch
    records: Records
    control: Control


def make_runs(system: System, state: np.ndarray, parameters: np.ndarray, start: float = 0.0) -> Runs:
    """Fresh runs at time `start`; `state` (n_runs, n_states) and `parameters` (n_runs, n_parameters) are copied."""
    n = state.shape[0]
    return Runs(
        state=np.array(state, float, order="C"),
        time=np.full(n, float(start)),
        end=np.full(n, float(start)),
        step=np.full(n, 1e-3),
        parameters=np.array(parameters, float, order="C"),
        infusion=np.zeros((n, system.n_states)),
        status=np.zeros(n, np.int64),
        n_steps=np.zeros(n, np.int64),
    )


def no_exposure(system: System, n: int) -> Exposure:
    """No drug modes; constant inputs at zero."""
    none = np.zeros((n, 0))
    inputs = np.zeros((n, len(system.inputs)))
    return Exposure(none, none.copy(), none.copy(), none.copy(), none.copy(), np.zeros(0, np.int64), inputs)


def no_doses(n: int) -> Doses:
    """An empty event table."""
    f, i = np.zeros(0), np.zeros(0, np.int64)
    pointers = (np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n))
    return Doses(f, i, i, f, f, f, *pointers, i, i, i, np.zeros(0, np.bool_), np.zeros((n, 0)))


def no_clocks(n: int) -> Clocks:
    """No thresholds."""
    return Clocks(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((n, 0)), np.zeros((n, 0)))


def no_watch(n: int) -> Watch:
    """No watched observable."""
    return Watch(np.zeros(n, np.bool_), np.full(n, np.inf), np.full(n, np.nan))


def make_records(times, rows: np.ndarray, n_states: int, n_modes: int) -> Records:
    """Outputs at `times` for the runs with rows[i] >= 0 (their place in the output)."""
    times = np.array(times, float)
    n_rows = int(rows.max(initial=-1)) + 1
    return Records(
        times,
        np.array(rows, np.int64),
        np.zeros(rows.size, np.int64),
        np.full((n_rows, times.size, n_states), np.nan),
        np.full((n_rows, times.size, n_modes), np.nan),
    )


def make_control(
    rtol: float = DEFAULT_RTOL,
    atol: float = DEFAULT_ATOL,
    max_steps: int = DEFAULT_MAX_STEPS,
    max_step: float = np.inf,
    watch_factor: float = 1.0,
    watch_margin: float = 0.0,
    signed: bool = False,
) -> Control:
    """Tolerances; unless `signed`, a state below -`atol` is a failure of the step and in the end of the run."""
    lowest = -np.inf if signed else -float(atol)
    given = (rtol, atol, lowest, max_step, watch_factor, watch_margin, max_steps)
    return Control(*(float(value) for value in given))


def make_problem(
    system: System,
    runs: Runs,
    n_units=0,
    exposure: Exposure | None = None,
    doses: Doses | None = None,
    clocks: Clocks | None = None,
    watch: Watch | None = None,
    records: Records | None = None,
    control: Control | None = None,
) -> Problem:
    """Bind arrays to the compiled kernel of a system; what is not given is absent."""
    n = runs.time.size
    if np.size(n_units) and (np.min(n_units) < 0 or np.max(n_units) > system.max_units):
        asked = f"{np.min(n_units)} to {np.max(n_units)}"
        raise ValueError(f"{system.name} holds 0 to {system.max_units} units, not {asked}")
    exposure = no_exposure(system, n) if exposure is None else exposure
    kernel = compile_kernel(system)
    layout = kernel.layout
    n_modes, n_clocks = exposure.channel.size, 0 if clocks is None else clocks.state.size
    plan = Plan(
        layout.n_states,
        layout.n_shared,
        layout.n_per_unit,
        layout.n_parameters,
        layout.n_inputs,
        layout.state,
        layout.trial,
        layout.scratch,
        layout.slope(0),
        layout.levels,
        layout.parameters,
        layout.infusion,
        layout.modes,
        layout.rows(n_modes, 0),
        layout.rows(n_modes, n_clocks),
    )
    return Problem(
        kernel,
        plan,
        np.broadcast_to(np.asarray(n_units, np.int64), n).copy(),
        runs,
        exposure,
        no_doses(n) if doses is None else doses,
        no_clocks(n) if clocks is None else clocks,
        no_watch(n) if watch is None else watch,
        make_records((), np.full(n, -1), layout.n_states, n_modes) if records is None else records,
        make_control() if control is None else control,
    )


def aligned(n_rows: int) -> np.ndarray:
    """Ones for `n_rows` rows of lanes, starting on a 64-byte border: idle lanes then compute numbers."""
    raw = np.ones((n_rows + 1) * WIDTH)
    shift = (-raw.ctypes.data % 64) // 8
    return raw[shift : shift + n_rows * WIDTH]


def advance_problem(problem: Problem, end, threads: int = 1) -> None:
    """Advance all runs in place to `end` [day] (a number, or one per run); runs that failed or were stopped stay.

    The result does not depend on `threads`: runs share nothing.
    """
    runs, plan, exposure = problem.runs, problem.plan, problem.exposure
    runs.end[:] = end
    stopped = (~np.isnan(problem.clocks.crossed[:, problem.clocks.terminal])).any(axis=1)
    going = (runs.status == 0) & ~stopped & (runs.time < runs.end)
    queues = []
    for units in np.unique(problem.n_units):
        members = np.flatnonzero(going & (problem.n_units == units))
        queues += [(part, int(units)) for part in np.array_split(members, threads) if part.size]
    kernel = problem.kernel

    def work(job) -> None:
        queue, units = job
        n_modes, n_clocks = exposure.channel.size, problem.clocks.state.size
        interpolant = np.array(kernel.tableau.interpolant)
        w = aligned(plan.rows)
        for row in (ACCEPT, BUSY, FRESH):
            w[row * WIDTH : (row + 1) * WIDTH] = -1.0
        spaces = (
            w,
            aligned(plan.rows),
            np.zeros(kernel.layout.n_stages),
            np.zeros(MARKS + n_modes + n_clocks, np.int64),
            np.zeros(WIDTH, np.int64),
        )
        advance(
            np.ascontiguousarray(queue),
            units,
            runs,
            exposure,
            problem.doses,
            problem.clocks,
            problem.watch,
            problem.records,
            np.array(problem.control),
            plan,
            kernel.advance,
            kernel.observe,
            interpolant,
            spaces,
        )

    if threads == 1 or len(queues) == 1:
        for job in queues:
            work(job)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, queues))
