"""The section of an arm: its strategy, the options of the strategy, and what is done to its patients besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    SkipValidation,
    StringConstraints,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from ossim import registry
from ossim.errors import Fault, InputError, nearest
from ossim.sections.base import Duration, Nested, Section
from ossim.strategies import Line, Strategy, planned, strategies, strategy, usable


class Embolization(Section):
    """Vessels of every lesion closed at once."""

    day: Duration = Field(description="when, after enrollment; a scan on that day comes first")
    fraction: float = Field(gt=0, le=1, description="share lost of the vessels lesions made and of host tissue inside")


class Arm(Section):
    """One treatment arm: a strategy, and beside it the options of that strategy as keys of their own."""

    strategy: Annotated[str, AfterValidator(lambda name: strategy(name) and name)] = Field(
        default="fixed", description="how the arm goes on from visit to visit"
    )
    options: SkipValidation[Section] = Field(description="options of the strategy")
    embolization: Embolization | None = Field(default=None, description="loss of supply; in the spatial model only")

    _name: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """Name of the arm."""
        return self._name

    @property
    def plan(self) -> Strategy:
        """The strategy with its options."""
        return planned(self.strategy, self.options)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of treatment."""
        return self.plan.lines

    def named(self, name: str) -> Self:
        """Return the arm with its name."""
        found = self.model_copy()
        found._name = name
        return found

    @model_validator(mode="before")
    @classmethod
    def _options_apart(cls, data: Any) -> Any:
        """Read the keys that belong to the strategy as its options."""
        if not isinstance(data, dict):
            return data
        own = {key: value for key, value in data.items() if key in OWN_KEYS}
        given = {key: value for key, value in data.items() if key not in OWN_KEYS}
        name = own.get("strategy", "fixed")
        if not isinstance(name, str) or name not in strategies():
            return {**own, "options": Section()}
        options = strategy(name).Options
        taken = [key for key in OWN_KEYS if key in options.model_fields]
        if taken:
            raise InputError(f"strategy '{name}' has an option '{taken[0]}', which is a key of every arm; rename it")
        _check_keys(name, options, given, named="strategy" in own)
        try:
            return {**own, "options": options.model_validate(given)}
        except ValidationError as error:
            raise Nested(error, options, OWN_KEYS) from None

    @model_validator(mode="after")
    def _keeps_the_contract(self) -> Self:
        """Refuse a strategy that cannot be planned."""
        planned(self.strategy, self.options)
        return self

    @model_serializer(mode="wrap")
    def _without_blanks(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        found = handler(self)
        rest = {key: value for key, value in found.items() if key not in ("strategy", "options") and value is not None}
        return {"strategy": self.strategy, **self.options.written(), **rest}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One shape for each strategy: the keys of an arm with those of its options."""
        shared = {key: handler.resolve_ref_schema(handler(core))["properties"][key] for key in ("embolization",)}
        shapes = []
        for name, found in usable().items():
            options = found.Options.model_json_schema()
            chosen = {"const": name, "description": cls.model_fields["strategy"].description}
            required = [*options.get("required", ()), *(["strategy"] if name != "fixed" else [])]
            shapes.append(
                {
                    "type": "object",
                    "title": name,
                    "description": options.get("description", ""),
                    "properties": {"strategy": chosen, **options.get("properties", {}), **shared},
                    "required": required,
                    "additionalProperties": False,
                }
            )
        return {"anyOf": shapes}


OWN_KEYS = ("strategy", "embolization")


def _check_keys(name: str, options: type[Section], given: dict[str, Any], *, named: bool) -> None:
    """Say plainly when keys belong to another strategy, or when there is no treatment at all."""
    known = set(options.model_fields)
    strange = [key for key in given if key not in known]
    for key in () if named else strange:
        hint = nearest(key, (*known, *OWN_KEYS))
        if "'strategy'" in hint:
            raise InputError(Fault("", 0, key, f"unknown key '{key}'{hint}"))
    for key in strange:
        # to look into the user's others would run them
        shipped = [other for other in strategies() if not registry.of_user(registry.STRATEGY, other)]
        owners = [other for other in shipped if key in strategy(other).Options.model_fields]
        if owners:
            raise InputError(Fault("", 0, key, f"'{key}' needs 'strategy: {owners[0]}'; this arm has '{name}'"))
    lacking = [key for key, field in options.model_fields.items() if field.is_required() and key not in given]
    if not lacking or set(given) - known:
        return
    if named:
        wanted = f"'{name}' needs '{lacking[0]}': {options.model_fields[lacking[0]].description}"
        raise InputError(Fault("", 0, "strategy", wanted))
    raise InputError("no treatment: give 'regimen' ('none' for no drug), or 'strategy: sequence' with 'lines'")


ArmName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]


def _with_names(arms: dict[str, Arm]) -> tuple[Arm, ...]:
    return tuple(arm.named(name) for name, arm in arms.items())


def _written(arms: tuple[Arm, ...]) -> dict[str, Any]:
    return {arm.name: arm.written() for arm in arms}


if TYPE_CHECKING:
    Arms = tuple[Arm, ...]
else:
    #: name -> arm in a file, kept as arms that know their names
    Arms = Annotated[dict[ArmName, Arm], AfterValidator(_with_names), PlainSerializer(_written)]
