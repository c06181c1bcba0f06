"""Advance many runs of one system, eight at a time, each with its own step size, doses and end.

Every lane carries one run. After each step the lanes are judged one by one: accepted or repeated, dosed, recorded,
stopped; a finished lane takes the next run of the queue at once. No lane reads another, so a run's bits do not
depend on its neighbours, on the block it is in, or on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types, typeof

from .cache import jit
from .elementary import exp, log
from .kernel import KERNEL_TYPE
from .kernel_source import ERROR, HEADER_ROWS, INPUT_NODES, LOWEST, OBSERVABLE, STAGES, STEP, TIME
from .lanes import FASTMATH, load, maximum, minimum, store, where_positive
from .tableaus import TSIT5

OK, MAX_STEPS, NON_FINITE, NEGATIVE, STEP_TOO_SMALL = range(5)
STATUS_MEANINGS = ("ok", "max_steps", "non_finite", "negative", "step_too_small")

EVENT_RATE, EVENT_RESET, EVENT_STEADY_STATE, EVENT_BOLUS = range(4)

_NODES = TSIT5.c[:INPUT_NODES]
_INTERPOLANT = np.array(TSIT5.interpolant)
_FACTOR_ROW, _PREVIOUS_ROW, _ACCEPT_ROW = 5, 6, 7
_SAFETY, _SHRINK_MOST, _GROW_MOST = 0.9, 0.2, 5.0
_PROPORTIONAL, _INTEGRAL = 0.17, 0.04  # Hairer, Norsett, Wanner, Solving ODEs I, II.4 with beta = 0.04
_PK_ROWS = 5
_VALUE, _DECAY, _STEADY, _WEIGHT, _NEXT = range(_PK_ROWS)


class Runs(NamedTuple):
    """State of the runs; everything here is advanced in place. Leading dimension: runs."""

    state: np.ndarray
    time: np.ndarray
    end: np.ndarray
    step: np.ndarray
    parameters: np.ndarray
    infusion: np.ndarray
    status: np.ndarray
    n_steps: np.ndarray


class Exposure(NamedTuple):
    """Closed-form drug modes; `channel` names the input each mode adds to with its weight, `level` is a constant."""

    value: np.ndarray
    decay: np.ndarray
    gain: np.ndarray
    rate: np.ndarray
    weight: np.ndarray
    channel: np.ndarray
    level: np.ndarray


class Doses(NamedTuple):
    """Event tables; run i owns rows next[i]:last[i], whose times count from origin[i]."""

    time: np.ndarray
    kind: np.ndarray
    compartment: np.ndarray
    value: np.ndarray
    interval: np.ndarray
    duration: np.ndarray
    next: np.ndarray
    last: np.ndarray
    origin: np.ndarray
    first_mode: np.ndarray
    last_mode: np.ndarray
    state: np.ndarray
    smooth: np.ndarray
    scale: np.ndarray


class Clocks(NamedTuple):
    """Growing states whose crossing of a threshold is dated; a terminal one ends the run."""

    state: np.ndarray
    terminal: np.ndarray
    threshold: np.ndarray
    crossed: np.ndarray


class Watch(NamedTuple):
    """Rise of the observable over its running minimum, to max(factor * minimum, minimum + margin)."""

    active: np.ndarray
    lowest: np.ndarray
    crossed: np.ndarray


class Records(NamedTuple):
    """Dense output: run i fills row[i] (or none, -1) at the common times."""

    time: np.ndarray
    row: np.ndarray
    next: np.ndarray
    state: np.ndarray
    value: np.ndarray


class Control(NamedTuple):
    """Tolerances and limits of the integration."""

    rtol: float
    atol: float
    lowest: float
    max_step: float
    max_steps: int
    watch_factor: float
    watch_margin: float


class Plan(NamedTuple):
    """Row numbers of the workspace, as plain integers."""

    n_states: int
    n_parameters: int
    n_inputs: int
    state: int
    trial: int
    scratch: int
    slopes: int
    inputs: int
    parameters: int
    infusion: int


@jit(forceinline=True, fastmath=FASTMATH)
def _weight(stage, theta):
    """Weight of a stage in the dense output at theta in [0, 1]."""
    total = 0.0
    for power in range(_INTERPOLANT.shape[1] - 1, -1, -1):
        total = total * theta + _INTERPOLANT[stage, power]
    return total


@jit(forceinline=True, fastmath=FASTMATH)
def _interpolate(w, plan, index, lane, theta):
    """State `index` of a lane inside the step just made."""
    total = 0.0
    for stage in range(STAGES):
        total += _weight(stage, theta) * w[(plan.slopes + stage * plan.n_states + index) * 8 + lane]
    return w[(plan.state + index) * 8 + lane] + w[STEP * 8 + lane] * total


@jit(fastmath=FASTMATH)
def _crossing(w, plan, index, lane, threshold):
    """Fraction of the step at which a growing state reaches its threshold, by bisection to the last bit but three."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if _interpolate(w, plan, index, lane, middle) < threshold:
            low = middle
        else:
            high = middle
    return high


