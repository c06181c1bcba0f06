"""Says what is wrong with the shape of a config in words of its author, not of the schema library."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ossim.config.text import ConfigText, Location, key_text
from ossim.errors import Fault, nearest

_KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "list_type": "a list",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def describe(value: object) -> str:
    """Say what a value is, for the end of a sentence."""
    if value is None:
        return "is empty"
    if isinstance(value, bool):
        return f"is {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"is {value}"
    if isinstance(value, str):
        return f"is the text '{shorten(value)}'"
    return "is a list" if isinstance(value, list) else "is a mapping"


def shorten(text: str, length: int = 60) -> str:
    """Cut `text` to one line of at most `length` characters."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."


def shape_faults(error: ValidationError, config: ConfigText, model: type[BaseModel]) -> list[tuple[Location, Fault]]:
    """Turn the errors of the schema library into one `Fault` each, with its place in the config.

    A misspelt key that is required counts once: as unknown, not as missing too.
    """
    errors = error.errors(include_url=False)
    unknown_keys = [_clean(item["loc"], config.data) for item in errors if item["type"] == "extra_forbidden"]
    meant = {(*place[:-1], _nearest_key(model, place)) for place in unknown_keys}
    faults: list[tuple[Location, Fault]] = []

    def add(place: Location, message: str) -> None:
        faults.append((place, fault_at(config, place, message)))

    for item in errors:
        place = _clean(item["loc"], config.data)
        if item["type"] == "missing":
            place = (*place, str(item["loc"][-1]))
            if place not in meant:
                add(place, _missing(model, place))
        elif item["type"] == "extra_forbidden":
            add(place, _unknown_key(model, place, item["input"]))
        else:
            add(place, _message(item))
    return faults


def fault_at(config: ConfigText, place: Location, message: str) -> Fault:
    """Build the fault for one place of a config."""
    return Fault(config.name, config.line(place), key_text(place), message)


def keys_at(model: type[BaseModel], place: Location) -> tuple[str, ...]:
    """Return the keys the schema allows at `place`; empty where the schema names none."""
    found: Any = model
    for step in place:
        found = _inner(found, step)
    return tuple(_names(found)) if isinstance(found, type) and issubclass(found, BaseModel) else ()


def _names(model: type[BaseModel]) -> Iterable[str]:
    return (field.alias or name for name, field in model.model_fields.items())


def _inner(annotation: Any, step: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
        return _plain(fields.get(str(step)))
    arguments = get_args(annotation)
    return _plain(arguments[-1]) if get_origin(annotation) in (dict, list) and arguments else None


def _plain(annotation: Any) -> Any:
    """Strip `Annotated` and choose the first member of a union that has an inside."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        members = [_plain(member) for member in get_args(annotation) if member is not type(None)]
        return members[0] if members else None
    return annotation


def _clean(loc: tuple[Any, ...], data: Any) -> Location:
    """Drop what the schema library adds to a path (union tags, ``[key]``, the key that is missing)."""
    place: list[str | int] = []
    for step in loc:
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            place.append(step)
            data = data[step]
    return tuple(place)


def _nearest_key(model: type[BaseModel], place: Location) -> str:
    hint = nearest(place[-1], keys_at(model, place[:-1]))
    return hint.split("'")[1] if hint else ""


def _unknown_key(model: type[BaseModel], place: Location, value: Any) -> str:
    keys = keys_at(model, place[:-1])
    if value is None and " " in str(place[-1]).strip():
        # Within braces a comma ends a text, and what follows becomes a key without value.
        return f"unknown key '{shorten(str(place[-1]))}'; put text with a comma in quotes"
    return f"unknown key '{shorten(str(place[-1]))}'{nearest(place[-1], keys) or '; keys here: ' + ', '.join(keys)}"


def _missing(model: type[BaseModel], place: Location) -> str:
    owner: Any = model
    for step in place[:-1]:
        owner = _inner(owner, step)
    for name, field in owner.model_fields.items() if owner is not None else ():
        if (field.alias or name) == place[-1]:
            return f"missing: {field.description}"
    return "missing"


def _message(item: Any) -> str:
    kind, context, value = item["type"], item.get("ctx", {}), item["input"]
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, {describe(value)}"
    if kind in _BOUNDS:
        words, limit = _BOUNDS[kind]
        return f"must be {words} {context[limit]}, {describe(value)}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return f"'{shorten(str(value))}' is not one of {', '.join(choices)}{nearest(value, choices)}"
    if kind == "finite_number":
        return f"must be a finite number, {describe(value)}"
    if kind in ("too_short", "missing_argument"):
        return "must not be empty"
    if kind == "string_too_long":
        return f"must be at most {context['max_length']} characters long"
    if kind == "string_pattern_mismatch":
        return f"name '{shorten(str(value))}' must start with a letter and hold only letters, digits and _"
    if kind == "value_error":
        return shorten(str(context["error"]), 400)
    return shorten(item["msg"], 200)
