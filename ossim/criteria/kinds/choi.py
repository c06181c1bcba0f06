"""Choi: the sum of diameters or the attenuation on CT; a fall of attenuation makes growth no progression."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ossim.catalog import model_constants
from ossim.criteria.base import Criterion
from ossim.criteria.choi import CHOI, ChoiThresholds, assess
from ossim.sections.base import Section


def _weight() -> float:
    return model_constants("osteosarcoma_patient")["attenuation_vessel_weight"].value


class ChoiOptions(Section):
    """Keys beside the name of a criterion that uses attenuation."""

    vessel_weight: float = Field(
        default_factory=_weight,
        ge=0,
        le=100,
        description="attenuation of perfused vessels relative to viable tissue; no measured value, to be swept",
    )


class Choi(Criterion):
    """Choi (Choi 2007).

    Attenuation is a surrogate: the viable fraction, and the perfused vessels with a weight, relative to the beginning
    of the line. True progression is dated by size alone.
    """

    Options = ChoiOptions
    options: ChoiOptions
    choi: ClassVar[ChoiThresholds] = CHOI
    title = CHOI.name
    reference = CHOI.reference
    response = CHOI.size_response
    progression = CHOI.progression
    uses_attenuation = True

    def attenuation_weight(self) -> float:
        """The weight of perfused vessels."""
        return self.options.vessel_weight

    def assess(
        self,
        burden: NDArray[np.float64],
        baseline: NDArray[np.float64],
        nadir: NDArray[np.float64],
        new_lesion: NDArray[np.bool_],
        attenuation: NDArray[np.float64],
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Judge a visit by size and attenuation."""
        return assess(burden, baseline, nadir, new_lesion, attenuation, thresholds=self.choi)


CRITERION = Choi
