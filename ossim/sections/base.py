"""The class of a section: it checks the keys of a mapping, keeps them in canonical units, and writes them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    ValidationError,
    WithJsonSchema,
    model_serializer,
)

from ossim.errors import Fault, InputError
from ossim.units import quantity

#: where something stands in a file: keys of mappings and numbers of list items, from the outside in
Location = tuple[str | int, ...]

Key = TypeVar("Key")
Result = TypeVar("Result")
Value = TypeVar("Value")


class Section(BaseModel):
    """A part of a file: unknown keys, silent conversions, infinities and NaN are refused; it cannot be changed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, frozen=True, populate_by_name=True, protected_namespaces=()
    )

    def written(self) -> dict[str, Any]:
        """Return the keys as plain values that read back to an equal section; keys without a value are left out."""
        return self.model_dump(by_alias=True)

    @model_serializer(mode="wrap")
    def _without_blanks(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class Nested(ValueError):
    """The errors of a section that was checked on its own, inside another one.

    `others` are keys that are allowed beside those of the section.
    """

    def __init__(self, error: ValidationError, section: type[BaseModel], others: tuple[str, ...] = ()):
        super().__init__(str(error))
        self.error, self.section, self.others = error, section, others


class Placed(InputError):
    """Faults of a section, each with its place inside it."""

    def __init__(self, *found: tuple[Location, str]):
        self.found = found
        super().__init__(*(message for _, message in found))


class FaultList:
    """Faults of a section as they are met, so that all are said at once."""

    def __init__(self) -> None:
        self.found: list[tuple[Location, str]] = []

    def add(self, place: Location, message: str) -> None:
        """Note a fault."""
        self.found.append((place, message))

    def attempt(self, place: Location, work: Callable[..., Result], *arguments: Any) -> Result | None:
        """Return what `work` returns of the arguments, or None with its complaint noted at `place`."""
        try:
            return work(*arguments)
        except InputError as error:
            for number, fault in enumerate(error.faults):
                inner = (*place, fault.key) if isinstance(fault, Fault) and fault.key else place
                self.add(inner, error.brief(number))
            return None

    def stop(self) -> None:
        """Raise the faults, if there are any."""
        if self.found:
            raise Placed(*self.found)


class Frozen(Mapping[Key, Value]):
    """A mapping that cannot be changed, and travels between processes."""

    def __init__(self, items: Mapping[Key, Value] = {}):
        self._items = dict(items)

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


def as_tuple(value: Any) -> Any:
    """Return a list as a tuple, and anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def as_filled_tuple(value: Any) -> Any:
    """Return a list that holds something as a tuple, and anything that is no list as it is."""
    if value == []:
        raise InputError("must not be empty")
    return as_tuple(value)


def _positive(value: object, dimension: str, what: str, *, allow_bare: bool = False) -> float:
    found = quantity(value, dimension, allow_bare=allow_bare)
    if found <= 0:
        raise InputError(f"must be a positive {what}, is '{value}'")
    return found


def duration(value: object) -> float:
    """Return a positive time in days; text needs a unit."""
    return _positive(value, "time", "time")


def _step(value: object) -> float:
    return duration(value if isinstance(value, str) else f"{value} days")


def _length(value: object) -> float:
    return _positive(value, "length", "length", allow_bare=True)


def days(value: float) -> str:
    """Write a time so that it reads back to the same number of days."""
    return f"{value!r} days"


def _schema(kinds: Any, description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": kinds, "description": description, "examples": [example]})


def _written(write: Callable[[Any], Any]) -> PlainSerializer:
    return PlainSerializer(lambda value: None if value is None else write(value))


#: a time with its unit; kept in days
Duration = Annotated[
    float, BeforeValidator(duration), _written(days), _schema("string", "a number with a unit of time", "8 weeks")
]
#: a time; bare numbers are days
Step = Annotated[
    float, BeforeValidator(_step), _schema(["number", "string"], "a time; bare numbers in days", "0.5 days")
]
#: a length; bare numbers are mm
Length = Annotated[
    float, BeforeValidator(_length), _schema(["number", "string"], "a length; bare numbers in mm", "40 mm")
]
#: names, kept as a tuple
Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple), PlainSerializer(list)]
#: numbers, kept as a tuple
Numbers = Annotated[tuple[float, ...], BeforeValidator(as_tuple), PlainSerializer(list)]


def nothing() -> Frozen[str, Any]:
    """Return the empty mapping, as the default of a key."""
    return Frozen()


FROZEN = AfterValidator(Frozen)
WRITTEN_AS_MAPPING = PlainSerializer(dict)
