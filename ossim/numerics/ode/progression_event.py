"""The observable inside a step: where it turns, and when it has risen far enough over its minimum.

Both are found by sectioning: a second workspace holds the run at as many places of the step as there are lanes, and
one call of the kernel gives the observable at all of them.
"""

from __future__ import annotations

import numpy as np

from ossim.numerics.arrays import MARGIN, MOST_RISE
from ossim.numerics.codegen.layout import LOW, N_UNITS, OBSERVABLE, SLOPE, START_SLOPE, STEP, STEPS, TIME
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, WIDTH, get, load, put, store

REACH_WIDTH = 1e-10  # of a step: how closely the rise is dated
TURN_WIDTH = 1e-6  # the observable is flat where it turns
APART = 1e-6  # the sign of a slope is that of a difference over this part of the step


@jit(forceinline=True, fastmath=FASTMATH)
def _observe_at(low, width, lane, w, plan, marks, limits, observe, section, interpolant):
    """Observables of the run in `lane` at the places low + width, low + 2 width, ... of its last step."""
    theta = low + width * load(section, STEPS)
    for stage in range(interpolant.shape[0]):
        total = 0.0 * theta
        for power in range(interpolant.shape[1] - 1, -1, -1):
            total = total * theta + interpolant[stage, power]
        store(section, plan.slopes + stage, total)
    for index in range(plan.n_shared, plan.n_shared + marks[N_UNITS] * plan.n_per_unit):
        total = 0.0 * theta
        for stage in range(interpolant.shape[0]):
            slope = get(w, plan.slopes + stage * plan.n_states + index, lane)
            total = total + slope * load(section, plan.slopes + stage)
        store(section, plan.trial + index, get(w, plan.state + index, lane) + get(w, STEP, lane) * total)
    observe(section, marks, limits)


@jit(fastmath=FASTMATH)
def _turn(lane, w, plan, marks, limits, observe, section, interpolant):
    """Fraction of the step at which the observable stops falling; its value there is left in the section."""
    low, high = 0.0, 1.0
    while high - low > TURN_WIDTH:
        width = (high - low) / (WIDTH + 1)
        _observe_at(low - APART, width, lane, w, plan, marks, limits, observe, section, interpolant)
        store(section, START_SLOPE, load(section, OBSERVABLE))
        _observe_at(low, width, lane, w, plan, marks, limits, observe, section, interpolant)
        first = WIDTH
        for place in range(WIDTH - 1, -1, -1):
            if get(section, OBSERVABLE, place) > get(section, START_SLOPE, place):
                first = place
        low, high = low + width * first, low + width * (first + 1)
    middle = 0.5 * (low + high)
    _observe_at(middle, 0.0, lane, w, plan, marks, limits, observe, section, interpolant)
    return middle


@jit(fastmath=FASTMATH)
def _reach(bottom, limit, lane, w, plan, marks, limits, observe, section, interpolant):
    """Fraction of the step, after `bottom`, at which the observable reaches `limit`."""
    low, high = bottom, 1.0
    while high - low > REACH_WIDTH:
        width = (high - low) / (WIDTH + 1)
        _observe_at(low, width, lane, w, plan, marks, limits, observe, section, interpolant)
        first = WIDTH
        for place in range(WIDTH - 1, -1, -1):
            if get(section, OBSERVABLE, place) >= limit:
                first = place
        low, high = low + width * first, low + width * (first + 1)
    return high


@jit(fastmath=FASTMATH)
def _search(run, turning, lane, w, plan, marks, limits, watch, observe, section, interpolant):
    """Find the minimum inside the step where the observable turns, and the rise over the minimum if it is there."""
    for index in range(plan.n_parameters):
        store(section, plan.parameters + index, get(w, plan.parameters + index, lane))
    for place in range(WIDTH):
        put(section, STEPS, place, place + 1.0)
    bottom, lowest, observed = 0.0, get(w, LOW, lane), get(w, OBSERVABLE, lane)
    if turning:
        bottom = _turn(lane, w, plan, marks, limits, observe, section, interpolant)
        lowest = min(lowest, get(section, OBSERVABLE, 0))
    limit = max(limits[MOST_RISE] * lowest, lowest + limits[MARGIN])
    if observed >= limit:
        theta = _reach(bottom, limit, lane, w, plan, marks, limits, observe, section, interpolant)
        watch.crossed[run] = get(w, TIME, lane) + theta * get(w, STEP, lane)
        watch.active[run] = False
    return lowest


@jit(forceinline=True, fastmath=FASTMATH)
def watch_step(run, lane, w, plan, marks, limits, watch, observe, section, interpolant):
    """Follow the observable of an accepted step: its minimum, and the date of its rise over it."""
    lowest, observed = get(w, LOW, lane), get(w, OBSERVABLE, lane)
    turning = get(w, START_SLOPE, lane) < 0.0 and get(w, SLOPE, lane) > 0.0
    if turning or observed >= max(limits[MOST_RISE] * lowest, lowest + limits[MARGIN]):
        lowest = _search(run, turning, lane, w, plan, marks, limits, watch, observe, section, interpolant)
    watch.lowest[run] = min(lowest, observed)
    put(w, LOW, lane, watch.lowest[run] if watch.active[run] else np.nan)


@jit(forceinline=True, fastmath=FASTMATH)
def start_watch(run, lane, w, watch):
    """Begin to follow the observable of a run just brought into a lane, if it is watched."""
    put(w, LOW, lane, watch.lowest[run] if watch.active[run] else np.nan)
    # the kernel takes over what stands for the last step: an observable that says nothing, and a slope that lets a
    # minimum be looked for in the first step if the observable ends rising
    put(w, OBSERVABLE, lane, np.inf)
    put(w, SLOPE, lane, -1.0)
