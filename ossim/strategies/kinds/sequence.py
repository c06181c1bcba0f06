"""Line after line, each begun at the visit that shows progression under the one before, or after a time on it."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from ossim.errors import Fault, InputError
from ossim.sections.base import Section, as_filled_tuple
from ossim.strategies.base import STOP, Strategy, Visit
from ossim.strategies.lines import Line
from ossim.strategies.switch import PROGRESSION, ROUNDING, Switch, read_switch
from ossim.strategies.treatment import Regimens, line_text


def _one_or_many(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_at(number, item) for number, item in enumerate(value))
    return read_switch(value)


def _at(number: int, value: Any) -> Switch:
    try:
        return read_switch(value)
    except InputError as error:
        raise InputError(Fault("", 0, str(number), error.brief())) from None


def _written(switches: Switch | tuple[Switch, ...]) -> Any:
    return switches.text if isinstance(switches, Switch) else [switch.text for switch in switches]


_ONE = {"type": "string", "examples": ["progression", "12 weeks", "12 weeks or progression"]}
Switches = Annotated[
    Switch | tuple[Switch, ...],
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
        default=Switch(None, True),
        json_schema_extra={"default": PROGRESSION},
        description="what ends a line, at the first visit at which it holds: 'progression', a time on the line such as "
        "'12 weeks', or '12 weeks or progression'; one for all lines, or a list with one per line",
    )
    beyond_progression: bool = Field(default=False, description="go on with the last line after its progression")

    @model_validator(mode="after")
    def _one_switch_per_line(self) -> Self:
        if not isinstance(self.switch, Switch) and len(self.switch) != len(self.lines):
            counted = f"the list has {len(self.switch)} of {len(self.lines)} lines"
            raise InputError(Fault("", 0, "switch", f"{counted}; list one per line, or write one text for all"))
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

    @property
    def switches(self) -> tuple[Switch, ...]:
        """What ends each line."""
        given, n_lines = self.options.switch, len(self.lines)
        *early, last = (given,) * n_lines if isinstance(given, Switch) else given
        return (*early, last._replace(progression=last.progression and not self.options.beyond_progression))

    def decide(self, visit: Visit) -> NDArray[np.int64]:
        """Go on to the next line where the switch of the present one is due; after the last one stop."""
        following = visit.line.copy()
        for number, switch in enumerate(self.switches):
            due = (visit.line == number) & switch.due(visit.time_on_line, visit.progressed)
            following[due] = number + 1 if number + 1 < len(self.lines) else STOP
        return following

    def endings(self, visit_times: NDArray[np.float64]) -> tuple[str, ...]:
        """Say what ends each line, and at which visit a time falls due where that is a later day."""
        found, earliest = [], 0.0
        for switch in self.switches:
            passed = visit_times[visit_times > earliest + ROUNDING] - earliest
            met = passed[passed >= switch.least - ROUNDING]
            found.append(_ending(switch, met))
            ends = passed if switch.progression else met
            earliest += ends[0] if ends.size else np.inf
        return tuple(found)


def _ending(switch: Switch, met: NDArray[np.float64]) -> str:
    """Say when a line ends; `met` holds the days on it of the visits at which its time has passed, at the earliest."""
    ends = ["at progression"] if switch.progression else []
    if switch.after is not None:
        late = f" (at the visit on day {met[0]:g} of the line)" if met.size else " (no visit is so late)"
        exact = met.size and met[0] - switch.after < ROUNDING
        ends = [f"after {switch.time}{'' if exact else late}", *ends]
    return f"ends {' or '.join(ends)}" if ends else "goes on to the end of follow-up"


STRATEGY = Sequence
