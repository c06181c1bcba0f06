"""The contract of a strategy: its options, the lines of treatment it plans, and what it decides at a visit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ossim.dosing import Regimen
from ossim.sections.base import Section

#: The line after which nothing more is given.
STOP = -1
#: What is given together in one line of treatment; none is no drug.
Line = tuple[Regimen, ...]


class Visit(NamedTuple):
    """A visit; arrays have shape (n_patients,) and hold only what the clinic knows on that day.

    Attributes
    ----------
    number : number of the visit, 0 is baseline
    time : day since enrollment
    line : number of the line of treatment each patient is on, `STOP` off treatment
    time_on_line : days since the line began
    progressed : whether this visit shows progression under the line
    response : values of `ossim.dataset.Response`
    burden : size as the criterion measures it (sum of diameters [mm], of products [mm^2])
    baseline, nadir : burden at the beginning of the line, and the smallest since then
    sum_of_diameters : measured [mm]
    vegf, svegfr2 : biomarkers relative to enrollment [1]
    """

    number: int
    time: float
    line: NDArray[np.int64]
    time_on_line: NDArray[np.float64]
    progressed: NDArray[np.bool_]
    response: NDArray[np.int8]
    burden: NDArray[np.float64]
    baseline: NDArray[np.float64]
    nadir: NDArray[np.float64]
    sum_of_diameters: NDArray[np.float64]
    vegf: NDArray[np.float64]
    svegfr2: NDArray[np.float64]


class Strategy(ABC):
    """How an arm is treated: lines of treatment, and a rule that puts patients on one of them at each visit.

    A strategy is a file that derives a class and calls it `STRATEGY`. Its `Options` are a `Section`: the keys that an
    arm of a config may hold beside ``strategy``, with their types, defaults and descriptions. They are checked, kept
    and written like every other section.

    Parameters
    ----------
    options : an instance of `Options`
    """

    Options: ClassVar[type[Section]] = Section

    def __init__(self, options: Any):
        self.options = options

    @property
    @abstractmethod
    def lines(self) -> tuple[Line, ...]:
        """The lines of treatment, at least one; the first begins at enrollment."""

    @property
    def labels(self) -> tuple[str, ...]:
        """What each line is called in figures: its drugs; where two lines give the same, the number of the line too."""
        plain = [" + ".join(dict.fromkeys(regimen.drug for regimen in line)) or "no drug" for line in self.lines]
        numbered = enumerate(plain)
        return tuple(name if name not in plain[:number] else f"{name} (line {number + 1})" for number, name in numbered)

    @abstractmethod
    def decide(self, visit: Visit) -> NDArray[np.int64]:
        """Return the line of each patient after the visit, `STOP` where treatment ends; shape (n_patients,).

        It is called at every visit but baseline, for all patients at once, and must not look at anything but `visit`
        and its own options: the line of patients off treatment is ignored.
        """
