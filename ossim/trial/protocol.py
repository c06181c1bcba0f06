"""What all arms of a trial share: visits, follow-up, criterion, measurement, tolerances, device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ossim.config.solver import Solver
from ossim.criteria import Criterion
from ossim.trial.spatial.course import SpatialPlan


@dataclass(frozen=True)
class Protocol:
    """What all arms of a trial share; times are in days.

    Attributes
    ----------
    seed : root of the random streams
    visit_times : shape (n_visits,), baseline first
    until : end of follow-up
    criterion : how a visit is judged
    measurement_error : standard deviation of the log of a measured diameter, a number or shape (n_patients,)
    trajectory_times : when trajectories are kept
    new_lesions : "hazard" or "metastases"
    """

    seed: int
    visit_times: np.ndarray
    until: float
    criterion: Criterion
    measurement_error: np.ndarray | float
    solver: Solver
    trajectory_times: np.ndarray
    threads: int = 1
    device: str = "cpu"
    new_lesions: str = "hazard"
    space: SpatialPlan | None = None
