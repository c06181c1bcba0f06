"""What a strategy may look at: one visit of all patients, measurements only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

#: The line after which nothing more is given.
STOP = -1


class Visit(NamedTuple):
    """A visit; arrays have shape (n_patients,) and hold only what the clinic knows on that day."""

    number: int
    time: float
    line: np.ndarray
    progressed: np.ndarray
    response: np.ndarray
    sum_of_diameters: np.ndarray
    nadir: np.ndarray
