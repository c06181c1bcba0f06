"""Advance many runs of one system, eight at a time, each with its own step size, doses and end.

Every lane carries one run. The kernel advances all of them until a lane needs more than arithmetic: it landed on a
dose or on its end, passed an output, a threshold or a minimum, or cannot go on. Those lanes are seen to one by one; a
finished one takes the next run of the queue at once. No lane reads another, so a run's bits do not depend on its
neighbours, on the block it is in, or on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import typeof, types

from .arrays import (
    MAX_STEPS,
    NEGATIVE,
    NON_FINITE,
    OK,
    STEP_BUDGET,
    STEP_TOO_SMALL,
    Clocks,
    Doses,
    Exposure,
    Plan,
    Records,
    Runs,
    Watch,
)
from .cache import jit
from .control import SAME_TIME
from .dense import crossing, cut_step, record
from .events import apply_events, set_stop
from .kernel import KERNEL_TYPE
from .lanes import FASTMATH, WIDTH, get, put
from .layout import (
    ACCEPT,
    ERROR,
    LANDING,
    LOOK,
    MARKS,
    N_CLOCKS,
    N_MODES,
    N_UNITS,
    NEXT_TIME,
    STEP,
    STEPS,
    TIME,
    WANTED,
    WATCHED,
)
from .pace import change_method, start_stretch
from .residents import load_run, store_run
from .watch import watch_step

IDLE = -1


@jit(forceinline=True, fastmath=FASTMATH)
def follow_clocks(run, lane, w, plan, marks, clocks, interpolant, weights):
    """Date the thresholds that the step just made has crossed; cut it where a terminal one is."""
    t, made, t_new = get(w, TIME, lane), get(w, STEP, lane), get(w, NEXT_TIME, lane)
    stopped = False
    for clock in range(clocks.state.size):
        index, threshold = clocks.state[clock], clocks.threshold[run, clock]
        if get(w, plan.trial + index, lane) >= threshold and np.isnan(clocks.crossed[run, clock]):
            theta = crossing(w, plan, index, lane, threshold, interpolant, weights)
            clocks.crossed[run, clock] = t + theta * made
            put(w, plan.clocks + clock, lane, np.inf)
            if clocks.terminal[clock]:
                t_new, stopped = min(t_new, t + theta * made), True
    if stopped:
        for clock in range(clocks.state.size):
            if clocks.crossed[run, clock] > t_new:
                clocks.crossed[run, clock] = np.nan
        used = plan.n_shared + marks[N_UNITS] * plan.n_per_unit
        cut_step(w, plan, lane, t_new, used, marks[N_MODES], interpolant, weights)
    return stopped


@jit(forceinline=True, fastmath=FASTMATH)
def failure(w, lane):
    """Why a step that was refused cannot be made smaller."""
    error = get(w, ERROR, lane)
    if not (error < np.inf):
        return NON_FINITE
    return STEP_TOO_SMALL if error > 1.0 else NEGATIVE


def _advance(
    queue,
    n_units,
    runs,
    exposure,
    doses,
    clocks,
    watch,
    records,
    limits,
    plan,
    relative_cost,
    advance,
    observe,
    interpolant,
    spaces,
):
    """Advance the queued runs to their ends; see the module. Compiled below for fixed argument types."""
    w, section, weights, marks, lane_run = spaces
    lane_run[:] = IDLE
    waiting, watched, look = 0, 0, (1 << WIDTH) - 1
    marks[N_UNITS], marks[N_MODES], marks[N_CLOCKS] = n_units, exposure.channel.size, clocks.state.size
    for mode in range(exposure.channel.size):
        marks[MARKS + mode] = exposure.channel[mode]
    for clock in range(clocks.state.size):
        marks[MARKS + exposure.channel.size + clock] = clocks.state[clock]
    budget = limits[STEP_BUDGET]
    while True:
        for lane in range(WIDTH):
            if not (look >> lane) & 1:
                continue
            run = lane_run[lane]
            if run != IDLE:
                leaving = False
                if get(w, ACCEPT, lane) > 0.0:
                    landed = get(w, LANDING, lane) > 0.0
                    stopped = follow_clocks(run, lane, w, plan, marks, clocks, interpolant, weights)
                    t_new = get(w, NEXT_TIME, lane)
                    if watch.active[run]:
                        watch_step(run, lane, w, plan, marks, limits, watch, observe, section, interpolant)
                        if watch.crossed[run] > t_new:
                            watch.crossed[run] = np.nan
                        watched -= not watch.active[run]
                    if records.row[run] >= 0:
                        record(run, lane, t_new, w, plan, records, interpolant, weights)
                    if stopped:
                        runs.end[run] = t_new
                    leaving = t_new >= runs.end[run]
                    if landed and not leaving:
                        apply_events(run, lane, t_new, w, plan, doses, exposure)
                        set_stop(run, lane, w, runs, doses)
                    if relative_cost > 0.0 and not leaving and (landed or get(w, STEPS, lane) >= get(w, LOOK, lane)):
                        leaving = change_method(run, lane, w, plan, runs, limits, relative_cost)
                elif not (get(w, WANTED, lane) >= SAME_TIME * max(abs(get(w, TIME, lane)), 1.0)):
                    runs.status[run] = failure(w, lane)
                    leaving = True
                if not leaving and get(w, STEPS, lane) >= budget:
                    runs.status[run] = MAX_STEPS
                    leaving = True
                if leaving:
                    watched -= watch.active[run]
                    store_run(run, lane, w, plan, runs, exposure, watch)
                    lane_run[lane] = IDLE
            while lane_run[lane] == IDLE and waiting < queue.size:
                run = queue[waiting]
                waiting += 1
                if runs.status[run] == OK and runs.time[run] < runs.end[run]:
                    load_run(run, lane, w, plan, runs, exposure, doses, records, watch, budget, interpolant, weights)
                    if relative_cost > 0.0:
                        start_stretch(run, lane, runs.time[run], w, runs, budget)
                    for clock in range(clocks.state.size):
                        crossed = clocks.crossed[run, clock] == clocks.crossed[run, clock]
                        put(w, plan.clocks + clock, lane, np.inf if crossed else clocks.threshold[run, clock])
                    watched += watch.active[run]
                    lane_run[lane] = run
        busy = False
        for lane in range(WIDTH):
            busy |= lane_run[lane] != IDLE
        if not busy:
            break
        marks[WATCHED] = watched
        look = advance(w, marks, limits)


def _signature():
    """Argument types of `advance`, so that it is compiled once for all models and kept in the cache."""
    f1, f2, f3 = (np.zeros((1,) * n) for n in (1, 2, 3))
    i1, b1 = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    examples = (
        i1,
        0,
        Runs(f2, f1, f1, f1, f2, f2, i1, i1, i1, f2),
        Exposure(f2, f2, f2, f2, f2, i1, f2),
        Doses(f1, i1, i1, f1, f1, f1, i1, i1, f1, i1, i1, i1, b1, f2),
        Clocks(i1, b1, f2, f2),
        Watch(b1, f1, f1),
        Records(f1, i1, i1, f3, f3),
        f1,
        Plan(*(0,) * len(Plan._fields)),
    )
    return types.void(
        *(typeof(e) for e in examples),
        types.float64,
        KERNEL_TYPE,
        KERNEL_TYPE,
        typeof(f2),
        typeof((f1, f1, f1, i1, i1)),
    )


advance = jit(_signature(), fastmath=FASTMATH, nogil=True)(_advance)
