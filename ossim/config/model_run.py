"""A ModelRun: one run of a model of the catalogue, key by key, checked against the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    SkipValidation,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from ossim.catalog import Parameter, model_parameters, observation
from ossim.config.base import Config
from ossim.config.field_setting import field_setting
from ossim.config.parameter_values import bounded
from ossim.config.space import Space
from ossim.config.times import Times
from ossim.config.trial import Figures
from ossim.errors import Fault, InputError, unknown
from ossim.model import Declared, FieldModel, Model, State, model
from ossim.model.doses import compiled_doses
from ossim.sections.base import FaultList, Frozen, Names, nothing

_NUMBERS = {"anyOf": [{"type": ["number", "string"]}, {"type": "array", "items": {"type": "number"}}]}

if TYPE_CHECKING:
    Values = Mapping[str, float]
    Ranges = Mapping[str, float | tuple[float, ...]]
    Rows = tuple[Mapping[str, Any], ...]
else:
    Values = Annotated[
        dict[str, SkipValidation[Annotated[Any, WithJsonSchema({"type": ["number", "string"]})]]],
        AfterValidator(Frozen),
        PlainSerializer(dict),
    ]
    Ranges = Annotated[
        dict[str, SkipValidation[Annotated[Any, WithJsonSchema(_NUMBERS)]]],
        AfterValidator(Frozen),
        PlainSerializer(
            lambda found: {name: list(one) if isinstance(one, tuple) else one for name, one in found.items()}
        ),
    ]
    Rows = Annotated[
        list[dict[str, Any]],
        AfterValidator(lambda rows: tuple(Frozen(row) for row in rows)),
        PlainSerializer(lambda rows: [dict(row) for row in rows]),
    ]


class ModelRun(Config):
    """One run of a published model: what `ossim.simulate` is called with."""

    title: str = Field(default="", max_length=200, description="what the config asks, in one line")
    model: Annotated[str, AfterValidator(lambda name: model(name) and name)] = Field(
        description="name of the model; 'ossim models' lists them"
    )
    parameter_set: str | None = Field(
        default=None, description="named set of published values; default: those of the model"
    )
    times: Times = Field(description="output times [day]")
    initial: Values = Field(default_factory=nothing, description="state -> initial value")
    parameters: Ranges = Field(default_factory=nothing, description="parameter -> value or values")
    doses: Rows = Field(default=(), description="dose rows: time, amt, cmt, ii, addl, ...")
    rtol: float = Field(default=1e-8, ge=1e-13, le=1e-2, description="relative tolerance")
    atol: float = Field(default=1e-10, gt=0, le=1e-2, description="absolute tolerance")
    observations: Names = Field(default=(), description="published data of the model drawn as points")
    show: Names = Field(default=(), description="variables of the time course; empty: all")
    figures: Figures = Field(default=(), description="figure kinds to draw; empty: all that apply")
    space: Space | None = Field(default=None, description="grid of a model in space")

    def summary(self) -> str:
        """Return in a few words how large it is."""
        return f"{self.model}, {len(self.times)} times"

    @field_validator("parameter_set", mode="after")
    @classmethod
    def _known_set(cls, name: str | None, info: ValidationInfo) -> str | None:
        if "model" in info.data:
            model_parameters(info.data["model"], name)
        return name

    @field_validator("initial", "parameters", mode="after")
    @classmethod
    def _in_canonical_units(cls, given: Mapping[str, Any], info: ValidationInfo) -> Mapping[str, Any]:
        found = _facts(info)
        if found is None:
            return given
        declared, facts = found
        if info.field_name == "initial":
            return _checked("state", _starts(declared, facts), given)
        values = _checked("parameter", {name: facts[name] for name in declared.parameters}, given)
        sizes = {name: len(value) for name, value in values.items() if isinstance(value, tuple)}
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{name} has {size}" for name, size in sizes.items())
            raise InputError(f"lists of values must be equally long: {listed}")
        return values

    @field_validator("doses", mode="after")
    @classmethod
    def _given_to_the_model(cls, rows: Rows, info: ValidationInfo) -> Rows:
        if not {"model", "times"} <= info.data.keys():
            return rows
        declared, until, faults = model(info.data["model"]), info.data["times"][-1], FaultList()
        for number, row in enumerate(rows):
            if not declared.doses:
                faults.add((number,), f"model {declared.name} takes no doses")
            else:
                faults.attempt((number,), _compile, declared, row, until)
        faults.stop()
        return rows

    @field_validator("observations", mode="after")
    @classmethod
    def _published(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return _each(names, info, lambda declared, name: observation(declared.name, name))

    @field_validator("show", mode="after")
    @classmethod
    def _of_the_model(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return _each(names, info, _check_variable)

    @model_validator(mode="after")
    def _fits_its_space(self) -> Self:
        """Give a model in space a grid; it is made once, to see that it can be."""
        declared = model(self.model)
        if not isinstance(declared, FieldModel):
            if self.space is not None:
                raise InputError(Fault("", 0, "space", f"model {self.model} is not one in space"))
            return self
        space, faults = self.space or Space(), FaultList()
        given = {name: value for name, value in self.parameters.items() if not isinstance(value, tuple)}
        facts = model_parameters(self.model, self.parameter_set)
        faults.attempt(("space",), field_setting, declared, facts, {}, given, space)
        faults.stop()
        return self if self.space is not None else self.model_copy(update={"space": space})


def _facts(info: ValidationInfo) -> tuple[Declared, Mapping[str, Parameter]] | None:
    """The model of a config and its numbers, where its name and its set of values are right."""
    if not {"model", "parameter_set"} <= info.data.keys():
        return None
    return model(info.data["model"]), model_parameters(info.data["model"], info.data["parameter_set"])


def _checked(kind: str, known: Mapping[str, Parameter], given: Mapping[str, Any]) -> Frozen[str, Any]:
    """Return values, or lists of them, in canonical units; all faults at once."""
    faults = FaultList()
    values = {name: _one_or_many(kind, known, name, value, faults) for name, value in given.items()}
    faults.stop()
    return Frozen(values)


def _one_or_many(kind: str, known: Mapping[str, Parameter], name: str, value: Any, faults: FaultList) -> Any:
    if not isinstance(value, (list, tuple)) or name not in known or kind == "state":
        return faults.attempt((name,), _value, kind, known, name, value)
    if not value:
        faults.add((name,), "must be a number or a list of numbers, is an empty list")
    return tuple(faults.attempt((name, number), _value, kind, known, name, item) for number, item in enumerate(value))


def _value(kind: str, known: Mapping[str, Parameter], name: str, value: Any) -> float:
    if name not in known:
        raise unknown(kind, name, known)
    return bounded(known[name], value)


def _starts(declared: Declared, facts: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """What the values at the start may be."""
    if isinstance(declared, FieldModel):
        return {item.name: _from_zero(item.name, item.unit, item.long_name) for item in declared.fields.values()}
    states = declared.states.values() if isinstance(declared, Model) else ()
    return {state.name: _start(state, facts) for state in states}


def _start(state: State, facts: Mapping[str, Parameter]) -> Parameter:
    """What the value of a state at the start may be: that of its parameter, or zero and more."""
    return facts[state.initial] if state.initial else _from_zero(state.name, state.unit, state.long_name)


def _from_zero(name: str, unit: str, long_name: str) -> Parameter:
    return Parameter(name, "", 0.0, unit, long_name, "", "", bounds=(0.0, math.inf))


def _each(names: tuple[str, ...], info: ValidationInfo, check: Callable[[Declared, str], object]) -> tuple[str, ...]:
    faults = FaultList()
    for number, name in enumerate(names if "model" in info.data else ()):
        faults.attempt((number,), check, model(info.data["model"]), name)
    faults.stop()
    return names


def _check_variable(declared: Declared, name: str) -> None:
    if name not in declared.variables:
        raise unknown("variable", name, declared.variables)


def _compile(declared: Any, row: Mapping[str, Any], until: float) -> None:
    """Compile one dose row, so that what is wrong with it is said with the key it belongs to."""
    try:
        compiled_doses(declared, [row], until)
    except InputError as error:
        faults = (fault if isinstance(fault, Fault) else Fault("", 0, "", fault) for fault in error.faults)
        raise InputError(*(Fault("", 0, fault.key.rpartition(".")[2], fault.message) for fault in faults)) from None
