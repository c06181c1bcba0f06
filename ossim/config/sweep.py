"""The section `sweep`: which values are tried, what is read off each run, and which two axes a heat map shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, SkipValidation, WithJsonSchema

from ossim.catalog import model_parameters
from ossim.config import overrides
from ossim.config.axis_values import AXIS_SCHEMA, expand
from ossim.endpoints.outcome import Outcome, parse_outcome
from ossim.errors import nearest, unknown
from ossim.model import PATIENT
from ossim.sections.base import FaultList, Section, as_filled_tuple

PARAMETERS = ("cohort", "parameters")


class Axis(NamedTuple):
    """One axis of a sweep: what is changed (dotted path or parameter name) and the values tried."""

    path: str
    values: tuple[Any, ...]


def check_name(path: str, keys: tuple[str, ...]) -> None:
    """Refuse a bare name that is neither a key of a config nor a parameter of a patient."""
    steps, known = overrides.split(path, keys, PARAMETERS), model_parameters(PATIENT)
    if steps[:-1] == PARAMETERS and steps[-1] not in known:
        raise unknown("parameter", steps[-1], known)


def _axes(values: dict[str, tuple[Any, ...]]) -> tuple[Axis, ...]:
    return tuple(Axis(path, tried) for path, tried in values.items())


AxisValues = Annotated[SkipValidation[Any], BeforeValidator(expand), WithJsonSchema(AXIS_SCHEMA)]

_OUTCOME = {
    "anyOf": [
        {"type": "string", "examples": ["ORR", "median PFS", "progression_free_rate at 4 months"]},
        {"type": "object", "properties": {"outcome": {"type": "string"}}, "required": ["outcome"]},
    ]
}

if TYPE_CHECKING:
    Axes = tuple[Axis, ...]
    Outcomes = tuple[Outcome, ...]
else:
    Axes = Annotated[
        dict[str, AxisValues],
        AfterValidator(_axes),
        PlainSerializer(lambda axes: {axis.path: list(axis.values) for axis in axes}),
    ]
    Outcomes = Annotated[
        tuple[Annotated[SkipValidation[Any], BeforeValidator(parse_outcome), WithJsonSchema(_OUTCOME)], ...],
        BeforeValidator(as_filled_tuple),
        PlainSerializer(lambda outcomes: [outcome.written() for outcome in outcomes]),
    ]


class Heatmap(Section):
    """Which two axes and which outcome the heat map of a sweep shows, of one arm or as the difference of two."""

    x: str = Field(description="axis along x")
    y: str = Field(description="axis along y")
    outcome: str = Field(description="one of the outcomes of the sweep")
    arm: str = Field(description="arm shown")
    minus: str | None = Field(default=None, description="arm subtracted from it, point by point")


class Sweep(Section):
    """Axes that are combined, outcomes that are read off each run."""

    design: Literal["grid"] = Field(default="grid", description="how axes combine: every value with every other")
    axes: Axes = Field(min_length=1, description="dotted path or parameter name -> values")
    outcomes: Outcomes = Field(description="for example 'progression_free_rate at 4 months'")
    heatmap: Heatmap | None = Field(default=None, description="axes and outcome of the heat map")

    def check_names(self, arms: tuple[str, ...], keys: tuple[str, ...]) -> None:
        """Refuse axes that name nothing, and a heat map of what is not swept; `keys` are those of the config.

        Raises
        ------
        InputError
            With every fault and its place.
        """
        faults = FaultList()
        for axis in self.axes:
            faults.attempt(("axes", axis.path), check_name, axis.path, keys)
        if self.heatmap is not None and not faults.found:
            self._check_heatmap(self.heatmap, arms, faults)
        faults.stop()

    def _check_heatmap(self, heatmap: Heatmap, arms: tuple[str, ...], faults: FaultList) -> None:
        axes = tuple(axis.path for axis in self.axes)
        outcomes = tuple(outcome.text for outcome in self.outcomes)
        choices = {"x": axes, "y": axes, "outcome": outcomes, "arm": arms, "minus": arms}
        for key, allowed in choices.items():
            value = getattr(heatmap, key)
            if value is not None and value not in allowed:
                hint = nearest(value, allowed) or f"; this config has {', '.join(allowed)}"
                faults.add(("heatmap", key), f"unknown {'arm' if key == 'minus' else key} '{value}'{hint}")
        if heatmap.x == heatmap.y:
            faults.add(("heatmap", "y"), "x and y are the same axis")
        if heatmap.arm == heatmap.minus:
            faults.add(("heatmap", "minus"), "arm and minus are the same arm")

    def check_horizon(self, until: float, faults: FaultList) -> None:
        """Note every outcome at a time that no patient is followed to; `until` is the end of follow-up [day]."""
        for number, outcome in enumerate(self.outcomes):
            if outcome.time is not None and outcome.time > until:
                message = f"'{outcome.text}' is day {outcome.time:g}, but follow-up ends on day {until:g}"
                faults.add(("sweep", "outcomes", number), message)
