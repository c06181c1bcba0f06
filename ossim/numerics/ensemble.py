"""Advance many runs of one system, eight at a time, each with its own step size, doses and end.

Every lane carries one run. After each step the lanes are judged one by one: accepted or repeated, dosed, recorded,
stopped; a finished lane takes the next run of the queue at once. No lane reads another, so a run's bits do not
depend on its neighbours, on the block it is in, or on the number of threads.
"""

from __future__ import annotations

import numpy as np
from numba import typeof, types

from .arrays import (
    DECAY,
    MAX_STEPS,
    NEGATIVE,
    NEXT,
    NON_FINITE,
    OK,
    PK_ROWS,
    STEADY,
    STEP_TOO_SMALL,
    VALUE,
    WEIGHT,
    Clocks,
    Control,
    Doses,
    Exposure,
    Plan,
    Records,
    Runs,
    Watch,
)
from .cache import jit
from .dense import crossing, interpolate, record, watch_step
from .elementary import exp, log
from .events import apply_events
from .inputs import clear_inputs, write_inputs
from .kernel import KERNEL_TYPE
from .kernel_source import (
    ACCEPT,
    ERROR,
    FACTOR,
    INPUT_NODES,
    LOWEST,
    PREVIOUS,
    STAGES,
    START_SLOPE,
    STEP,
    TIME,
)
from .lanes import FASTMATH, load, maximum, minimum, store, where_positive

_SAFETY, _SHRINK_MOST, _GROW_MOST = 0.9, 0.2, 5.0
_PROPORTIONAL, _INTEGRAL = 0.17, 0.04  # Hairer, Norsett, Wanner, Solving ODEs I, II.4 with beta = 0.04


@jit(forceinline=True, fastmath=FASTMATH)
def load_run(run, lane, w, pk, levels, plan, runs, exposure):
    """Bring a run into a lane."""
    for index in range(plan.n_states):
        w[(plan.state + index) * 8 + lane] = runs.state[run, index]
        w[(plan.infusion + index) * 8 + lane] = runs.infusion[run, index]
    for index in range(plan.n_parameters):
        w[(plan.parameters + index) * 8 + lane] = runs.parameters[run, index]
    for slot in range(exposure.channel.size):
        base = slot * PK_ROWS
        pk[(base + VALUE) * 8 + lane] = exposure.value[run, slot]
        pk[(base + DECAY) * 8 + lane] = exposure.decay[run, slot]
        pk[(base + STEADY) * 8 + lane] = exposure.gain[run, slot] * exposure.rate[run, slot] / exposure.decay[run, slot]
        pk[(base + WEIGHT) * 8 + lane] = exposure.weight[run, slot]
    for channel in range(plan.n_inputs):
        levels[channel * 8 + lane] = exposure.level[run, channel]
    w[PREVIOUS * 8 + lane] = 1e-4
    w[START_SLOPE * 8 + lane] = -1.0  # not known: look for a minimum in the first step if the observable ends rising


@jit(forceinline=True, fastmath=FASTMATH)
def store_run(run, lane, t, h, w, pk, plan, runs, exposure):
    """Take a run out of its lane."""
    for index in range(plan.n_states):
        runs.state[run, index] = w[(plan.state + index) * 8 + lane]
        runs.infusion[run, index] = w[(plan.infusion + index) * 8 + lane]
    for slot in range(exposure.channel.size):
        exposure.value[run, slot] = pk[(slot * PK_ROWS + VALUE) * 8 + lane]
    runs.time[run] = t
    runs.step[run] = h