@jit(fastmath=FASTMATH)
def _write_inputs(w, pk, plan, channel, first_node, last_node):
    """Add up the drug modes into the inputs of the stage nodes, and keep the modes at the end of the step."""
    h = load(w, STEP * 8)
    for slot in range(channel.size):
        base = slot * _PK_ROWS
        value, steady = load(pk, (base + _VALUE) * 8), load(pk, (base + _STEADY) * 8)
        decay, weight = load(pk, (base + _DECAY) * 8), load(pk, (base + _WEIGHT) * 8)
        row = plan.inputs + channel[slot] * INPUT_NODES
        for node in range(first_node, last_node):
            current = value
            if node > 0:
                current = steady + (value - steady) * exp(-decay * (_NODES[node] * h))
            store(w, (row + node) * 8, load(w, (row + node) * 8) + weight * current)
            store(pk, (base + _NEXT) * 8, current)


@jit(fastmath=FASTMATH)
def clear_inputs(w, levels, plan):
    for channel in range(plan.n_inputs):
        level = load(levels, channel * 8)
        for node in range(INPUT_NODES):
            store(w, (plan.inputs + channel * INPUT_NODES + node) * 8, level)


@jit(fastmath=FASTMATH)
def _dose_state(kind, amount, index, lane, w, plan):
    """Apply an event to a state of the system."""
    if kind == EVENT_BOLUS:
        w[(plan.state + index) * 8 + lane] += amount
    elif kind == EVENT_RATE:
        w[(plan.infusion + index) * 8 + lane] = amount
    elif kind == EVENT_RESET:
        w[(plan.state + index) * 8 + lane] = 0.0


@jit(fastmath=FASTMATH)
def _dose_mode(event, amount, run, slot, lane, pk, doses, exposure):
    """Apply an event to a drug mode."""
    base = slot * _PK_ROWS
    kind, gain, decay = doses.kind[event], exposure.gain[run, slot], exposure.decay[run, slot]
    if kind == EVENT_BOLUS:
        pk[(base + _VALUE) * 8 + lane] += gain * amount
    elif kind == EVENT_RATE:
        exposure.rate[run, slot] = amount
        pk[(base + _STEADY) * 8 + lane] = gain * amount / decay
    elif kind == EVENT_RESET:
        pk[(base + _VALUE) * 8 + lane] = 0.0
    else:
        # the level just before the next dose of an endless series
        interval, duration = doses.interval[event], doses.duration[event]
        wash = -np.expm1(-decay * interval)
        if duration > 0.0:
            filled = gain * amount / duration / decay * -np.expm1(-decay * duration)
            trough = filled * np.exp(-decay * (interval - duration)) / wash
        else:
            trough = gain * amount * np.exp(-decay * interval) / wash
        pk[(base + _VALUE) * 8 + lane] += trough


@jit(fastmath=FASTMATH)
def apply_events(run, lane, t, w, pk, plan, doses, exposure):
    """Apply all events due at t to a lane; return whether the slopes jump."""
    jump = False
    while doses.next[run] < doses.last[run]:
        event = doses.next[run]
        if doses.origin[run] + doses.time[event] > t:
            break
        named = doses.compartment[event]
        first, last = (0, doses.state.size) if named < 0 else (named, named + 1)
        for compartment in range(first, last):
            amount = doses.value[event] * doses.scale[run, compartment]
            jump |= not doses.smooth[compartment] or doses.kind[event] != EVENT_BOLUS
            index = doses.state[compartment]
            if index >= 0:
                _dose_state(doses.kind[event], amount, index, lane, w, plan)
            else:
                for slot in range(doses.first_mode[compartment], doses.last_mode[compartment]):
                    _dose_mode(event, amount, run, slot, lane, pk, doses, exposure)
        doses.next[run] += 1
    return jump


@jit(fastmath=FASTMATH)
def _record(run, lane, t, t_new, w, pk, plan, records):
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
                value = _interpolate(w, plan, index, lane, theta)
            records.state[row, output, index] = value
        for slot in range(records.value.shape[2]):
            base = slot * _PK_ROWS
            steady = pk[(base + _STEADY) * 8 + lane]
            relaxed = np.exp(-pk[(base + _DECAY) * 8 + lane] * tau)
            records.value[row, output, slot] = steady + (pk[(base + _VALUE) * 8 + lane] - steady) * relaxed
        records.next[run] += 1


