"""Inside a step: dense output, crossings of thresholds, the rise of the observable over its minimum."""

from __future__ import annotations

import numpy as np

from .arrays import DECAY, PK_ROWS, STEADY, VALUE
from .cache import jit
from .kernel_source import OBSERVABLE, SLOPE, STAGES, START_SLOPE, STEP
from .lanes import FASTMATH
from .tableaus import TSIT5

_GOLDEN = 0.3819660112501051
_INTERPOLANT = np.array(TSIT5.interpolant)


@jit(forceinline=True, fastmath=FASTMATH)
def _weight(stage, theta):
    """Weight of a stage in the dense output at theta in [0, 1]."""
    total = 0.0
    for power in range(_INTERPOLANT.shape[1] - 1, -1, -1):
        total = total * theta + _INTERPOLANT[stage, power]
    return total


@jit(forceinline=True, fastmath=FASTMATH)
def interpolate(w, plan, index, lane, theta):
    """State `index` of a lane inside the step just made."""
    total = 0.0
    for stage in range(STAGES):
        total += _weight(stage, theta) * w[(plan.slopes + stage * plan.n_states + index) * 8 + lane]
    return w[(plan.state + index) * 8 + lane] + w[STEP * 8 + lane] * total


@jit(forceinline=True, fastmath=FASTMATH)
def crossing(w, plan, index, lane, threshold):
    """Fraction of the step at which a growing state reaches its threshold, by bisection to the last bit but three."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if interpolate(w, plan, index, lane, middle) < threshold:
            low = middle
        else:
            high = middle
    return high


@jit(forceinline=True, fastmath=FASTMATH)
def record(run, lane, t, t_new, w, pk, plan, records):
    """Write the outputs that fall in (t, t_new] (at t itself when the step is empty)."""
    row = records.row[run]
    h = w[STEP * 8 + lane]
    while records.next[run] < records.time.size and records.time[records.next[run]] <= t_new:
        output = records.next[run]
        tau = records.time[output] - t
        theta = min(tau / h, 1.0) if h > 0.0 else 0.0
        for index in range(plan.n_states):
            if theta <= 0.0:
                value = w[(plan.state + index) * 8 + lane]
            elif theta >= 1.0:
                value = w[(plan.trial + index) * 8 + lane]
            else:
                value = interpolate(w, plan, index, lane, theta)
            records.state[row, output, index] = value
        for slot in range(records.value.shape[2]):
            base = slot * PK_ROWS
            steady = pk[(base + STEADY) * 8 + lane]
            relaxed = np.exp(-pk[(base + DECAY) * 8 + lane] * tau)
            records.value[row, output, slot] = steady + (pk[(base + VALUE) * 8 + lane] - steady) * relaxed
        records.next[run] += 1


@jit(forceinline=True, fastmath=FASTMATH)
def _observe_at(theta, lane, w, plan, control, observe, n_units):
    """Observable of one lane inside the step just made; its trial state is overwritten."""
    for index in range(plan.n_states):
        w[(plan.trial + index) * 8 + lane] = interpolate(w, plan, index, lane, theta)
    observe(w, n_units, control.rtol, control.atol)
    return w[OBSERVABLE * 8 + lane]


@jit(fastmath=FASTMATH)
def _search_step(run, lane, t, turning, w, plan, watch, control, observe, n_units):
    """Find the minimum of the observable inside a step where it turns, and the rise over the minimum if it is there."""
    for index in range(plan.n_states):
        w[(plan.scratch + index) * 8 + lane] = w[(plan.trial + index) * 8 + lane]
    ended, slope = w[OBSERVABLE * 8 + lane], w[SLOPE * 8 + lane]
    bottom = 0.0
    if turning:
        low, high = 0.0, 1.0
        for _ in range(40):
            left, right = low + _GOLDEN * (high - low), high - _GOLDEN * (high - low)
            at_left = _observe_at(left, lane, w, plan, control, observe, n_units)
            if at_left < _observe_at(right, lane, w, plan, control, observe, n_units):
                high = right
            else:
                low = left
        bottom = 0.5 * (low + high)
        lowest = _observe_at(bottom, lane, w, plan, control, observe, n_units)
        watch.lowest[run] = min(watch.lowest[run], lowest)
    limit = max(control.watch_factor * watch.lowest[run], watch.lowest[run] + control.watch_margin)
    if ended >= limit:
        low, high = bottom, 1.0
        for _ in range(40):
            middle = 0.5 * (low + high)
            if _observe_at(middle, lane, w, plan, control, observe, n_units) < limit:
                low = middle
            else:
                high = middle
        watch.crossed[run] = t + high * w[STEP * 8 + lane]
        watch.active[run] = False
    for index in range(plan.n_states):
        w[(plan.trial + index) * 8 + lane] = w[(plan.scratch + index) * 8 + lane]
    observe(w, n_units, control.rtol, control.atol)
    w[OBSERVABLE * 8 + lane], w[SLOPE * 8 + lane] = ended, slope


@jit(forceinline=True, fastmath=FASTMATH)
def watch_step(run, lane, t, w, plan, watch, control, observe, n_units):
    """Follow the observable of an accepted step: its minimum, and the date of its rise over it."""
    observed, slope = w[OBSERVABLE * 8 + lane], w[SLOPE * 8 + lane]
    turning = w[START_SLOPE * 8 + lane] < 0.0 and slope > 0.0
    limit = max(control.watch_factor * watch.lowest[run], watch.lowest[run] + control.watch_margin)
    if turning or observed >= limit:
        _search_step(run, lane, t, turning, w, plan, watch, control, observe, n_units)
    watch.lowest[run] = min(watch.lowest[run], observed)
    w[START_SLOPE * 8 + lane] = slope
