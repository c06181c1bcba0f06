"""Bring a run into a lane and take it out again."""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.codegen.layout import (
    ACCEPT,
    BUSY,
    DECAY,
    FRESH,
    LOW,
    MODE_ROWS,
    NEXT_TIME,
    NEXT_VALUE,
    STEADY,
    STEP,
    STEPS,
    STOP,
    TIME,
    VALUE,
    WANTED,
    WEIGHT,
)
from ossim.numerics.ode.dense_output import record, set_output
from ossim.numerics.ode.dose_events import apply_events, set_stop
from ossim.numerics.ode.progression_event import start_watch
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, get, put


@jit(fastmath=FASTMATH)
def load_run(run, lane, w, plan, runs, exposure, doses, clocks, watch, records, interpolant, weights):
    """Bring a run into a lane as a trial state that is accepted already, so that the kernel takes it over."""
    t = runs.time[run]
    for index in range(plan.n_states):
        put(w, plan.state + index, lane, runs.state[run, index])
        put(w, plan.trial + index, lane, runs.state[run, index])
    for index in range(plan.n_shared):
        put(w, plan.infusion + index, lane, runs.infusion[run, index])
    for index in range(plan.n_parameters):
        put(w, plan.parameters + index, lane, runs.parameters[run, index])
    for mode in range(exposure.channel.size):
        base, decay = plan.modes + mode * MODE_ROWS, exposure.decay[run, mode]
        put(w, base + VALUE, lane, exposure.value[run, mode])
        put(w, base + NEXT_VALUE, lane, exposure.value[run, mode])
        put(w, base + DECAY, lane, decay)
        put(w, base + STEADY, lane, exposure.gain[run, mode] * exposure.rate[run, mode] / decay)
        put(w, base + WEIGHT, lane, exposure.weight[run, mode])
    for channel in range(plan.n_inputs):
        put(w, plan.levels + channel, lane, exposure.level[run, channel])
    for clock in range(clocks.state.size):
        threshold = clocks.threshold[run, clock] if math.isnan(clocks.crossed[run, clock]) else np.inf
        put(w, plan.clocks + clock, lane, threshold)
    put(w, TIME, lane, t)
    put(w, NEXT_TIME, lane, t)
    put(w, STEP, lane, 0.0)
    put(w, WANTED, lane, runs.step[run])
    put(w, STEPS, lane, float(runs.n_steps[run]))
    put(w, ACCEPT, lane, 1.0)
    put(w, FRESH, lane, 1.0)
    put(w, BUSY, lane, 1.0)
    start_watch(run, lane, w, watch)
    set_output(run, lane, w, records)
    if records.row[run] >= 0:
        record(run, lane, t, w, plan, plan.n_shared, records, interpolant, weights)
    apply_events(run, lane, t, w, plan, doses, exposure)
    set_stop(run, lane, w, runs, doses)


@jit(fastmath=FASTMATH)
def store_run(run, lane, w, plan, runs, exposure, watch):
    """Take a run out of its lane, where its last accepted state is, and leave the lane idle."""
    taken = get(w, ACCEPT, lane) > 0.0
    block = plan.trial if taken else plan.state
    for index in range(plan.n_states):
        runs.state[run, index] = get(w, block + index, lane)
    for index in range(plan.n_shared):
        runs.infusion[run, index] = get(w, plan.infusion + index, lane)
    for mode in range(exposure.channel.size):
        row = plan.modes + mode * MODE_ROWS + (NEXT_VALUE if taken else VALUE)
        exposure.value[run, mode] = get(w, row, lane)
    runs.time[run] = get(w, NEXT_TIME if taken else TIME, lane)
    runs.step[run] = get(w, WANTED, lane)
    runs.n_steps[run] = int(get(w, STEPS, lane))
    if watch.active[run]:
        watch.lowest[run] = get(w, LOW, lane)
    put(w, BUSY, lane, -1.0)
    put(w, ACCEPT, lane, -1.0)
    put(w, FRESH, lane, -1.0)
    put(w, STOP, lane, get(w, TIME, lane))
