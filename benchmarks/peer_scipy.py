"""SciPy's LSODA on the yardsticks: with right-hand sides in Python and compiled by numba, restarted at every dose."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
from scipy.integrate import odeint, solve_ivp

from .forms import ATOL
from .problems import Yardstick


def _doses(yardstick: Yardstick, day: int, y: np.ndarray, p: np.ndarray) -> None:
    for drug in np.flatnonzero(yardstick.given[day]):
        y[yardstick.drug_state[drug]] += p[yardstick.drug_dose[drug]]


def _solve_ivp(rates, y, p, days, rtol):
    found = solve_ivp(rates, (days[0], days[-1]), y, "LSODA", t_eval=days, args=(p,), rtol=rtol, atol=ATOL)
    return found.y.T


def _odeint(rates, y, p, days, rtol):
    return odeint(rates, y, days, args=(p,), rtol=rtol, atol=ATOL, tfirst=True, mxstep=100_000)


def _run(yardstick: Yardstick, slopes, method, drawn: np.ndarray, rtol: float) -> np.ndarray:
    out = np.empty((len(drawn), yardstick.days + 1))
    summed = list(yardstick.summed)

    def rates(t, y, p):
        dy = np.empty(y.size)
        slopes(t, y, dy, p)
        return dy

    for run, y in enumerate(yardstick.start(drawn)):
        out[run, 0] = y[summed].sum()
        for first, last in yardstick.segments():
            _doses(yardstick, first, y, drawn[run])
            states = method(rates, y, drawn[run], np.arange(first, last + 1.0), rtol)
            out[run, first + 1 : last + 1] = states[1:, summed].sum(axis=1)
            y = states[-1].copy()
    return out


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement of every way SciPy is used."""
    compiled = numba.njit(yardstick.slopes)
    size = 8 if yardstick.key == "B1" else 2
    return [
        ("SciPy odeint (LSODA), numba rhs", partial(_run, yardstick, compiled, _odeint), 2 * size),
        ("SciPy solve_ivp LSODA, numba rhs", partial(_run, yardstick, compiled, _solve_ivp), size),
        ("SciPy solve_ivp LSODA, Python rhs", partial(_run, yardstick, yardstick.slopes, _solve_ivp), size),
    ]
