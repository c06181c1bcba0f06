"""Doses: what an event does to the state, to the infusions and to the drug modes of one lane."""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.arrays import EVENT_BOLUS, EVENT_LEVEL, EVENT_RATE, EVENT_RESET, MODES
from ossim.numerics.codegen.layout import FRESH, MODE_ROWS, NEXT_VALUE, STEADY, STOP, WANTED
from ossim.numerics.simd.cache import jit
from ossim.numerics.simd.lanes import FASTMATH, get, put

# The step after a dose is at most half a time constant of the drug's fastest mode. Longer ones leap over absorption
# and fool the error estimate: two drugs over 120 days at rtol 1e-6 then reach 1.5e-4 instead of 3e-6 in as many steps.
AFTER_DOSE = 0.5


@jit(forceinline=True, fastmath=FASTMATH)
def steady_level(dose, decay, interval, duration):
    """Level of a mode just before the next dose of an endless series, each `dose` given over `duration`."""
    wash = -math.expm1(-decay * interval)
    if duration <= 0.0:
        return dose * math.exp(-decay * interval) / wash
    height = dose / (duration * decay)
    level, age = 0.0, interval
    while age < duration:  # infusions longer than the interval overlap
        level += height * -math.expm1(-decay * age)
        age += interval
    return level + height * -math.expm1(-decay * duration) * math.exp(-decay * (age - duration)) / wash


@jit(forceinline=True, fastmath=FASTMATH)
def _dose_state(kind, amount, index, lane, w, plan):
    """Apply an event to a state of the system."""
    if kind == EVENT_BOLUS:
        put(w, plan.trial + index, lane, get(w, plan.trial + index, lane) + amount)
    elif kind == EVENT_RATE:
        put(w, plan.infusion + index, lane, amount)
    elif kind == EVENT_RESET:
        put(w, plan.trial + index, lane, 0.0)


@jit(forceinline=True, fastmath=FASTMATH)
def _dose_mode(event, amount, run, mode, lane, w, plan, doses, exposure):
    """Apply an event to a drug mode."""
    base = plan.modes + mode * MODE_ROWS
    kind, gain, decay = doses.kind[event], exposure.gain[run, mode], exposure.decay[run, mode]
    if kind == EVENT_BOLUS:
        put(w, base + NEXT_VALUE, lane, get(w, base + NEXT_VALUE, lane) + gain * amount)
    elif kind == EVENT_RATE:
        exposure.rate[run, mode] = amount
        put(w, base + STEADY, lane, gain * amount / decay)
    elif kind == EVENT_RESET:
        put(w, base + NEXT_VALUE, lane, 0.0)
    else:
        interval, duration = doses.interval[event], doses.duration[event]
        level = steady_level(gain * amount, decay, interval, duration)
        put(w, base + NEXT_VALUE, lane, get(w, base + NEXT_VALUE, lane) + level)


@jit(forceinline=True, fastmath=FASTMATH)
def apply_events(run, lane, t, w, plan, doses, exposure):
    """Apply all events due at `t` to the trial state of a lane; limit the next step, and say when the next is due."""
    jump, longest = False, np.inf
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
            elif index != MODES:
                if doses.kind[event] == EVENT_LEVEL:
                    exposure.level[run, -2 - index] += amount
                elif doses.kind[event] == EVENT_RATE:
                    exposure.level[run, -2 - index] = amount
                put(w, plan.levels - 2 - index, lane, exposure.level[run, -2 - index])
            else:
                for mode in range(doses.first_mode[compartment], doses.last_mode[compartment]):
                    _dose_mode(event, amount, run, mode, lane, w, plan, doses, exposure)
                    longest = min(longest, AFTER_DOSE / exposure.decay[run, mode])
        doses.next[run] += 1
    if jump:
        put(w, FRESH, lane, 1.0)
    put(w, WANTED, lane, min(get(w, WANTED, lane), longest))


@jit(forceinline=True, fastmath=FASTMATH)
def set_stop(run, lane, w, runs, doses):
    """Tell the kernel where a lane must land next: at an event or at the end of the run."""
    stop = runs.end[run]
    if doses.next[run] < doses.last[run]:
        stop = min(stop, doses.origin[run] + doses.time[doses.next[run]])
    put(w, STOP, lane, stop)
