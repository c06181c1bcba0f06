"""What is wrong with a section, in words of its author and not of the schema library: line, key, nearest name."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ossim.errors import Fault, InputError, nearest, shorten
from ossim.sections.base import Location, Nested, Placed, Section
from ossim.sections.text import SectionText, key_text

Checked = TypeVar("Checked", bound=Section)

_KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a mapping of keys",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "list_type": "a list",
    "tuple_type": "a list",
    "mapping_type": "a mapping of keys",
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


def check(section: type[Checked], text: SectionText) -> Checked:
    """Return the data of a text as a section.

    Raises
    ------
    InputError
        With every fault of the text and of the section, one line each, sorted by line.
    """
    found = list(text.faults)
    if not isinstance(text.data, dict):
        found.append(fault_at(text, (), "must be a mapping of keys"))
        raise InputError(*found)
    try:
        checked = section.model_validate(text.data)
    except ValidationError as error:
        broken = set(text.broken)
        for place, fault in shape_faults(error, text, section):
            if not any(place[: len(known)] == known for known in broken if known):
                found.append(fault)
    if found:
        raise InputError(*sorted(dict.fromkeys(found), key=lambda fault: (fault.line, fault.key)))
    return checked


def shape_faults(
    error: ValidationError,
    text: SectionText,
    section: type[BaseModel],
    inside: Location = (),
    others: tuple[str, ...] = (),
) -> list[tuple[Location, Fault]]:
    """Turn the errors of a section into one `Fault` each, with its place in the text.

    A misspelt key that is required counts once: as unknown, not as missing too.

    Parameters
    ----------
    inside : where the section stands in the text
    others : keys allowed beside those of the section
    """
    errors = error.errors(include_url=False)
    data = _at(text.data, inside)
    unknown_keys = [_clean(item["loc"], data) for item in errors if item["type"] == "extra_forbidden"]
    meant = {(*place[:-1], _nearest_key(section, place, others)) for place in unknown_keys}
    faults: list[tuple[Location, Fault]] = []

    def add(place: Location, message: str) -> None:
        faults.append(((*inside, *place), fault_at(text, (*inside, *place), message)))

    for item in errors:
        place, raised = _clean(item["loc"], data), item.get("ctx", {}).get("error")
        if isinstance(raised, Nested):
            faults += shape_faults(raised.error, text, raised.section, (*inside, *place), raised.others)
        elif isinstance(raised, InputError):
            faults += input_faults(raised, text, (*inside, *place))
        elif item["type"] == "missing":
            place = (*place, str(item["loc"][-1]))
            if place not in meant:
                add(place, _missing(section, place))
        elif item["type"] == "extra_forbidden":
            add(place, _unknown_key(section, place, item["input"], others))
        else:
            add(place, _message(item))
    return faults


def input_faults(error: InputError, text: SectionText, place: Location) -> list[tuple[Location, Fault]]:
    """Turn what was raised below a section into faults at `place`, or at the key inside it that a fault names."""
    if isinstance(error, Placed):
        inside = ((_known(text, place, inner), message) for inner, message in error.found)
        return [(where, fault_at(text, where, message)) for where, message in inside]
    found = []
    for number, fault in enumerate(error.faults):
        key = fault.key if isinstance(fault, Fault) else ""
        steps = tuple(int(step) if step.isdecimal() else step for step in key.split(".")) if key else ()
        inner = next((where for where in ((*place, key), (*place, *steps)) if where in text.lines), place)
        found.append((inner, fault_at(text, inner, error.brief(number))))
    return found


def _known(text: SectionText, place: Location, inner: Location) -> Location:
    """Return the place inside `place` as far as the text has it; of values without lines, the whole place."""
    whole = (*place, *inner)
    while len(text.lines) > 1 and len(whole) > len(place) and whole not in text.lines:
        whole = whole[:-1]
    return whole


def _at(data: Any, place: Location) -> Any:
    for step in place:
        data = data[step]
    return data


def fault_at(text: SectionText, place: Location, message: str) -> Fault:
    """Build the fault for one place of a config."""
    return Fault(text.name, text.line(place), key_text(place), message)


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


def _nearest_key(model: type[BaseModel], place: Location, others: tuple[str, ...]) -> str:
    hint = nearest(place[-1], _allowed(model, place, others))
    return hint.split("'")[1] if hint else ""


def _allowed(model: type[BaseModel], place: Location, others: tuple[str, ...]) -> tuple[str, ...]:
    """Keys that may stand where the last step of `place` stands."""
    return (*keys_at(model, place[:-1]), *(others if len(place) == 1 else ()))


def _unknown_key(model: type[BaseModel], place: Location, value: Any, others: tuple[str, ...]) -> str:
    keys = _allowed(model, place, others)
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
