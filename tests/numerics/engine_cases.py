"""Small systems and the shortest way from numbers to engine arrays, shared by the tests of the numerical core."""

from __future__ import annotations

import numpy as np

from ossim.numerics.arrays import Doses, Exposure, HazardEvents, ProgressionMonitor
from ossim.numerics.codegen.system import System
from ossim.numerics.linear_pk import Modes
from ossim.numerics.ode.problem import Problem, advance_problem, make_control, make_problem, make_records, make_runs

TIGHT = 1e-11


def decay_rates(V, k):
    dV = -k * V
    return dV


#: V' = -k V
DECAY = System("case_decay", ("V",), ("k",), decay_rates)


def turnover_rates(A, V, x, k, loss, effect):
    dA = x
    dV = k - loss * (1.0 + effect * x) * V
    return dA, dV


#: A integrates the input x (an area under the curve); V turns over and is lost faster under x.
TURNOVER = System("case_turnover", ("A", "V"), ("k", "loss", "effect"), turnover_rates, inputs=("x",))


def fate_rates(V, linear, quadratic, constant):
    dV = linear * V + quadratic * V * V - constant
    return dV


#: V' = linear V + quadratic V^2 - constant: grows, blows up or falls below zero, as the parameters have it.
FATE = System("case_fate", ("V",), ("linear", "quadratic", "constant"), fate_rates)


def exposure(system: System, modes: Modes, channel: str = "x", weight: float = 1.0) -> Exposure:
    """All modes of one drug acting on one input."""
    zeros = np.zeros_like(modes.decay)
    place = np.full(modes.size, system.inputs.index(channel), np.int64)
    level = np.zeros((modes.decay.shape[0], len(system.inputs)))
    return Exposure(
        zeros, modes.decay.copy(), modes.gain.copy(), zeros.copy(), np.full_like(zeros, weight), place, level
    )


def events(table, n: int, n_modes: int, state: int = -1, smooth: bool = False) -> Doses:
    """The event table of one compartment for `n` runs; its drug owns all modes, or it is a state of the system."""
    return Doses(
        **{key: np.ascontiguousarray(getattr(table, key), float) for key in ("time", "value", "interval", "duration")},
        **{key: np.ascontiguousarray(getattr(table, key), np.int64) for key in ("kind", "compartment")},
        next=np.zeros(n, np.int64),
        last=np.full(n, table.time.size),
        origin=np.zeros(n),
        first_mode=np.array([0]),
        last_mode=np.array([n_modes]),
        state=np.array([state]),
        smooth=np.array([smooth]),
        scale=np.ones((n, 1)),
    )


def clocks(state: list[int], terminal: list[bool], threshold) -> HazardEvents:
    """Thresholds, shape (n_runs, n_clocks), none crossed."""
    threshold = np.array(threshold, float)
    return HazardEvents(np.array(state), np.array(terminal), threshold, np.full_like(threshold, np.nan))


def watch(n: int) -> ProgressionMonitor:
    """The observable of every run is watched."""
    return ProgressionMonitor(np.ones(n, np.bool_), np.full(n, np.inf), np.full(n, np.nan))


def problem(system: System, state, parameters, times=(), first_step: float = 1e-3, **parts) -> Problem:
    """A problem from nested lists; `parts` as in `make_problem`, with `control` a mapping."""
    state, parameters = np.array(state, float), np.array(parameters, float)
    runs = make_runs(system, state, parameters)
    runs.step[:] = first_step
    control = make_control(**{"rtol": TIGHT, "atol": 1e-14} | dict(parts.pop("control", {})))
    n_modes = parts["exposure"].channel.size if "exposure" in parts else 0
    records = make_records(times, np.arange(len(state)), system.n_states, n_modes)
    return make_problem(system, runs, records=records, control=control, **parts)


def solve(system: System, state, parameters, times, end: float | None = None, threads: int = 1, **parts) -> Problem:
    """A problem advanced to the last of `times` (or to `end`), outputs at `times` recorded."""
    built = problem(system, state, parameters, times, **parts)
    advance_problem(built, float(times[-1]) if end is None else end, threads)
    return built
