"""What patients were given by a visit: the amount of each drug since their line of treatment began."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ossim.dosing import dose_times
from ossim.strategies import Line
from ossim.trial.treatment_lines import BASES

#: doses on the day of a visit come after it; times of visits are sums of floats [day]
_ROUNDING = 1e-9


class DosesGiven:
    """Counts the doses of the lines of an arm, without those that were due at or after a visit.

    Parameters
    ----------
    lines : the lines of treatment
    sizes : shape (n_patients, len(BASES)), 1, body surface area [m^2], weight [kg]
    until : end of follow-up [day]
    """

    def __init__(self, lines: tuple[Line, ...], sizes: NDArray[np.float64], until: float):
        self.drugs = tuple(dict.fromkeys(regimen.drug for line in lines for regimen in line))
        self.sizes = sizes
        self.courses = [
            (number, regimen.drug, regimen.dose, BASES.index(regimen.basis), dose_times(regimen, until)[0])
            for number, line in enumerate(lines)
            for regimen in line
        ]

    def __call__(self, line: NDArray[np.int64], time_on_line: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Return drug -> amount given since the line began [mg], shape (n_patients,); 0 off treatment."""
        given = {drug: np.zeros(line.size) for drug in self.drugs}
        for number, drug, dose, basis, starts in self.courses:
            on = line == number
            doses = np.searchsorted(starts, time_on_line[on] - _ROUNDING)
            given[drug][on] += doses * dose * self.sizes[on, basis]
        return given
