"""The section `visits`: when patients are scanned and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PlainSerializer,
    SkipValidation,
    ValidationError,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ossim.criteria import Criterion, criteria, criterion, make_criterion
from ossim.errors import Fault, InputError
from ossim.sections.base import Duration, Nested, Section

MAX_VISITS = 10_000
MAX_HORIZON = 36_525.0  # a hundred years [day]


def _read(value: object) -> Criterion:
    """Return the criterion of a name, or of a mapping of its name and its options."""
    if isinstance(value, Criterion):
        return value
    if isinstance(value, str):
        return make_criterion(value)
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise InputError(f"must be the name of a criterion ({', '.join(criteria())}), or {{name: ..., its options}}")
    options = {key: one for key, one in value.items() if key != "name"}
    try:
        return make_criterion(value["name"], options)
    except ValidationError as error:
        raise Nested(error, criterion(value["name"]).Options, ("name",)) from None


class _CriterionSchema:
    """The JSON Schema of ``criteria``: a name, or a name with the options of that criterion."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shapes: list[JsonSchemaValue] = [{"enum": list(criteria())}]
        for name in criteria():
            options = criterion(name).Options.model_json_schema()
            properties = {"name": {"const": name}, **options.get("properties", {})}
            shapes.append(
                {"type": "object", "properties": properties, "required": ["name"], "additionalProperties": False}
            )
        return {"anyOf": shapes}


if TYPE_CHECKING:
    Criteria = Criterion
else:
    Criteria = Annotated[
        SkipValidation[Any],
        BeforeValidator(_read),
        PlainSerializer(lambda chosen: chosen.written()),
        _CriterionSchema(),
    ]


class Visits(Section):
    """Scans every `every` days until `until` days, judged by `criteria`; error None is the model's own."""

    every: Duration = Field(description="time between visits")
    until: Duration = Field(description="end of follow-up")
    criteria: Criteria = Field(default_factory=make_criterion, description="response criteria, with their options")
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
