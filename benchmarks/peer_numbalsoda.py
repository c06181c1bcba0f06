"""numbalsoda's dop853 and lsoda on the yardsticks, called from compiled code, restarted at every dose."""

from __future__ import annotations

import numba
import numpy as np
from numbalsoda import dop853, lsoda, lsoda_sig

from .forms import ATOL
from .problems import Yardstick

MAX_STEPS = 100_000


def _ensemble(solve):
    @numba.njit
    def ensemble(address, states, drawn, segments, given, drug_state, drug_dose, summed, rtol, out):
        for run in range(len(drawn)):
            y, p = states[run].copy(), drawn[run]
            for index in summed:
                out[run, 0] += y[index]
            for first, last in segments:
                for drug in range(given.shape[1]):
                    if given[first, drug]:
                        y[drug_state[drug]] += p[drug_dose[drug]]
                found, success = solve(address, y, np.arange(first, last + 1) * 1.0, p, rtol, ATOL, MAX_STEPS)
                for day in range(first + 1, last + 1):
                    for index in summed:
                        out[run, day] += found[day - first, index]
                y[:] = found[-1]
                if not success:
                    y[:] = np.nan

    return ensemble


def _right_hand_side(yardstick: Yardstick):
    slopes = numba.njit(yardstick.slopes)

    @numba.cfunc(lsoda_sig)
    def rates(t, y, dy, p):
        slopes(t, y, dy, p)

    return rates


def _solver(yardstick: Yardstick, rates, solve):
    ensemble = _ensemble(solve)
    integers = (np.array(part, np.int64) for part in (yardstick.drug_state, yardstick.drug_dose, yardstick.summed))
    drug_state, drug_dose, summed = integers
    segments = np.array(yardstick.segments())

    def run(drawn: np.ndarray, rtol: float) -> np.ndarray:
        out = np.zeros((len(drawn), yardstick.days + 1))
        given = yardstick.given
        ensemble(
            rates.address, yardstick.start(drawn), drawn, segments, given, drug_state, drug_dose, summed, rtol, out
        )
        return out

    return run


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement of every way numbalsoda is used."""
    rates = _right_hand_side(yardstick)
    size = 200 if yardstick.key == "B1" else 50
    return [
        ("numbalsoda dop853", _solver(yardstick, rates, dop853), size),
        ("numbalsoda lsoda", _solver(yardstick, rates, lsoda), size),
    ]
