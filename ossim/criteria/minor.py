"""Minor response: shrinkage that misses partial response.

It is no RECIST category. Some osteosarcoma trials, and reviews of them, add it to the objective response rate, which
makes their rates higher than CR plus PR: sorafenib 14 % instead of 8.6 %.

References
----------
Grignani et al. 2012, Ann Oncol 23:508 (minor response reported beside PR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.criteria.recist import RECIST_1_1
from ossim.criteria.rules import reaches


@dataclass(frozen=True)
class MinorResponse:
    """Shrinkage from baseline, as fractions of the sum of diameters: `smallest` included, `largest` excluded."""

    smallest: float
    largest: float


MINOR_RESPONSE = MinorResponse(smallest=0.10, largest=RECIST_1_1.response)


def is_minor_response(
    sum_of_diameters: ArrayLike, baseline: ArrayLike, *, bounds: MinorResponse = MINOR_RESPONSE
) -> NDArray[np.bool_]:
    """Return where the sum of diameters fell by 10 % or more, but by less than the 30 % of a partial response.

    Parameters
    ----------
    sum_of_diameters, baseline : shapes that broadcast [mm]; NaN is not measured and never a response
    bounds : the two limits
    """
    size, baseline = np.asarray(sum_of_diameters, dtype=float), np.asarray(baseline, dtype=float)
    return reaches((1 - bounds.smallest) * baseline, size) & ~reaches((1 - bounds.largest) * baseline, size)
