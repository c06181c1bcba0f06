"""The key `times` of a model run: a list of days, or evenly spaced from one day to another."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, PlainSerializer, Tag

from ossim.errors import InputError
from ossim.sections.base import Placed, Section

MAX_TIMES = 1_000_000


class TimesSection(Section):
    """Evenly spaced output times in days."""

    start: float = Field(alias="from", description="first time [day]")
    stop: float = Field(alias="to", description="last time [day]")
    step: float = Field(gt=0, description="time between points [day]")


def _days(times: TimesSection | list[float]) -> tuple[float, ...]:
    if isinstance(times, list):
        if not times or times[0] < 0 or any(later <= earlier for earlier, later in pairwise(times)):
            raise InputError("must be rising numbers of days from 0, at least one")
        return tuple(float(time) for time in times)
    steps = (times.stop - times.start) / times.step
    if times.start < 0:
        raise Placed((("from",), "must be 0 or more"))
    if steps <= 0:
        raise Placed((("to",), "must lie after 'from'"))
    if steps > MAX_TIMES:
        raise Placed((("step",), f"gives {steps:.3g} times; at most {MAX_TIMES:,}"))
    # A step that divides the span but for rounding reaches its end.
    whole = int(steps + 1e-9 * max(steps, 1))
    return tuple(float(times.start + i * times.step) for i in range(whole + 1))


def _kind(value: Any) -> str:
    return "range" if isinstance(value, (dict, TimesSection)) else "list"


if TYPE_CHECKING:
    Times = tuple[float, ...]
else:
    Times = Annotated[
        Annotated[TimesSection, Tag("range")] | Annotated[list[float], Tag("list")],
        Discriminator(_kind),
        AfterValidator(_days),
        PlainSerializer(list),
    ]
