"""See to one lane after a step: events inside the step, outputs, doses, failure, departure."""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.arrays import MAX_STEPS, NEGATIVE, NON_FINITE, STEP_BUDGET, STEP_TOO_SMALL
from ossim.numerics.codegen.layout import (
    ACCEPT,
    ERROR,
    FRESH,
    LANDING,
    LOOK,
    N_MODES,
    N_UNITS,
    NEXT_TIME,
    STEP,
    STEPS,
    TIME,
    WANTED,
)
from ossim.numerics.ode.dense_output import crossing, cut_step, record
from ossim.numerics.ode.dose_events import apply_events, set_stop
from ossim.numerics.ode.method_switch import STIFF, STIFF_START, change_method, give_up_stiff, start_stretch
from ossim.numerics.ode.progression_event import watch_step
from ossim.numerics.ode.step_control import SAME_TIME
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, get, put


@jit(forceinline=True, fastmath=FASTMATH)
def follow_clocks(run, lane, w, plan, marks, used, clocks, interpolant, weights):
    """Date the thresholds that the step just made has crossed; cut it where a terminal one is."""
    t, made, t_new = get(w, TIME, lane), get(w, STEP, lane), get(w, NEXT_TIME, lane)
    stopped = False
    for clock in range(clocks.state.size):
        index, threshold = clocks.state[clock], clocks.threshold[run, clock]
        if get(w, plan.trial + index, lane) >= threshold and math.isnan(clocks.crossed[run, clock]):
            theta = crossing(w, plan, index, lane, threshold, interpolant, weights)
            clocks.crossed[run, clock] = t + theta * made
            put(w, plan.clocks + clock, lane, np.inf)
            if clocks.terminal[clock]:
                t_new, stopped = min(t_new, t + theta * made), True
    if stopped:
        for clock in range(clocks.state.size):
            if clocks.crossed[run, clock] > t_new:
                clocks.crossed[run, clock] = np.nan
        cut_step(w, plan, lane, t_new, used, marks[N_MODES], interpolant, weights)
    return stopped


@jit(forceinline=True, fastmath=FASTMATH)
def failure(w, lane):
    """Why a step that was refused cannot be made smaller."""
    error = get(w, ERROR, lane)
    if not (error < np.inf):
        return NON_FINITE
    return STEP_TOO_SMALL if error > 1.0 else NEGATIVE


@jit(forceinline=True, fastmath=FASTMATH)
def leaves_after_step(
    run, lane, w, plan, marks, limits, runs, exposure, doses, clocks, watch, records, relative_cost, observe,
    section, interpolant, weights,
):  # fmt: skip
    """Do what the last step of a lane asks for; return whether its run leaves, being done, failed, or better off."""
    leaving, steps = False, get(w, STEPS, lane)
    if get(w, ACCEPT, lane) > 0.0:
        landed = get(w, LANDING, lane) > 0.0
        used = plan.n_shared + marks[N_UNITS] * plan.n_per_unit
        stopped = follow_clocks(run, lane, w, plan, marks, used, clocks, interpolant, weights)
        t_new = get(w, NEXT_TIME, lane)
        if watch.active[run]:
            watch_step(run, lane, w, plan, marks, limits, watch, observe, section, interpolant)
            if watch.crossed[run] > t_new:
                watch.crossed[run] = np.nan
        if records.row[run] >= 0:
            record(run, lane, t_new, w, plan, used, records, interpolant, weights)
        if stopped:
            runs.end[run] = t_new
        if t_new >= runs.end[run]:
            return True
        if landed:
            apply_events(run, lane, t_new, w, plan, doses, exposure)
            if runs.method[run] == STIFF and get(w, FRESH, lane) > 0.0:
                put(w, WANTED, lane, min(get(w, WANTED, lane), STIFF_START))
            set_stop(run, lane, w, runs, doses)
        if relative_cost > 0.0 and (landed or steps >= get(w, LOOK, lane)):
            leaving = change_method(run, lane, w, plan, runs, limits, relative_cost)
    elif not (get(w, WANTED, lane) >= SAME_TIME * max(abs(get(w, TIME, lane)), 1.0)):
        if relative_cost > 0.0 and runs.method[run] == STIFF:
            give_up_stiff(run, runs)  # its derivatives may be what is not finite
            start_stretch(run, lane, get(w, TIME, lane), w, runs, limits[STEP_BUDGET], relative_cost)
        else:
            runs.status[run] = failure(w, lane)
        return True
    if steps >= limits[STEP_BUDGET]:
        runs.status[run] = MAX_STEPS
        return True
    return leaving
