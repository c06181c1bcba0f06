"""A problem: the contiguous arrays and the compiled kernel that the engine sees, and the call that advances them."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ossim.numerics.arrays import (
    OK,
    Control,
    Doses,
    Exposure,
    HazardEvents,
    ProgressionMonitor,
    Records,
    Runs,
    WorkspaceIndex,
)
from ossim.numerics.codegen.kernel import Kernel, compile_kernel
from ossim.numerics.codegen.layout import ACCEPT, BUSY, FRESH, MARKS, Layout
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.ensemble import advance
from ossim.numerics.ode.method_switch import EXPLICIT, FIRST_GAP, FIRST_WAIT, STIFF
from ossim.numerics.simd.lanes import WIDTH

DEFAULT_RTOL = 1e-7
DEFAULT_ATOL = 1e-9
DEFAULT_MAX_STEPS = 200_000


@dataclass(frozen=True)
class Problem:
    """Runs of one system with their drugs, doses, clocks and outputs."""

    system: System
    n_units: np.ndarray
    runs: Runs
    exposure: Exposure
    doses: Doses
    clocks: HazardEvents
    watch: ProgressionMonitor
    records: Records
    control: Control

    @property
    def kernel(self) -> Kernel:
        """The compiled explicit method."""
        return compile_kernel(self.system)


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
        method=np.full(n, EXPLICIT),
        pace=np.tile([float(start), 0.0, 0.0, FIRST_WAIT, FIRST_GAP, 0.0], (n, 1)),
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


def no_clocks(n: int) -> HazardEvents:
    """No thresholds."""
    return HazardEvents(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros((n, 0)), np.zeros((n, 0)))


def no_watch(n: int) -> ProgressionMonitor:
    """No watched observable."""
    return ProgressionMonitor(np.zeros(n, np.bool_), np.full(n, np.inf), np.full(n, np.nan))


def make_records(times, rows: np.ndarray, n_states: int, n_modes: int, n_levels: int = 0) -> Records:
    """Outputs at `times` for the runs with rows[i] >= 0 (their place in the output).

    Of the first `n_levels` inputs the constant part is kept too.
    """
    times = np.array(times, float)
    n_rows = int(rows.max(initial=-1)) + 1
    return Records(
        times,
        np.array(rows, np.int64),
        np.zeros(rows.size, np.int64),
        np.full((n_rows, times.size, n_states), np.nan),
        np.full((n_rows, times.size, n_modes), np.nan),
        np.full((n_rows, times.size, n_levels), np.nan),
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
    clocks: HazardEvents | None = None,
    watch: ProgressionMonitor | None = None,
    records: Records | None = None,
    control: Control | None = None,
) -> Problem:
    """Bind arrays to the compiled kernel of a system; what is not given is absent."""
    n = runs.time.size
    if np.size(n_units) and (np.min(n_units) < 0 or np.max(n_units) > system.max_units):
        asked = f"{np.min(n_units)} to {np.max(n_units)}"
        raise ValueError(f"{system.name} holds 0 to {system.max_units} units, not {asked}")
    exposure = no_exposure(system, n) if exposure is None else exposure
    return Problem(
        system,
        np.broadcast_to(np.asarray(n_units, np.int64), n).copy(),
        runs,
        exposure,
        no_doses(n) if doses is None else doses,
        no_clocks(n) if clocks is None else clocks,
        no_watch(n) if watch is None else watch,
        make_records((), np.full(n, -1), system.n_states, exposure.channel.size) if records is None else records,
        make_control() if control is None else control,
    )


@functools.cache
def make_plan(layout: Layout, n_modes: int, n_clocks: int) -> WorkspaceIndex:
    """Row numbers of the workspace of a kernel for a problem with so many drug modes and clocks."""
    return WorkspaceIndex(
        n_states=layout.n_states,
        n_shared=layout.n_shared,
        n_per_unit=layout.n_per_unit,
        n_parameters=layout.n_parameters,
        n_inputs=layout.n_inputs,
        state=layout.state,
        trial=layout.trial,
        slopes=layout.slope(0),
        levels=layout.levels,
        parameters=layout.parameters,
        infusion=layout.infusion,
        modes=layout.modes,
        clocks=layout.rows(n_modes, 0),
        rows=layout.rows(n_modes, n_clocks),
    )


def aligned(n_rows: int) -> np.ndarray:
    """Ones for `n_rows` rows of lanes, starting on a 64-byte border: idle lanes then compute numbers."""
    raw = np.ones((n_rows + 1) * WIDTH)
    shift = (-raw.ctypes.data % 64) // 8
    return raw[shift : shift + n_rows * WIDTH]


def advance_problem(problem: Problem, end, threads: int = 1, method: str = "tsit5") -> None:
    """Advance all runs in place to `end` [day] (a number, or one per run); runs that failed or were stopped stay.

    Parameters
    ----------
    threads : the result does not depend on it: runs share nothing
    method : "tsit5", explicit; "rodas4", for stiff systems; or "auto", the one each run is better off with

    Raises
    ------
    ValueError
        The stiff method is asked for, and the system repeats a unit.
    """
    runs = problem.runs
    runs.end[:] = end
    switching = method == "auto" and not problem.system.unit_states
    if not switching:
        runs.method[:] = STIFF if method == "rodas4" else EXPLICIT
    while (going := unfinished(problem)).any():
        for name, code in (("tsit5", EXPLICIT), ("rodas4", STIFF)):
            _advance_with(problem, going & (runs.method == code), name, switching, threads)
        if not switching:
            return


def unfinished(problem: Problem) -> np.ndarray:
    """Whether each run still has a way to go: neither failed, nor stopped by a terminal threshold, nor at its end."""
    runs, clocks = problem.runs, problem.clocks
    stopped = (~np.isnan(clocks.crossed[:, clocks.terminal])).any(axis=1)
    return (runs.status == OK) & ~stopped & (runs.time < runs.end)


def _advance_with(problem: Problem, chosen: np.ndarray, method: str, switching: bool, threads: int) -> None:
    """Advance the chosen runs by one method, to their ends or until they leave it."""
    queues = []
    for units in np.unique(problem.n_units[chosen]):
        members = np.flatnonzero(chosen & (problem.n_units == units))
        queues += [(part, int(units)) for part in np.array_split(members, threads) if part.size]
    if not queues:
        return
    kernel = compile_kernel(problem.system, method)
    relative_cost = 0.0
    if switching:
        # the explicit method only asks whether it may leave
        relative_cost = kernel.cost / problem.kernel.cost if method == "rodas4" else 1.0
    n_modes, n_clocks = problem.exposure.channel.size, problem.clocks.state.size
    plan = make_plan(kernel.layout, n_modes, n_clocks)
    interpolant, limits = np.array(kernel.tableau.interpolant), np.array(problem.control)

    def work(job) -> None:
        queue, units = job
        w = aligned(plan.rows)
        for row in (ACCEPT, BUSY, FRESH):
            w[row * WIDTH : (row + 1) * WIDTH] = -1.0
        marks, lane_run = np.zeros(MARKS + n_modes + n_clocks, np.int64), np.zeros(WIDTH, np.int64)
        advance(
            np.ascontiguousarray(queue),
            units,
            problem.runs,
            problem.exposure,
            problem.doses,
            problem.clocks,
            problem.watch,
            problem.records,
            limits,
            plan,
            relative_cost,
            *kernel.entries,
            interpolant,
            (w, aligned(plan.rows), np.zeros(kernel.layout.n_stages), marks, lane_run),
        )

    if threads == 1 or len(queues) == 1:
        for job in queues:
            work(job)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, queues))
