"""The values of one axis of a sweep: a list as it is, or evenly spread between two numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ossim.errors import Fault, InputError, nearest
from ossim.sections.faults import describe

RANGE_KEYS = ("from", "to", "number", "scale")
MAX_VALUES = 10_000
AXIS_SCHEMA = {
    "anyOf": [
        {"type": "array", "minItems": 1},
        {
            "type": "object",
            "properties": {
                "from": {"type": "number"},
                "to": {"type": "number"},
                "number": {"type": "integer", "minimum": 2},
                "scale": {"enum": ["linear", "log"]},
            },
            "required": ["from", "to", "number"],
            "additionalProperties": False,
        },
    ]
}


def expand(values: Any) -> tuple[Any, ...]:
    """Return the values of one axis: a list as it is, ``{from, to, number, scale}`` spelled out.

    Raises
    ------
    InputError
        Empty, doubled or non-finite values, unknown keys, a log scale through zero.
    """
    if isinstance(values, dict):
        return _range(values)
    if not isinstance(values, list) or not values:
        raise InputError("must be a list of values, or {from, to, number, scale}")
    if len(values) > MAX_VALUES:
        raise InputError(f"{len(values)} values; an axis holds at most {MAX_VALUES}")
    for i, value in enumerate(values):
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"value {i + 1} must be a finite number, is {value}")
        if value in values[:i]:
            raise InputError(f"value {value!r} stands twice")
    return tuple(values)


def _range(values: Mapping[str, Any]) -> tuple[float, ...]:
    faults = list(_range_faults(values))
    if faults:
        raise InputError(*(Fault("axis", 0, key, message) for key, message in faults))
    start, stop, number = float(values["from"]), float(values["to"]), values["number"]
    if values.get("scale", "linear") == "linear":
        return _spread(start, stop, number)
    inner = _spread(math.log(start), math.log(stop), number)[1:-1]
    return (start, *(math.exp(value) for value in inner), stop)


def _range_faults(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and message of everything wrong with ``{from, to, number, scale}``."""
    hints = {key: nearest(key, RANGE_KEYS) for key in values if key not in RANGE_KEYS}
    for key, hint in hints.items():
        yield key, f"unknown key '{key}'{hint or '; keys here: ' + ', '.join(RANGE_KEYS)}"
    meant = {hint.split("'")[1] for hint in hints.values() if hint}
    sound = not hints
    for key in ("from", "to", "number"):
        value = values.get(key)
        if key not in values and key not in meant:
            yield key, f"'{key}' is missing"
        elif key in values and not _is_number(value):
            yield key, f"must be a finite number, {describe(value)}"
        sound = sound and _is_number(value)
    scale = values.get("scale", "linear")
    if scale not in ("linear", "log"):
        yield "scale", f"'{scale}' is not one of linear, log{nearest(scale, ('linear', 'log'))}"
    if not sound:
        return
    if not isinstance(values["number"], int) or not 2 <= values["number"] <= MAX_VALUES:
        yield "number", f"must be a whole number from 2 to {MAX_VALUES}, is {values['number']}"
    if values["from"] == values["to"]:
        yield "to", "'from' and 'to' are equal"
    if scale == "log" and (values["from"] <= 0 or values["to"] <= 0):
        yield "scale", "a log scale needs 'from' and 'to' above zero"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _spread(start: float, stop: float, number: int) -> tuple[float, ...]:
    """Return evenly spaced values that end exactly at `stop`."""
    step = (stop - start) / (number - 1)
    return (*(start + i * step for i in range(number - 1)), stop)
