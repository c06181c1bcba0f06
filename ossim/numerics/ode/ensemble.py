"""Advance many runs of one system, eight at a time, each with its own step size, doses and end.

Every lane carries one run. The kernel advances all of them until a lane needs more than arithmetic: it landed on a
dose or on its end, passed an output, a threshold or a minimum, or cannot go on. Those lanes are seen to one by one; a
finished one takes the next run of the queue at once. No lane reads another, so a run's bits do not depend on its
neighbours, on the block it is in, or on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import typeof, types

from ossim.numerics.arrays import (
    OK,
    STEP_BUDGET,
    Doses,
    Exposure,
    HazardEvents,
    ProgressionMonitor,
    Records,
    Runs,
    WorkspaceIndex,
)
from ossim.numerics.codegen.kernel import KERNEL_TYPE
from ossim.numerics.codegen.layout import MARKS, N_CLOCKS, N_MODES, N_UNITS, WATCHED
from ossim.numerics.ode.after_step import leaves_after_step
from ossim.numerics.ode.lane_io import load_run, store_run
from ossim.numerics.ode.method_switch import PACE_COLUMNS, set_look
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, WIDTH

IDLE = -1
ALL_LANES = (1 << WIDTH) - 1


@jit(forceinline=True, fastmath=FASTMATH)
def write_marks(marks, n_units, exposure, clocks):
    """Tell the kernel how many units, drug modes and clocks there are, and where they act."""
    n_modes = exposure.channel.size
    marks[N_UNITS], marks[N_MODES], marks[N_CLOCKS], marks[WATCHED] = n_units, n_modes, clocks.state.size, 0
    for mode in range(n_modes):
        marks[MARKS + mode] = exposure.channel[mode]
    for clock in range(clocks.state.size):
        marks[MARKS + n_modes + clock] = clocks.state[clock]


def _advance(
    queue, n_units, runs, exposure, doses, clocks, watch, records, limits, plan, relative_cost, advance, observe,
    interpolant, spaces,
):  # fmt: skip
    """Advance the queued runs to their ends; see the module. Compiled below for fixed argument types."""
    w, section, weights, marks, lane_run = spaces
    write_marks(marks, n_units, exposure, clocks)
    lane_run[:] = IDLE
    waiting, busy, look = 0, 0, ALL_LANES
    while True:
        for lane in range(WIDTH):
            if not (look >> lane) & 1:
                continue
            run = lane_run[lane]
            if run != IDLE:
                watched = watch.active[run]
                leaving = leaves_after_step(
                    run, lane, w, plan, marks, limits, runs, exposure, doses, clocks, watch, records, relative_cost,
                    observe, section, interpolant, weights,
                )  # fmt: skip
                if watched and (leaving or not watch.active[run]):
                    marks[WATCHED] -= 1
                if leaving:
                    store_run(run, lane, w, plan, runs, exposure, watch)
                    lane_run[lane] = IDLE
                    busy -= 1
            while lane_run[lane] == IDLE and waiting < queue.size:
                run = queue[waiting]
                waiting += 1
                if runs.status[run] == OK and runs.time[run] < runs.end[run]:
                    load_run(run, lane, w, plan, runs, exposure, doses, clocks, watch, records, interpolant, weights)
                    set_look(run, lane, w, runs, limits[STEP_BUDGET], relative_cost)
                    if watch.active[run]:
                        marks[WATCHED] += 1
                    lane_run[lane] = run
                    busy += 1
        if busy == 0:
            break
        look = advance(w, marks, limits)


def _signature():
    """Argument types of `advance`, so that it is compiled once for all models and kept in the cache."""
    f1, f2, f3 = (np.zeros((1,) * n) for n in (1, 2, 3))
    i1, b1 = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    examples = (
        i1,
        0,
        Runs(f2, f1, f1, f1, f2, f2, i1, i1, i1, np.zeros((1, PACE_COLUMNS))),
        Exposure(f2, f2, f2, f2, f2, i1, f2),
        Doses(f1, i1, i1, f1, f1, f1, i1, i1, f1, i1, i1, i1, b1, f2),
        HazardEvents(i1, b1, f2, f2),
        ProgressionMonitor(b1, f1, f1),
        Records(f1, i1, i1, f3, f3, f3),
        f1,
        WorkspaceIndex(*(0,) * len(WorkspaceIndex._fields)),
        0.0,
    )
    types_of = [typeof(example) for example in examples]
    return types.void(*types_of, KERNEL_TYPE, KERNEL_TYPE, typeof(f2), typeof((f1, f1, f1, i1, i1)))


advance = jit(_signature(), fastmath=FASTMATH, nogil=True)(_advance)
