"""WHO: the sum of products of diameters; response is half of it, progression a quarter over the nadir."""

from __future__ import annotations

from ossim.criteria.base import PRODUCTS, SizeCriterion
from ossim.criteria.who import WHO_1979


class Who(SizeCriterion):
    """WHO (Miller 1981), judged by the sum."""

    title = WHO_1979.name
    reference = WHO_1979.reference
    measures = PRODUCTS
    response = WHO_1979.response
    progression = WHO_1979.progression
    progression_absolute = WHO_1979.progression_absolute


CRITERION = Who