def _advance(
    queue, n_units, runs, exposure, doses, clocks, watch, records, control, plan, rates, step, observe, workspaces
):
    """Advance the queued runs to their ends; see the module. Compiled below for fixed argument types."""
    w, pk, levels, reals, marks = workspaces
    t, h, target, h_kept = reals[0], reals[1], reals[2], reals[3]
    lane_run, landing, fresh, reason = marks[0], marks[1], marks[2], marks[3]
    lane_run[:] = -1
    waiting, busy = 0, 0
    rtol, atol = control.rtol, control.atol
    used = plan.n_shared + n_units * plan.n_per_unit
    while True:
        any_fresh, any_watch = False, False
        for lane in range(8):
            while lane_run[lane] < 0 and waiting < queue.size:
                run = queue[waiting]
                waiting += 1
                if runs.status[run] != OK or runs.time[run] >= runs.end[run]:
                    continue
                load_run(run, lane, w, pk, levels, plan, runs, exposure)
                t[lane], h[lane] = runs.time[run], runs.step[run]
                w[STEP * 8 + lane] = 0.0
                if records.row[run] >= 0:
                    record(run, lane, t[lane], t[lane], w, pk, plan, records)
                _, longest = apply_events(run, lane, t[lane], w, pk, levels, plan, doses, exposure)
                h[lane] = min(h[lane], longest)
                fresh[lane], lane_run[lane], reason[lane] = True, run, OK
                busy += 1
            run = lane_run[lane]
            if run >= 0:
                stop = runs.end[run]
                if doses.next[run] < doses.last[run]:
                    stop = min(stop, doses.origin[run] + doses.time[doses.next[run]])
                remaining = stop - t[lane]
                wanted = min(h[lane], control.max_step)
                landing[lane] = wanted >= remaining * 0.999
                h_kept[lane] = wanted
                if landing[lane]:
                    wanted = remaining
                elif wanted > 0.5 * remaining:
                    wanted = 0.5 * remaining
                target[lane] = stop
                w[TIME * 8 + lane], w[STEP * 8 + lane] = t[lane], wanted
                any_fresh |= fresh[lane] != 0
                any_watch |= watch.active[run]
        if busy == 0:
            break
        clear_inputs(w, levels, plan)
        if any_fresh:
            # slopes of the other lanes are kept: recomputing them would be right to rounding only
            write_inputs(w, pk, plan, exposure.channel, 0, 1)
            for lane in range(8):
                w[ACCEPT * 8 + lane] = 1.0 if fresh[lane] else -1.0
                fresh[lane] = False
            for index in range(used):
                store(w, (plan.scratch + index) * 8, load(w, (plan.slopes + index) * 8))
            rates(w, n_units, rtol, atol)
            chosen = load(w, ACCEPT * 8)
            for index in range(used):
                row = (plan.slopes + index) * 8
                store(w, row, where_positive(chosen, load(w, row), load(w, (plan.scratch + index) * 8)))
        write_inputs(w, pk, plan, exposure.channel, 1, INPUT_NODES)
        step(w, n_units, rtol, atol)
        if any_watch:
            observe(w, n_units, rtol, atol)
        error = maximum(load(w, ERROR * 8), 1e-10)
        factor = _SAFETY * exp(_INTEGRAL * log(load(w, PREVIOUS * 8)) - _PROPORTIONAL * log(error))
        store(w, FACTOR * 8, minimum(maximum(factor, _SHRINK_MOST), _GROW_MOST))
        for lane in range(8):
            run = lane_run[lane]
            w[ACCEPT * 8 + lane] = -1.0
            if run < 0:
                continue
            runs.n_steps[run] += 1
            made, error_here = w[STEP * 8 + lane], w[ERROR * 8 + lane]
            if error_here <= 1.0 and w[LOWEST * 8 + lane] >= control.lowest:
                t_new = target[lane] if landing[lane] else t[lane] + made
                w[ACCEPT * 8 + lane] = 1.0
                w[PREVIOUS * 8 + lane] = max(error_here, 1e-4)
                stopped = False
                for clock in range(clocks.state.size):
                    index, threshold = clocks.state[clock], clocks.threshold[run, clock]
                    if w[(plan.trial + index) * 8 + lane] >= threshold and np.isnan(clocks.crossed[run, clock]):
                        theta = crossing(w, plan, index, lane, threshold)
                        clocks.crossed[run, clock] = t[lane] + theta * made
                        if clocks.terminal[clock]:
                            t_new, stopped = t[lane] + theta * made, True
                if watch.active[run]:
                    watch_step(run, lane, t[lane], w, plan, watch, control, observe, n_units)
                    if watch.crossed[run] > t_new:
                        watch.crossed[run] = np.nan
                if records.row[run] >= 0:
                    record(run, lane, t[lane], t_new, w, pk, plan, records)
                if stopped:
                    for clock in range(clocks.state.size):
                        if clocks.crossed[run, clock] > t_new:
                            clocks.crossed[run, clock] = np.nan
                    theta = (t_new - t[lane]) / made
                    for index in range(used):
                        w[(plan.scratch + index) * 8 + lane] = interpolate(w, plan, index, lane, theta)
                    for index in range(used):
                        w[(plan.trial + index) * 8 + lane] = w[(plan.scratch + index) * 8 + lane]
                    runs.end[run] = t_new
                grown = made * w[FACTOR * 8 + lane]
                h[lane] = max(grown, h_kept[lane]) if landing[lane] else grown
                t[lane] = t_new
            else:
                if not (error_here < np.inf):
                    reason[lane] = NON_FINITE
                    h[lane] = 0.2 * made
                elif error_here > 1.0:
                    reason[lane] = STEP_TOO_SMALL
                    h[lane] = made * min(w[FACTOR * 8 + lane], 0.9)
                else:
                    reason[lane] = NEGATIVE
                    h[lane] = 0.5 * made
                if h[lane] < 1e-13 * max(1.0, abs(t[lane])) or not (made > 0.0):
                    runs.status[run] = reason[lane]
            if runs.n_steps[run] >= control.max_steps and t[lane] < runs.end[run]:
                runs.status[run] = MAX_STEPS
        accepted = load(w, ACCEPT * 8)
        for index in range(used):
            here, first = (plan.state + index) * 8, (plan.slopes + index) * 8
            store(w, here, where_positive(accepted, load(w, (plan.trial + index) * 8), load(w, here)))
            last = (plan.slopes + (STAGES - 1) * plan.n_states + index) * 8
            store(w, first, where_positive(accepted, load(w, last), load(w, first)))
        for slot in range(exposure.channel.size):
            here = (slot * PK_ROWS + VALUE) * 8
            store(pk, here, where_positive(accepted, load(pk, (slot * PK_ROWS + NEXT) * 8), load(pk, here)))
        for lane in range(8):
            run = lane_run[lane]
            if run < 0:
                continue
            if t[lane] >= runs.end[run] or runs.status[run] != OK:
                store_run(run, lane, t[lane], h[lane], w, pk, plan, runs, exposure)
                lane_run[lane] = -1
                busy -= 1
            elif w[ACCEPT * 8 + lane] > 0.0 and landing[lane]:
                fresh[lane], longest = apply_events(run, lane, t[lane], w, pk, levels, plan, doses, exposure)
                h[lane] = min(h[lane], longest)


def _signature():
    """Argument types of `advance`, so that it is compiled once for all models and kept in the cache."""
    f1, f2, f3 = (np.zeros((1,) * n) for n in (1, 2, 3))
    i1, i2, b1 = np.zeros(1, np.int64), np.zeros((1, 1), np.int64), np.zeros(1, np.bool_)
    examples = (
        i1,
        0,
        Runs(f2, f1, f1, f1, f2, f2, i1, i1),
        Exposure(f2, f2, f2, f2, f2, i1, f2),
        Doses(f1, i1, i1, f1, f1, f1, i1, i1, f1, i1, i1, i1, b1, f2),
        Clocks(i1, b1, f2, f2),
        Watch(b1, f1, f1),
        Records(f1, i1, i1, f3, f3),
        Control(0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0),
        Plan(*(0,) * len(Plan._fields)),
    )
    return types.void(*(typeof(e) for e in examples), *(KERNEL_TYPE,) * 3, typeof((f1, f1, f1, f2, i2)))


advance = jit(_signature(), fastmath=FASTMATH, nogil=True)(_advance)
