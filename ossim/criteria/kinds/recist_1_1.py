"""RECIST 1.1: the sum of diameters; progression is 20 % and 5 mm over the nadir."""

from __future__ import annotations

from ossim.criteria.base import SizeCriterion
from ossim.criteria.recist import RECIST_1_1


class Recist11(SizeCriterion):
    """RECIST 1.1 (Eisenhauer 2009)."""

    title = RECIST_1_1.name
    reference = RECIST_1_1.reference
    response = RECIST_1_1.response
    progression = RECIST_1_1.progression
    progression_absolute = RECIST_1_1.progression_absolute


CRITERION = Recist11
