"""What ends a line of treatment: progression, a time on the line, or whichever comes first."""

from __future__ import annotations

from typing import NamedTuple

from ossim.errors import InputError, nearest
from ossim.sections.base import days, duration

PROGRESSION = "progression"


class Switch(NamedTuple):
    """When a line ends: `after` so many days on it (never where None), at `progression`, or at either."""

    after: float | None
    progression: bool

    @property
    def text(self) -> str:
        """The switch in words that read back to it."""
        words = [] if self.after is None else [days(self.after)]
        return " or ".join([*words, PROGRESSION] if self.progression else words)


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
        raise InputError(f"must be 'progression', a time such as '12 weeks', or both joined by 'or', not {value!r}")
    after, progression = None, False
    for part in (part.strip() for part in value.split(" or ")):
        if part == PROGRESSION:
            progression = True
        elif part[:1].isdigit() and after is None:
            after = duration(part)
        else:
            hint = nearest(part, (PROGRESSION,)) or "; write 'progression', '12 weeks' or '12 weeks or progression'"
            raise InputError(f"'{value}': '{part}' does not end a line{hint}")
    return Switch(after, progression)
