"""The section `visits`: when patients are scanned and by which rule."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, model_validator

from ossim.errors import Fault, InputError
from ossim.sections.base import Duration, Section

MAX_VISITS = 10_000
MAX_HORIZON = 36_525.0  # a hundred years [day]


class Visits(Section):
    """Scans every `every` days until `until` days, judged by `criteria`; error None is the model's own."""

    every: Duration = Field(description="time between visits")
    until: Duration = Field(description="end of follow-up")
    criteria: Literal["recist_1.1"] = Field(default="recist_1.1", description="response criteria")
    measurement_error: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="standard deviation of the log of a measured diameter; default: the model's",
    )

    @property
    def number(self) -> int:
        """Number of visits, baseline included."""
        return n_visits(self.every, self.until)

    @model_validator(mode="wrap")
    @classmethod
    def _bounded(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Refuse visits that end before the first, last too long, or are too many."""
        visits = handler(data)
        if not isinstance(data, dict):
            return visits
        every, until = data["every"], data["until"]
        if visits.until < visits.every:
            raise _fault("until", f"'{until}' ends before the first visit at '{every}'")
        if visits.until > MAX_HORIZON:
            raise _fault("until", f"'{until}' is {visits.until:g} days; at most {MAX_HORIZON:g}, 100 years")
        if visits.number > MAX_VISITS:
            number = f"{visits.number:,} visits; at most {MAX_VISITS:,}"
            raise _fault("every", f"'{every}' until '{until}' gives {number}")
        return visits


def n_visits(every: float, until: float) -> int:
    """Return the number of visits at multiples of `every` up to `until` [day], baseline included."""
    return int(until / every + 1e-9) + 1


def _fault(key: str, message: str) -> InputError:
    return InputError(Fault("", 0, key, message))
