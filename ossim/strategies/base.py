"""The contract of a strategy: its options, the lines of treatment it plans, and what it decides at a visit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ossim.sections.base import Section
from ossim.strategies.lines import Line, line_labels

__all__ = ["STOP", "Line", "Strategy", "Visit"]

#: The line after which nothing more is given.
STOP = -1


class Visit(NamedTuple):
    """A visit as the clinic sees it: what is measured on that day and what is in the records, nothing hidden or later.

    Arrays hold one value per patient, shape (n_patients,), and cannot be changed. Diameters carry the error of
    measurement; biomarkers are those of a blood sample of that day, without error of the assay. Patients who are not
    `assessed` (off treatment or dead) keep their place: NaN, not evaluable.

    Attributes
    ----------
    number : number of the visit, 0 is baseline
    time : day since enrollment
    line : number of the line of treatment each patient is on, `STOP` off treatment
    time_on_line : days since the line began
    assessed : whether the patient is seen at this visit
    progressed : whether this visit shows progression under the line
    response : values of `ossim.dataset.Response`, under the line
    new_lesion : whether a lesion is seen that was not there when the line began
    burden : size as the criterion measures it (sum of diameters [mm], of products [mm^2])
    baseline, nadir : burden when the line began, and the smallest since then, this visit included
    diameters : of each target lesion [mm], shape (n_patients, n_lesions), NaN where a patient has fewer
    sum_of_diameters : their sum [mm]
    vegf, svegfr2 : biomarkers relative to enrollment [1]
    dose_given : amount of each drug given since the line began [mg], by name, for every drug of the arm; a dose due on
        the day of the visit comes after it. Divided by `time_on_line` it is the mean daily dose. What is prescribed
        stands in `Strategy.lines`.
    """

    number: int
    time: float
    line: NDArray[np.int64]
    time_on_line: NDArray[np.float64]
    assessed: NDArray[np.bool_]
    progressed: NDArray[np.bool_]
    response: NDArray[np.int8]
    new_lesion: NDArray[np.bool_]
    burden: NDArray[np.float64]
    baseline: NDArray[np.float64]
    nadir: NDArray[np.float64]
    diameters: NDArray[np.float64]
    sum_of_diameters: NDArray[np.float64]
    vegf: NDArray[np.float64]
    svegfr2: NDArray[np.float64]
    dose_given: Mapping[str, NDArray[np.float64]]


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
        """The lines of treatment, at least one; the first begins at enrollment.

        A dose step, or a pause, is a line of its own: patients are seen on every line, also on one without drug.
        """

    def labels(self, among: Sequence[Line]) -> tuple[str, ...]:
        """Return the name of each line in tables and figures, no two alike; by default its drugs, see `line_labels`.

        Parameters
        ----------
        among : the lines of all arms of the trial, from which names may tell
        """
        return line_labels(self.lines, among)

    def endings(self, visit_times: NDArray[np.float64]) -> tuple[str, ...]:
        """Say when each line ends, for ``--dry-run``: "ends at progression"; by default nothing.

        Parameters
        ----------
        visit_times : days of the planned visits, baseline first; a line can end at one of them only
        """
        return ("",) * len(self.lines)

    @abstractmethod
    def decide(self, visit: Visit) -> NDArray[np.int64]:
        """Return the line of each patient after the visit, `STOP` where treatment ends; shape (n_patients,), integer.

        It is called at every visit but baseline, for many patients at once, and must not look at anything but `visit`
        and its own options, nor remember earlier calls: patients come in blocks. What it returns for patients who are
        not `assessed` is ignored. `STOP` is final: nobody is seen off treatment.
        """
