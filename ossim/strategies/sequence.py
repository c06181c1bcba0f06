"""Line after line, each begun at the visit that shows progression under the one before."""

from __future__ import annotations

import numpy as np

from ossim.strategies.base import STOP, Visit


def decide(visit: Visit, n_lines: int, beyond_progression: bool = False) -> np.ndarray:
    """Line of each patient after the visit, `STOP` where treatment ends; shape (n_patients,).

    With `beyond_progression` the last line is given to the end.
    """
    following = visit.line + 1
    past = following >= n_lines
    last = n_lines - 1 if beyond_progression else STOP
    return np.where(visit.progressed, np.where(past, last, following), visit.line)
