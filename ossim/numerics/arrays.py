"""The contiguous arrays that compiled code sees: runs, drug modes, event tables, clocks, outputs, tolerances.

Status codes are what a kernel can say of a run; a host turns them into a sentence.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

OK, MAX_STEPS, NON_FINITE, NEGATIVE, STEP_TOO_SMALL = range(5)
STATUS_MEANINGS = ("ok", "max_steps", "non_finite", "negative", "step_too_small")

EVENT_RATE, EVENT_RESET, EVENT_STEADY_STATE, EVENT_BOLUS, EVENT_LEVEL = range(5)

MODES = -1


def input_level(channel: int) -> int:
    """What stands in `Doses.state` for a compartment that is the constant part of an input."""
    return -2 - channel


class Runs(NamedTuple):
    """State of the runs; everything here is advanced in place. Leading dimension: runs.

    `method` and `pace` (see the module of that name) remember which method a run is better off with.
    """

    state: np.ndarray
    time: np.ndarray
    end: np.ndarray
    step: np.ndarray
    parameters: np.ndarray
    infusion: np.ndarray
    status: np.ndarray
    n_steps: np.ndarray
    method: np.ndarray
    pace: np.ndarray


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
    """Event tables; run i owns rows next[i]:last[i], whose times count from origin[i].

    A compartment with `state` >= 0 is that state of the system; with `MODES` it is the drug modes first_mode:last_mode;
    with `input_level(channel)` it is the constant part of an input, to which EVENT_LEVEL adds and EVENT_RATE sets.
    """

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


class HazardEvents(NamedTuple):
    """Growing states whose crossing of a threshold is dated; a terminal one ends the run."""

    state: np.ndarray
    terminal: np.ndarray
    threshold: np.ndarray
    crossed: np.ndarray


class ProgressionMonitor(NamedTuple):
    """Rise of the observable over its running minimum, to max(factor * minimum, minimum + margin)."""

    active: np.ndarray
    lowest: np.ndarray
    crossed: np.ndarray


class Records(NamedTuple):
    """Dense output: run i fills row[i] (or none, -1) at the common times.

    `state`, `value` of the drug modes and `level`, the constant part of the inputs, of which as many are kept as there
    is room for.
    """

    time: np.ndarray
    row: np.ndarray
    next: np.ndarray
    state: np.ndarray
    value: np.ndarray
    level: np.ndarray


class Control(NamedTuple):
    """Tolerances and limits of the integration; the order is that of the numbers below."""

    rtol: float
    atol: float
    lowest: float
    max_step: float
    watch_factor: float
    watch_margin: float
    max_steps: float


RTOL, ATOL, LEAST, STEP_LIMIT, MOST_RISE, MARGIN, STEP_BUDGET = range(len(Control._fields))


class WorkspaceIndex(NamedTuple):
    """Row numbers of the workspace, as plain integers."""

    n_states: int
    n_shared: int
    n_per_unit: int
    n_parameters: int
    n_inputs: int
    state: int
    trial: int
    slopes: int
    levels: int
    parameters: int
    infusion: int
    modes: int
    clocks: int
    rows: int
