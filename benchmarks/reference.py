"""Reference solutions of the yardsticks: SciPy's DOP853 at relative tolerance 1e-12, restarted at every dose.

Kept in a file of the temporary folder named by the numbers they depend on, since they take seconds per run.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numba
import numpy as np
from scipy.integrate import solve_ivp

from .problems import Yardstick

RTOL = ATOL = 1e-12


def reference(yardstick: Yardstick, n: int) -> np.ndarray:
    """Volume on every day of the first `n` runs of the ensemble, shape (n, n_days + 1)."""
    drawn = yardstick.draw(n)
    text = Path(__file__).read_bytes() + Path(__file__).with_name("problems.py").read_bytes() + drawn.tobytes()
    name = f"ossim-benchmark-{yardstick.key}-{hashlib.sha256(text).hexdigest()[:16]}.npy"
    path = Path(tempfile.gettempdir()) / name
    if path.exists():
        return np.load(path)
    found = compute(yardstick, drawn)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as handle:
        np.save(handle, found)
    os.replace(handle.name, path)
    return found


def compute(yardstick: Yardstick, drawn: np.ndarray) -> np.ndarray:
    """Solve every run day by day."""
    slopes = numba.njit(yardstick.slopes)
    found = np.empty((len(drawn), yardstick.days + 1))
    for run, p in enumerate(drawn):
        y = yardstick.start(drawn[run : run + 1])[0]

        def rates(t, y, p=p):
            dy = np.empty(y.size)
            slopes(t, y, dy, p)
            return dy

        for day in range(yardstick.days):
            found[run, day] = y[list(yardstick.summed)].sum()
            for drug in np.flatnonzero(yardstick.given[day]):
                y[yardstick.drug_state[drug]] += p[yardstick.drug_dose[drug]]
            y = solve_ivp(rates, (day, day + 1), y, "DOP853", rtol=RTOL, atol=ATOL).y[:, -1].copy()
        found[run, -1] = y[list(yardstick.summed)].sum()
    return found


def errors(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Largest relative error of each run over its outputs, shape (n_runs,)."""
    return np.max(np.abs(found[: len(exact)] / exact[: len(found)] - 1.0), axis=1)
