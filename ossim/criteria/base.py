"""The contract of a response criterion: what it measures, its thresholds, and how it judges a visit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ossim.criteria.rules import Thresholds, assess_burden
from ossim.sections.base import Section

#: what a burden is made of: the sum of diameters [mm], or the sum of their squares, products of a sphere [mm^2]
DIAMETERS, PRODUCTS = "diameters", "products"


class Criterion(ABC):
    """How measured sizes become a response.

    A criterion is a file that derives a class and calls it `CRITERION`. Its `Options` are a `Section`: the keys that
    ``criteria`` of a config may hold beside ``name``.

    Parameters
    ----------
    name : its name in the registry
    options : an instance of `Options`

    Attributes
    ----------
    title : its name for people
    reference : the publication that defines it
    measures : `DIAMETERS` or `PRODUCTS`, what the burden is the sum of
    response : shrinkage from baseline that is a partial response, a fraction of the burden
    progression, progression_absolute : growth over the nadir that is progression, as a fraction of it and in its unit
    uses_attenuation : whether `assess` needs the attenuation of the lesions
    """

    Options: ClassVar[type[Section]] = Section
    title: ClassVar[str]
    reference: ClassVar[str]
    measures: ClassVar[str] = DIAMETERS
    response: ClassVar[float]
    progression: ClassVar[float]
    progression_absolute: ClassVar[float] = 0.0
    uses_attenuation: ClassVar[bool] = False

    def __init__(self, name: str, options: Any):
        self.name, self.options = name, options

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.options == other.options  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash((self.name, repr(self.options)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.written()!r})"

    def written(self) -> Any:
        """Return the value of ``criteria`` in a config that reads back to this criterion."""
        options = self.options.written()
        return {"name": self.name, **options} if options else self.name

    @property
    def unit(self) -> str:
        """Unit of the burden."""
        return "mm" if self.measures == DIAMETERS else "mm^2"

    @property
    def long_name(self) -> str:
        """The burden for people."""
        return "sum of diameters" if self.measures == DIAMETERS else "sum of products of diameters"

    def burden(self, diameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the burden of lesions over the last axis.

        Parameters
        ----------
        diameters : shape (..., n_lesions) [mm], NaN marks lesions a patient does not have

        Returns
        -------
        shape (...,) in `unit`; zero where there is no lesion at all
        """
        return np.nansum(diameters if self.measures == DIAMETERS else diameters**2, axis=-1)

    def attenuation_weight(self) -> float:
        """Return the weight of perfused vessels in the attenuation that `assess` is given."""
        return 0.0

    @abstractmethod
    def assess(
        self,
        burden: NDArray[np.float64],
        baseline: NDArray[np.float64],
        nadir: NDArray[np.float64],
        new_lesion: NDArray[np.bool_],
        attenuation: NDArray[np.float64],
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Judge a visit.

        Parameters
        ----------
        burden, baseline, nadir : shape (n_patients,) in `unit`; NaN is not measured; `nadir` includes baseline
        new_lesion : shape (n_patients,), whether a new lesion is visible
        attenuation : shape (n_patients,), attenuation relative to the beginning of the line [1]; ones where the
            criterion does not use it

        Returns
        -------
        codes, shape (n_patients,), values of `ossim.dataset.Response`; and the nadir to carry to the next visit
        """


class SizeCriterion(Criterion):
    """A criterion on the burden alone, by `ossim.criteria.rules`."""

    def assess(
        self,
        burden: NDArray[np.float64],
        baseline: NDArray[np.float64],
        nadir: NDArray[np.float64],
        new_lesion: NDArray[np.bool_],
        attenuation: NDArray[np.float64],
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Judge a visit by the thresholds of the class."""
        return assess_burden(burden, baseline, nadir, new_lesion, self.thresholds)

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds as `ossim.criteria.rules` takes them."""
        return Thresholds(self.title, self.response, self.progression, self.progression_absolute, self.reference)
