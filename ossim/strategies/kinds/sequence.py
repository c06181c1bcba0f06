"""Line after line, each begun at the visit that shows progression under the one before, or after a time on it."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from ossim.errors import Fault, InputError
from ossim.sections.base import Section, as_filled_tuple
from ossim.strategies.base import STOP, Line, Strategy, Visit
from ossim.strategies.switch import Switch, read_switch
from ossim.strategies.treatment import Regimens, line_text


def _one_or_many(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_at(number, item) for number, item in enumerate(value))
    return (read_switch(value),)


def _at(number: int, value: Any) -> Switch:
    try:
        return read_switch(value)
    except InputError as error:
        raise InputError(Fault("", 0, str(number), error.brief())) from None


def _written(switches: tuple[Switch, ...]) -> Any:
    return switches[0].text if len(switches) == 1 else [switch.text for switch in switches]


_ONE = {"type": "string", "examples": ["progression", "12 weeks", "12 weeks or progression"]}
Switches = Annotated[
    tuple[Switch, ...],
    BeforeValidator(_one_or_many),
    PlainSerializer(_written),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE}]}),
]


def _texts(lines: tuple[Line, ...]) -> list[list[str] | str]:
    return [line_text(line) for line in lines]


class SequenceOptions(Section):
    """Keys of an arm with several lines of treatment."""

    lines: Annotated[tuple[Regimens, ...], BeforeValidator(as_filled_tuple), PlainSerializer(_texts)] = Field(
        description="treatment lines, in order"
    )
    switch: Switches = Field(
        (Switch(None, True),),
        description="what ends a line: 'progression', a time on it, or both; for all lines, or a list with one each",
    )
    beyond_progression: bool = Field(default=False, description="go on with the last line after its progression")

    @model_validator(mode="after")
    def _one_switch_per_line(self) -> Self:
        if len(self.switch) not in (1, len(self.lines)):
            message = f"{len(self.switch)} switches for {len(self.lines)} lines; give one, or one per line"
            raise InputError(Fault("", 0, "switch", message))
        return self


class Sequence(Strategy):
    """Line after line; each ends at the first visit at which its `switch` is due, and the next one begins there.

    With `beyond_progression` progression does not end the last line; a time does.
    """

    Options = SequenceOptions
    options: SequenceOptions

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines, in order."""
        return self.options.lines

    def decide(self, visit: Visit) -> NDArray[np.int64]:
        """Go on to the next line where the switch of the present one is due; after the last one stop."""
        n_lines = len(self.lines)
        switches = self.options.switch * (n_lines if len(self.options.switch) == 1 else 1)
        after = np.array([np.inf if switch.after is None else switch.after for switch in switches])
        at_progression = np.array([switch.progression for switch in switches])
        at_progression[-1] &= not self.options.beyond_progression
        due = visit.progressed & at_progression[visit.line]
        due |= visit.time_on_line >= after[visit.line] - _ROUNDING
        following = np.where(visit.line + 1 >= n_lines, STOP, visit.line + 1)
        return np.where(due, following, visit.line)


_ROUNDING = 1e-9  # times of visits are sums of floats [day]

STRATEGY = Sequence
