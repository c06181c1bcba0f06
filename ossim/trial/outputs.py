"""The arrays that one arm fills, named as in the trial Dataset, with "not there" where nothing was seen."""

from __future__ import annotations

import numpy as np

from ossim.dataset import Response
from ossim.model.patient.equations import MAX_LESIONS
from ossim.numerics.ode.problem import Problem
from ossim.strategies import STOP
from ossim.trial.observation import Scan

NEW_LESION, DEATH = 0, 1
AT_VISIT = ("tumor_volume", "viable_volume", "resistant_fraction", "vegf", "svegfr2")


class Outputs:
    """What is kept of an arm: of every visit, of every line of treatment, of every patient.

    Parameters
    ----------
    n, n_visits, n_lines : sizes
    beyond : readings of tumors in space
    """

    def __init__(self, n: int, n_visits: int, n_lines: int, beyond: tuple[str, ...]):
        floats = ("visit_time", "sum_of_diameters", "burden", "true_sum_of_diameters", *AT_VISIT, *beyond)
        self.arrays = {name: np.full((n, n_visits), np.nan) for name in floats}
        self.arrays["tumor_diameter"] = np.full((n, n_visits, MAX_LESIONS), np.nan)
        self.arrays["new_lesion"] = np.zeros((n, n_visits), np.int8)
        self.arrays["line_at_visit"] = np.full((n, n_visits), STOP, np.int8)
        self.arrays["response"] = np.zeros((n, n_visits), np.int8)
        for name in ("line_start", "line_end", "progression_time", "true_progression_time"):
            self.arrays[name] = np.full((n, n_lines), np.nan)
        self._progressed = np.zeros(n, np.bool_)

    def state(self, visit: int, patients: np.ndarray, observed: dict[str, np.ndarray]) -> None:
        """Keep what is true of `patients`, indices, at a visit."""
        self.arrays["true_sum_of_diameters"][patients, visit] = observed["sum_of_diameters"]
        for name in AT_VISIT:
            self.arrays[name][patients, visit] = observed[name]

    def scan(self, visit: int, time: float, seen: Scan, line: np.ndarray, response: np.ndarray) -> None:
        """Keep what was measured at a visit, and date the first progression under each line."""
        at = seen.patients
        self.arrays["visit_time"][at, visit] = time
        self.arrays["tumor_diameter"][at, visit] = seen.measured[at]
        self.arrays["sum_of_diameters"][at, visit] = seen.sum_of_diameters[at]
        self.arrays["burden"][at, visit] = seen.burden[at]
        self.arrays["new_lesion"][at, visit] = seen.new_lesion[at]
        self.arrays["line_at_visit"][at, visit] = line[at]
        self.arrays["response"][at, visit] = response[at]
        progressed = np.zeros_like(self._progressed)
        progressed[at] = response[at] == Response.PD
        first = np.flatnonzero(progressed & ~self._progressed)
        self.arrays["progression_time"][first, line[first]] = time
        self._progressed |= progressed

    def line_begins(self, patients: np.ndarray, line: np.ndarray, time: float) -> None:
        """Note the lines that `patients`, indices, begin."""
        self.arrays["line_start"][patients, line[patients]] = time
        self._progressed[patients] = False

    def line_ends(self, patients: np.ndarray, line: np.ndarray, time: float | np.ndarray) -> None:
        """Note the end of the lines that `patients`, indices, are on."""
        self.arrays["line_end"][patients, line[patients]] = time

    def begun(self, line: np.ndarray) -> np.ndarray:
        """Day on which each patient's `line` began, shape (n_patients,); that of the first one off treatment."""
        return np.take_along_axis(self.arrays["line_start"], np.maximum(line, 0)[:, None], axis=1)[:, 0]

    def true_progression(self, problem: Problem, patients: np.ndarray, line: np.ndarray) -> None:
        """Date the progression itself: the earlier of target growth over its minimum and a new lesion."""
        on = patients[line[patients] != STOP]
        crossed = np.fmin(problem.watch.crossed[on], problem.clocks.crossed[on, NEW_LESION])
        known = self.arrays["true_progression_time"][on, line[on]]
        self.arrays["true_progression_time"][on, line[on]] = np.fmin(known, crossed)

    def close(self, problem: Problem, line: np.ndarray) -> dict[str, np.ndarray]:
        """Return the arrays with deaths, ends of the last lines, end of follow-up and status."""
        runs = problem.runs
        self.arrays["death_time"] = problem.clocks.crossed[:, DEATH].copy()
        self.arrays["follow_up"] = runs.time.copy()
        self.arrays["status"] = runs.status.astype(np.int8)
        still = np.flatnonzero(line != STOP)
        self.line_ends(still, line, runs.time[still])
        return self.arrays
