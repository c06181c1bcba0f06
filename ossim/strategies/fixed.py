"""One treatment, stopped at progression unless it goes on beyond."""

from __future__ import annotations

import numpy as np

from ossim.strategies.base import STOP, Visit


def decide(visit: Visit, n_lines: int, beyond_progression: bool = False) -> np.ndarray:
    """Line of each patient after the visit, `STOP` where treatment ends; shape (n_patients,)."""
    ends = np.zeros_like(visit.progressed) if beyond_progression else visit.progressed
    return np.where(ends, STOP, visit.line)
