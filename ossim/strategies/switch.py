"""What ends a line of treatment: progression, a time on the line, or whichever comes first."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ossim.errors import InputError, nearest, shorten
from ossim.sections.base import days, duration
from ossim.sections.faults import describe

PROGRESSION = "progression"
TAKEN = "'progression', a time such as '12 weeks', or both as '12 weeks or progression'"
#: times of visits are sums of floats [day]
ROUNDING = 1e-9
_WEEK = 7.0  # [day]
_NUMBER = re.compile(r"[-+.]?\d")


class Switch(NamedTuple):
    """When a line ends: `after` so many days on it (never where None), at `progression`, or at either.

    A line can end at visits only: a time is met by the first visit at which so many days have passed on the line.
    """

    after: float | None
    progression: bool

    @property
    def text(self) -> str:
        """The switch in words that read back to it."""
        return " or ".join([self.time] * (self.after is not None) + [PROGRESSION] * self.progression)

    @property
    def time(self) -> str:
        """The time in words that read back to it, empty where there is none."""
        return "" if self.after is None else _time(self.after)

    @property
    def least(self) -> float:
        """The days on the line that end it, infinite where no time does."""
        return np.inf if self.after is None else self.after

    def due(self, time_on_line: NDArray[np.float64], progressed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whose line ends at a visit, by their days on the line and whether it shows progression."""
        late = time_on_line >= self.least - ROUNDING
        return late | progressed if self.progression else late


def read_switch(value: object) -> Switch:
    """Read ``progression``, ``12 weeks`` or ``12 weeks or progression``.

    Raises
    ------
    InputError
        Anything else, with what is taken.
    """
    if isinstance(value, Switch):
        return value
    if not isinstance(value, str):
        raise InputError(f"{describe(value)}; write {TAKEN}")
    after, progression = None, False
    for part in re.split(r"\bor\b", value):
        part = part.strip()
        if part == PROGRESSION and not progression:
            progression = True
        elif _NUMBER.match(part) and after is None:
            after = duration(part)
        else:
            raise InputError(_refused(value, part))
    return Switch(after, progression)


def _refused(value: str, part: str) -> str:
    if not value.strip():
        return f"is empty; write {TAKEN}"
    if not part:
        return f"'{shorten(value)}' is incomplete; write {TAKEN}"
    if part == PROGRESSION or _NUMBER.match(part):
        return f"'{shorten(value)}' says one thing twice; write {TAKEN}"
    return f"'{shorten(part)}' does not end a line{nearest(part, (PROGRESSION,)) or f'; write {TAKEN}'}"


def _time(after: float) -> str:
    """Write a time in weeks where they are whole, else in days; it reads back to the same number."""
    weeks = after / _WEEK
    short = f"{weeks:g} week{'s' * (weeks != 1)}" if weeks.is_integer() else f"{after:g} days"
    return short if duration(short) == after else days(after)
