"""What the body does to lesions over a step: drugs, bypass and crowding, as they hold in each half of the step.

The engine runs the body through the step once and leaves its state at sample times. Of what acts by a saturating
function of what arrives at a cell, the mean of the lower and of the higher samples is kept, of all else the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ossim.model.patient.baseline import kernel_index
from ossim.model.patient.equations import CHANNELS, LESION_STATES
from ossim.model.patient.observables import lesions
from ossim.numerics.arrays import Records
from ossim.numerics.ode.problem import Problem, make_records
from ossim.terms.pharmacodynamics import occupancy
from ossim.terms.resistance import bypassed

SAMPLES = 8  # in each half of a step
_SYMBOLS = {"mtor": "m", "igf1r": "f", "src": "q", "cytotoxic": "y"}
_BYPASS = LESION_STATES.index("B")
#: states of a lesion that are read off the grid
READ = [number for number in range(len(LESION_STATES)) if number != _BYPASS]
_OF_LESIONS = ("lam", "delta", "costR", "costC", "kcl", "p", "pmat", "li", "lm", "piI", "piM")
_OF_LESIONS += ("kdM", "kdI", "kdS", "kdT", "kch")
_VOLUMES = [LESION_STATES.index(name) for name in ("S", "R", "C", "D1", "D2", "X")]


def hold_lesions(problem: Problem) -> None:
    """Let the engine leave lesions as they are, but for their bypass: their rates are set to zero."""
    for symbol in _OF_LESIONS:
        parameter(problem, symbol)[:] = 0.0


def run_body(problem: Problem, engine: Callable, start: float, stop: float) -> dict[str, np.ndarray]:
    """Advance the body of all patients to day `stop`; return what holds for lesions, by kernel symbol.

    Outputs of the problem that are due are filled.

    Returns
    -------
    Arrays with the number of the half of the step as last axis: "room", what the burden leaves of growth relative to
    enrollment, "I" and of each channel, as in "m1" and "m2", by patient; "Ie" and "boost" by patient and lesion. NaN
    in a half that a patient did not live through.
    """
    wanted, due = problem.records, outputs_due(problem, start, stop)
    n, n_modes, n_levels = wanted.row.size, problem.exposure.channel.size, len(CHANNELS)
    samples = start + (np.arange(2 * SAMPLES) + 0.5) / (2 * SAMPLES) * (stop - start)
    times, place = np.unique(np.concatenate((samples, wanted.time[due])), return_inverse=True)
    found = make_records(times, np.arange(n), problem.system.n_states, n_modes, n_levels)
    engine(replace(problem, records=found), stop)
    if due.size:
        tracked = np.flatnonzero(wanted.row >= 0)
        for name in ("state", "value"):
            rows = getattr(found, name)[tracked[:, None], place[samples.size :]]
            getattr(wanted, name)[wanted.row[tracked][:, None], due] = rows
    return _acting(problem, found, place[: samples.size])


def outputs_due(problem: Problem, start: float, stop: float) -> np.ndarray:
    """Numbers of the outputs of a step; one at day 0 belongs to the first."""
    times = problem.records.time
    return np.flatnonzero((times <= stop) & ((times > start) | (start == 0.0)))


def _acting(problem: Problem, found: Records, place: np.ndarray) -> dict[str, np.ndarray]:
    """What holds in each half of a step, from the samples at `place` of what was found."""
    levels = np.take(found.level, place, axis=1)
    for mode, channel in enumerate(problem.exposure.channel):
        levels[:, :, channel] += found.value[:, place, mode] * problem.exposure.weight[:, mode, None]
    levels = np.maximum(levels, 0.0).reshape(-1, 2, SAMPLES, len(CHANNELS))
    named = {name: levels[..., number] for number, name in enumerate(CHANNELS)}
    state = lesions(np.take(found.state, place, axis=1))
    bypass = state[..., _BYPASS].reshape(-1, 2, SAMPLES, state.shape[-2])
    volumes = np.take(state, _VOLUMES, axis=-1).reshape(*state.shape[:2], -1)
    burden = _mean(_sum(volumes, -1).reshape(-1, 2, SAMPLES), 2)
    crowded = 1.0 - burden / parameter(problem, "Tm")[:, None]
    inhibited = occupancy(named["vegfr"])
    blocked = parameter(problem, "Mmax")[:, None, None] * occupancy(named["mtor"])
    strength, gain = (parameter(problem, name)[:, None, None, None] for name in ("omega", "beta"))
    left = bypassed(inhibited[..., None], bypass, strength, blocked[..., None])
    boost = 1.0 + gain * bypass * (1.0 - blocked[..., None])
    acting = {
        "room": np.maximum(crowded, 0.0) / parameter(problem, "sat0")[:, None],
        "I": _mean(inhibited, 2),
        "Ie": _mean(left, 2).swapaxes(1, 2),
        "boost": _mean(boost, 2).swapaxes(1, 2),
    }
    ordered = _mean(np.sort(levels, axis=2).reshape(-1, 2, 2, SAMPLES // 2, len(CHANNELS)), 3)
    for channel, symbol in _SYMBOLS.items():
        number = CHANNELS.index(channel)
        acting[f"{symbol}1"], acting[f"{symbol}2"] = ordered[:, :, 0, number], ordered[:, :, 1, number]
    return acting


def _sum(values: np.ndarray, axis: int) -> np.ndarray:
    """Sum along an axis in an order that depends on nothing but its length.

    NumPy adds along the memory of an array, which the number of patients would otherwise decide.
    """
    return np.ascontiguousarray(np.moveaxis(values, axis, -1)).sum(axis=-1)


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    return _sum(values, axis) / values.shape[axis]


def parameter(problem: Problem, symbol: str) -> np.ndarray:
    """A parameter of every patient."""
    return problem.runs.parameters[:, kernel_index(symbol)]
