"""scikit-sundae's CVODE on the yardsticks: right-hand side compiled by numba, initialized again at every dose."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
from sksundae.cvode import CVODE

from .forms import ATOL
from .problems import Yardstick

MAX_STEPS = 100_000


def _rates(slopes, p, t, y, dy):
    slopes(t, y, dy, p)


def _run(yardstick: Yardstick, slopes, method: str, drawn: np.ndarray, rtol: float) -> np.ndarray:
    out = np.empty((len(drawn), yardstick.days + 1))
    summed, p = list(yardstick.summed), np.empty(drawn.shape[1])
    rates = partial(_rates, slopes, p)
    solver = CVODE(rates, method=method, rtol=rtol, atol=ATOL, max_num_steps=MAX_STEPS)
    for run, y in enumerate(yardstick.start(drawn)):
        p[:] = drawn[run]
        out[run, 0] = y[summed].sum()
        for first, last in yardstick.segments():
            for drug in np.flatnonzero(yardstick.given[first]):
                y[yardstick.drug_state[drug]] += p[yardstick.drug_dose[drug]]
            solver.init_step(first, y)
            for day in range(first + 1, last + 1):
                y = solver.step(day, tstop=last).y
                out[run, day] = y[summed].sum()
            y = y.copy()
    return out


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement of both multistep methods."""
    slopes = numba.njit(yardstick.slopes)
    size = 20 if yardstick.key == "B1" else 4
    return [
        ("scikit-sundae CVODE BDF, numba rhs", partial(_run, yardstick, slopes, "BDF"), size),
        ("scikit-sundae CVODE Adams, numba rhs", partial(_run, yardstick, slopes, "Adams"), size),
    ]
