"""Inside a step: dense output, and crossings of thresholds.

Every method gives the state inside its last step as y + h sum_j b_j(theta) k_j with k the slopes of its stages, and
`interpolant` holds the coefficients of theta, theta^2, ... of each b_j.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.codegen.layout import DECAY, MODE_ROWS, NEXT_TIME, NEXT_VALUE, OUTPUT, STEADY, STEP, TIME, VALUE
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, get, put


@jit(forceinline=True, fastmath=FASTMATH)
def weigh_stages(theta, interpolant, weights):
    """Weights of the stages in the dense output at theta in [0, 1]."""
    for stage in range(interpolant.shape[0]):
        total = 0.0
        for power in range(interpolant.shape[1] - 1, -1, -1):
            total = total * theta + interpolant[stage, power]
        weights[stage] = total


@jit(forceinline=True, fastmath=FASTMATH)
def interpolate(w, plan, index, lane, weights):
    """State `index` of a lane inside the step just made."""
    total = 0.0
    for stage in range(weights.size):
        total += weights[stage] * get(w, plan.slopes + stage * plan.n_states + index, lane)
    return get(w, plan.state + index, lane) + get(w, STEP, lane) * total


@jit(forceinline=True, fastmath=FASTMATH)
def crossing(w, plan, index, lane, threshold, interpolant, weights):
    """Fraction of the step at which a growing state reaches its threshold, by bisection to the last bit but three."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        weigh_stages(middle, interpolant, weights)
        if interpolate(w, plan, index, lane, weights) < threshold:
            low = middle
        else:
            high = middle
    return high


@jit(forceinline=True, fastmath=FASTMATH)
def mode_after(w, base, lane, tau):
    """Value of a drug mode `tau` days after the start of the step."""
    steady = get(w, base + STEADY, lane)
    return steady + (get(w, base + VALUE, lane) - steady) * math.exp(-get(w, base + DECAY, lane) * tau)


@jit(forceinline=True, fastmath=FASTMATH)
def cut_step(w, plan, lane, t_new, used, n_modes, interpolant, weights):
    """Let the trial state be that at `t_new` inside the step just made."""
    tau = t_new - get(w, TIME, lane)
    weigh_stages(tau / get(w, STEP, lane), interpolant, weights)
    for index in range(used):
        put(w, plan.trial + index, lane, interpolate(w, plan, index, lane, weights))
    for mode in range(n_modes):
        base = plan.modes + mode * MODE_ROWS
        put(w, base + NEXT_VALUE, lane, mode_after(w, base, lane, tau))
    put(w, NEXT_TIME, lane, t_new)


@jit(forceinline=True, fastmath=FASTMATH)
def record(run, lane, t_new, w, plan, used, records, interpolant, weights):
    """Write the outputs due up to `t_new`, from the step that ends at or after it; states not in use stay."""
    row, t, h = records.row[run], get(w, TIME, lane), get(w, STEP, lane)
    while records.next[run] < records.time.size and records.time[records.next[run]] <= t_new:
        output = records.next[run]
        tau = records.time[output] - t
        for index in range(plan.n_states):
            records.state[row, output, index] = get(w, plan.state + index, lane)
        if tau > 0.0 and (tau >= h or records.time[output] >= get(w, NEXT_TIME, lane)):
            for index in range(used):
                records.state[row, output, index] = get(w, plan.trial + index, lane)
        elif tau > 0.0:
            weigh_stages(tau / h, interpolant, weights)
            for index in range(used):
                records.state[row, output, index] = interpolate(w, plan, index, lane, weights)
        for mode in range(records.value.shape[2]):
            records.value[row, output, mode] = mode_after(w, plan.modes + mode * MODE_ROWS, lane, tau)
        for channel in range(records.level.shape[2]):
            records.level[row, output, channel] = get(w, plan.levels + channel, lane)
        records.next[run] += 1
    set_output(run, lane, w, records)


@jit(forceinline=True, fastmath=FASTMATH)
def set_output(run, lane, w, records):
    """Tell the kernel when the next output of a lane is due."""
    due = np.inf
    if records.row[run] >= 0 and records.next[run] < records.time.size:
        due = records.time[records.next[run]]
    put(w, OUTPUT, lane, due)
