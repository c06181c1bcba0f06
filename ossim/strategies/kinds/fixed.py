"""One treatment, stopped at progression unless it goes on beyond."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ossim.sections.base import Section
from ossim.strategies.base import STOP, Line, Strategy, Visit
from ossim.strategies.treatment import Regimens


class FixedOptions(Section):
    """Keys of an arm with one treatment."""

    regimen: Regimens = Field(description="one or more regimens given together, or 'none'")
    beyond_progression: bool = Field(default=False, description="go on with the treatment after progression")


class Fixed(Strategy):
    """One treatment, stopped at the visit that shows progression unless it goes on beyond."""

    Options = FixedOptions
    options: FixedOptions

    @property
    def lines(self) -> tuple[Line, ...]:
        """The one line."""
        return (self.options.regimen,)

    def endings(self, visit_times: NDArray[np.float64]) -> tuple[str, ...]:
        """Say whether progression ends the treatment."""
        return ("goes on to the end of follow-up" if self.options.beyond_progression else "ends at progression",)

    def decide(self, visit: Visit) -> NDArray[np.int64]:
        """Stop at progression, unless the treatment goes on beyond."""
        ends = visit.progressed & (not self.options.beyond_progression)
        return np.where(ends, STOP, visit.line)


STRATEGY = Fixed
