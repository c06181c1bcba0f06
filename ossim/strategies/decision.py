"""The border of a strategy: what it decides is checked before patients are put on a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ossim.errors import InputError
from ossim.strategies.base import STOP, Strategy, Visit


def decide(strategy: Strategy, visit: Visit) -> NDArray[np.int64]:
    """Return the line of each patient after a visit, as the strategy decides.

    Raises
    ------
    InputError
        The strategy returns anything but a line it has, or `STOP`, for each patient; one line with its name.
    """
    found = np.asarray(strategy.decide(visit))
    name, n_lines = type(strategy).__name__, len(strategy.lines)
    if found.shape != visit.line.shape or found.dtype.kind not in "iu":
        shape = f"whole numbers of shape {visit.line.shape}"
        raise InputError(f"strategy {name}: decide must return {shape}, not {found.dtype} of shape {found.shape}")
    wrong = found[(visit.line != STOP) & ((found < STOP) | (found >= n_lines))]
    if wrong.size:
        raise InputError(f"strategy {name}: decide put patients on line {wrong[0]}; lines are 0 to {n_lines - 1}")
    return found.astype(np.int64)
