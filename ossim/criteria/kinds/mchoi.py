"""Modified Choi: as Choi, but a response needs both the sum of diameters and the attenuation."""

from __future__ import annotations

from ossim.criteria.choi import MODIFIED_CHOI
from ossim.criteria.kinds.choi import Choi


class ModifiedChoi(Choi):
    """Modified Choi (Nathan 2010)."""

    choi = MODIFIED_CHOI
    title = MODIFIED_CHOI.name
    reference = MODIFIED_CHOI.reference
    response = MODIFIED_CHOI.size_response
    progression = MODIFIED_CHOI.progression


CRITERION = ModifiedChoi