@jit(fastmath=FASTMATH)
def load_run(run, lane, w, pk, levels, plan, runs, exposure):
    """Bring a run into a lane."""
    for index in range(plan.n_states):
        w[(plan.state + index) * 8 + lane] = runs.state[run, index]
        w[(plan.infusion + index) * 8 + lane] = runs.infusion[run, index]
    for index in range(plan.n_parameters):
        w[(plan.parameters + index) * 8 + lane] = runs.parameters[run, index]
    for slot in range(exposure.channel.size):
        base = slot * _PK_ROWS
        pk[(base + _VALUE) * 8 + lane] = exposure.value[run, slot]
        pk[(base + _DECAY) * 8 + lane] = exposure.decay[run, slot]
        pk[(base + _STEADY) * 8 + lane] = exposure.gain[run, slot] * exposure.rate[run, slot] / exposure.decay[run, slot]
        pk[(base + _WEIGHT) * 8 + lane] = exposure.weight[run, slot]
    for channel in range(plan.n_inputs):
        levels[channel * 8 + lane] = exposure.level[run, channel]
    w[_PREVIOUS_ROW * 8 + lane] = 1e-4


@jit(fastmath=FASTMATH)
def store_run(run, lane, t, h, w, pk, plan, runs, exposure):
    """Take a run out of its lane."""
    for index in range(plan.n_states):
        runs.state[run, index] = w[(plan.state + index) * 8 + lane]
        runs.infusion[run, index] = w[(plan.infusion + index) * 8 + lane]
    for slot in range(exposure.channel.size):
        exposure.value[run, slot] = pk[(slot * _PK_ROWS + _VALUE) * 8 + lane]
    runs.time[run] = t
    runs.step[run] = h


@jit(fastmath=FASTMATH)
def _watch_step(run, lane, t, w, plan, watch, control, observe, n_units):
    """Follow the observable of an accepted step; date the rise over its minimum."""
    observed = w[OBSERVABLE * 8 + lane]
    lowest = watch.lowest[run]
    limit = max(control.watch_factor * lowest, lowest + control.watch_margin)
    if observed >= limit:
        low, high = 0.0, 1.0
        kept = np.empty(plan.n_states)
        for index in range(plan.n_states):
            kept[index] = w[(plan.trial + index) * 8 + lane]
        for _ in range(40):
            middle = 0.5 * (low + high)
            for index in range(plan.n_states):
                w[(plan.trial + index) * 8 + lane] = _interpolate(w, plan, index, lane, middle)
            observe(w, n_units, control.rtol, control.atol)
            if w[OBSERVABLE * 8 + lane] < limit:
                low = middle
            else:
                high = middle
        for index in range(plan.n_states):
            w[(plan.trial + index) * 8 + lane] = kept[index]
        observe(w, n_units, control.rtol, control.atol)
        watch.crossed[run] = t + high * w[STEP * 8 + lane]
        watch.active[run] = False
    elif observed < lowest:
        watch.lowest[run] = observed


