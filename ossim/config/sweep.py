"""The `sweep` section of a config: axes become values, outcomes become endpoints, both checked against the config."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ossim.catalog import model_parameters
from ossim.config import overrides
from ossim.config.faults import describe
from ossim.config.outcome import Outcome, parse_outcome
from ossim.config.parts import Axis, Heatmap, Sweep
from ossim.config.schema import PATIENT_MODEL
from ossim.config.text import ConfigText, Location
from ossim.errors import Fault, InputError, nearest, unknown

RANGE_KEYS = ("from", "to", "number", "scale")
MAX_VALUES = 10_000
MAX_CHECKED = 200

_AXES: Location = ("sweep", "axes")
_SOURCES = MappingProxyType(
    {"x": _AXES, "y": _AXES, "outcome": ("sweep", "outcomes"), "arm": ("arms",), "minus": ("arms",)}
)


def read(section: Mapping[str, Any], data: Mapping[str, Any], faults: Any) -> Sweep:
    """Return the sweep with its axes expanded; what is wrong goes to `faults`."""
    place: Location = ("sweep",)
    axes = []
    given = section.get("axes")
    for path, values in given.items() if isinstance(given, dict) else ():
        faults.attempt((*place, "axes", path), lambda path=path: _check_name(path))
        expanded = faults.attempt((*place, "axes", path), lambda values=values: expand(values))
        axes.append(Axis(path, expanded or ()))
    outcomes = section.get("outcomes")
    found = [
        faults.attempt((*place, "outcomes", i), lambda text=text: parse_outcome(text))
        for i, text in enumerate(outcomes if isinstance(outcomes, list) else ())
    ]
    known = tuple(outcome for outcome in found if outcome is not None)
    heatmap = section.get("heatmap")
    chosen = _heatmap(heatmap, axes, known, data, faults) if isinstance(heatmap, dict) else None
    return Sweep(str(section.get("design", "grid")), tuple(axes), known, chosen)


def _check_name(path: str) -> None:
    """Refuse a bare name that is no parameter of a patient, before anything that refers to the axis is looked at."""
    steps, known = overrides.split(str(path)), model_parameters(PATIENT_MODEL)
    if steps[:-1] == overrides.PARAMETERS and steps[-1] not in known:
        raise unknown("parameter", steps[-1], known)


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


def check_horizon(sweep: Sweep | None, until: float, faults: Any) -> None:
    """Note every outcome at a time that no patient is followed to; `until` is the end of follow-up [day]."""
    for i, outcome in enumerate(sweep.outcomes if sweep else ()):
        if outcome.time is not None and outcome.time > until:
            message = f"'{outcome.text}' is day {outcome.time:g}, but follow-up ends on day {until:g}"
            faults.add(("sweep", "outcomes", i), message)


def check_values(sweep: Sweep | None, data: Mapping[str, Any], faults: Any, resolve: Callable[..., Any]) -> None:
    """Try every value of every axis in the config and note those it refuses."""
    base = {key: value for key, value in data.items() if key not in ("sweep", "compare_with")}
    for axis in sweep.axes if sweep else ():
        tried = axis.values if len(axis.values) <= MAX_CHECKED else (axis.values[0], axis.values[-1])
        for i, value in enumerate(tried):
            place = ("sweep", "axes", axis.path, i)
            faults.attempt(place, lambda path=axis.path, value=value: _try(base, path, value, resolve))


def _try(base: Mapping[str, Any], path: str, value: Any, resolve: Callable[..., Any]) -> None:
    changed = overrides.apply(base, {path: value})
    resolve(ConfigText(path, "", changed, {}, (), frozenset()))


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


def _heatmap(
    given: Mapping[str, Any], axes: list[Axis], outcomes: tuple[Outcome, ...], data: Mapping[str, Any], faults: Any
) -> Heatmap | None:
    arms = list(data["arms"]) if isinstance(data.get("arms"), dict) else []
    choices = {
        "x": [axis.path for axis in axes],
        "y": [axis.path for axis in axes],
        "outcome": [outcome.text for outcome in outcomes],
        "arm": arms,
        "minus": arms,
    }
    for key, allowed in choices.items():
        value = given.get(key)
        sound = bool(allowed) and not faults.inside(_SOURCES[key])
        if isinstance(value, str) and value not in allowed and sound:
            hint = nearest(value, allowed) or f"; this config has {', '.join(allowed)}"
            what = "arm" if key == "minus" else key
            faults.add(("sweep", "heatmap", key), f"unknown {what} '{value}'{hint}")
    if given.get("x") == given.get("y") and isinstance(given.get("x"), str):
        faults.add(("sweep", "heatmap", "y"), "x and y are the same axis")
    if given.get("arm") == given.get("minus") and isinstance(given.get("arm"), str):
        faults.add(("sweep", "heatmap", "minus"), "arm and minus are the same arm")
    minus = given.get("minus")
    required = {key: str(given.get(key, "")) for key in choices if key != "minus"}
    return Heatmap(**required, minus=None if minus is None else str(minus))