def _advance(
    queue, n_units, runs, exposure, doses, clocks, watch, records, control, plan, rates, step, observe, workspaces
):
    """Advance the queued runs to their ends; see the module. Compiled below for fixed argument types."""
    w, pk, levels = workspaces
    lane_run = np.full(8, -1)
    t, h, target, h_kept = np.zeros(8), np.zeros(8), np.zeros(8), np.zeros(8)
    landing, fresh, reason = np.zeros(8, np.bool_), np.zeros(8, np.bool_), np.zeros(8, np.int64)
    waiting, busy = 0, 0
    rtol, atol = control.rtol, control.atol
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
                    _record(run, lane, t[lane], t[lane], w, pk, plan, records)
                apply_events(run, lane, t[lane], w, pk, plan, doses, exposure)
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
                any_fresh |= fresh[lane]
                any_watch |= watch.active[run]
        if busy == 0:
            break
        clear_inputs(w, levels, plan)
        if any_fresh:
            # slopes of the other lanes are kept: recomputing them would be right to rounding only
            _write_inputs(w, pk, plan, exposure.channel, 0, 1)
            for lane in range(8):
                w[_ACCEPT_ROW * 8 + lane] = 1.0 if fresh[lane] else -1.0
                fresh[lane] = False
            for index in range(plan.n_states):
                store(w, (plan.scratch + index) * 8, load(w, (plan.slopes + index) * 8))
            rates(w, n_units, rtol, atol)
            chosen = load(w, _ACCEPT_ROW * 8)
            for index in range(plan.n_states):
                row = (plan.slopes + index) * 8
                store(w, row, where_positive(chosen, load(w, row), load(w, (plan.scratch + index) * 8)))
        _write_inputs(w, pk, plan, exposure.channel, 1, INPUT_NODES)
        step(w, n_units, rtol, atol)
        if any_watch:
            observe(w, n_units, rtol, atol)
        error = maximum(load(w, ERROR * 8), 1e-10)
        factor = _SAFETY * exp(_INTEGRAL * log(load(w, _PREVIOUS_ROW * 8)) - _PROPORTIONAL * log(error))
        store(w, _FACTOR_ROW * 8, minimum(maximum(factor, _SHRINK_MOST), _GROW_MOST))
        for lane in range(8):
            run = lane_run[lane]
            w[_ACCEPT_ROW * 8 + lane] = -1.0
            if run < 0:
                continue
            runs.n_steps[run] += 1
            made, error_here = w[STEP * 8 + lane], w[ERROR * 8 + lane]
            if error_here <= 1.0 and w[LOWEST * 8 + lane] >= control.lowest:
                t_new = target[lane] if landing[lane] else t[lane] + made
                w[_ACCEPT_ROW * 8 + lane] = 1.0
                w[_PREVIOUS_ROW * 8 + lane] = max(error_here, 1e-4)
                stopped = False
                for clock in range(clocks.state.size):
                    index, threshold = clocks.state[clock], clocks.threshold[run, clock]
                    if w[(plan.trial + index) * 8 + lane] >= threshold and np.isnan(clocks.crossed[run, clock]):
                        theta = _crossing(w, plan, index, lane, threshold)
                        clocks.crossed[run, clock] = t[lane] + theta * made
                        if clocks.terminal[clock]:
                            t_new, stopped = t[lane] + theta * made, True
                if watch.active[run]:
                    _watch_step(run, lane, t[lane], w, plan, watch, control, observe, n_units)
                    if watch.crossed[run] > t_new:
                        watch.crossed[run] = np.nan
                if records.row[run] >= 0:
                    _record(run, lane, t[lane], t_new, w, pk, plan, records)
                if stopped:
                    for clock in range(clocks.state.size):
                        if clocks.crossed[run, clock] > t_new:
                            clocks.crossed[run, clock] = np.nan
                    theta = (t_new - t[lane]) / made
                    for index in range(plan.n_states):
                        w[(plan.scratch + index) * 8 + lane] = _interpolate(w, plan, index, lane, theta)
                    for index in range(plan.n_states):
                        w[(plan.trial + index) * 8 + lane] = w[(plan.scratch + index) * 8 + lane]
                    runs.end[run] = t_new
                grown = made * w[_FACTOR_ROW * 8 + lane]
                h[lane] = max(grown, h_kept[lane]) if landing[lane] else grown
                t[lane] = t_new
            else:
                if not (error_here < np.inf):
                    reason[lane] = NON_FINITE
                    h[lane] = 0.2 * made
                elif error_here > 1.0:
                    reason[lane] = STEP_TOO_SMALL
                    h[lane] = made * min(w[_FACTOR_ROW * 8 + lane], 0.9)
                else:
                    reason[lane] = NEGATIVE
                    h[lane] = 0.5 * made
                if h[lane] < 1e-13 * max(1.0, abs(t[lane])) or not (made > 0.0):
                    runs.status[run] = reason[lane]
            if runs.n_steps[run] >= control.max_steps and t[lane] < runs.end[run]:
                runs.status[run] = MAX_STEPS
        accepted = load(w, _ACCEPT_ROW * 8)
        for index in range(plan.n_states):
            here, first = (plan.state + index) * 8, (plan.slopes + index) * 8
            store(w, here, where_positive(accepted, load(w, (plan.trial + index) * 8), load(w, here)))
            last = (plan.slopes + (STAGES - 1) * plan.n_states + index) * 8
            store(w, first, where_positive(accepted, load(w, last), load(w, first)))
        for slot in range(exposure.channel.size):
            here = (slot * _PK_ROWS + _VALUE) * 8
            store(pk, here, where_positive(accepted, load(pk, (slot * _PK_ROWS + _NEXT) * 8), load(pk, here)))
        for lane in range(8):
            run = lane_run[lane]
            if run < 0:
                continue
            if t[lane] >= runs.end[run] or runs.status[run] != OK:
                store_run(run, lane, t[lane], h[lane], w, pk, plan, runs, exposure)
                lane_run[lane] = -1
                busy -= 1
            elif w[_ACCEPT_ROW * 8 + lane] > 0.0 and landing[lane]:
                fresh[lane] = apply_events(run, lane, t[lane], w, pk, plan, doses, exposure)


def _signature():
    """Argument types of `advance`, so that it is compiled once for all models and kept in the cache."""
    f1, f2, f3 = (np.zeros((1,) * n) for n in (1, 2, 3))
    i1, b1 = np.zeros(1, np.int64), np.zeros(1, np.bool_)
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
    return types.void(*(typeof(e) for e in examples), *(KERNEL_TYPE,) * 3, typeof((f1, f1, f1)))


advance = jit(_signature(), fastmath=FASTMATH, nogil=True)(_advance)
