"""A config of a published model: output times, initial state, parameters and doses, checked against the model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from ossim.catalog import Parameter, model_parameters, observation
from ossim.config.field_setting import field_setting
from ossim.config.parameter_values import bounded
from ossim.config.schema import ModelConfig, SpaceSection
from ossim.config.text import Location
from ossim.errors import Fault, InputError, unknown
from ossim.models import Model, State, model
from ossim.models.doses import compiled_doses
from ossim.models.field_model import FieldModel

MAX_TIMES = 1_000_000


def read(data: Mapping[str, Any], checked: ModelConfig | None, faults: Any) -> dict[str, Any]:
    """Return the fields of a ModelRun; `checked` is the config after its shape was found right.

    Raises
    ------
    InputError
        With all faults found, sorted by line.
    """
    times = _times(checked, faults) if checked else ()
    name = data.get("model")
    declared = faults.attempt(("model",), lambda: model(name)) if isinstance(name, str) else None
    initial, parameters = _values(data, declared, faults) if declared else ({}, {})
    if declared and times and checked:
        _check_doses(declared, checked.doses, times[-1], faults)
        for i, series in enumerate(checked.observations):
            faults.attempt(("observations", i), lambda series=series: observation(declared.name, series))
        for i, name in enumerate(checked.show):
            if name not in declared.variables:
                faults.attempt(("show", i), lambda name=name: _unknown_variable(declared, name))
        _check_space(declared, checked, faults)
    faults.stop()
    return {
        "title": checked.title,
        "model": checked.model,
        "times": times,
        "initial": MappingProxyType(initial),
        "parameter_set": checked.parameter_set,
        "parameters": MappingProxyType(parameters),
        "doses": tuple(MappingProxyType(row) for row in checked.doses),
        "rtol": checked.rtol,
        "atol": checked.atol,
        "observations": tuple(checked.observations),
        "show": tuple(checked.show),
        "figures": tuple(checked.figures),
        "space": _space(declared, checked),
    }


def _times(checked: ModelConfig, faults: Any) -> tuple[float, ...]:
    times = checked.times
    if isinstance(times, list):
        if not times or times[0] < 0 or any(later <= earlier for earlier, later in pairwise(times)):
            faults.add(("times",), "must be rising numbers of days from 0, at least one")
        return tuple(float(time) for time in times)
    steps = (times.stop - times.start) / times.step
    if times.start < 0:
        faults.add(("times", "from"), "must be 0 or more")
        return ()
    if steps <= 0:
        faults.add(("times", "to"), "must lie after 'from'")
        return ()
    if steps > MAX_TIMES:
        faults.add(("times", "step"), f"gives {steps:.3g} times; at most {MAX_TIMES:,}")
        return ()
    # A step that divides the span but for rounding reaches its end.
    whole = int(steps + 1e-9 * max(steps, 1))
    return tuple(float(times.start + i * times.step) for i in range(whole + 1))


def _space(declared: Model | FieldModel, checked: ModelConfig) -> SpaceSection | None:
    return (checked.space or SpaceSection()) if isinstance(declared, FieldModel) else None


def _check_space(declared: Model | FieldModel, checked: ModelConfig, faults: Any) -> None:
    """Whether the model can be run in the space asked for; the grid itself is made once, to see that it can be."""
    if not isinstance(declared, FieldModel):
        if checked.space is not None:
            faults.add(("space",), f"model {declared.name} is not one in space")
        return
    facts = model_parameters(declared.name, checked.parameter_set)
    given = {name: value for name, value in checked.parameters.items() if isinstance(value, int | float)}
    faults.attempt(("space",), lambda: field_setting(declared, facts, {}, given, _space(declared, checked)))


def _values(data: Mapping[str, Any], declared: Model, faults: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    chosen = data.get("parameter_set")
    facts = faults.attempt(
        ("parameter_set",), lambda: model_parameters(declared.name, chosen if isinstance(chosen, str) else None)
    )
    if facts is None:
        return {}, {}
    states = _starts(declared, facts)
    known = {name: facts[name] for name in declared.parameters}
    initial = {
        name: faults.attempt(("initial", name), lambda name=name, value=value: _value("state", states, name, value))
        for name, value in _items(data, "initial")
    }
    parameters = {
        name: _one_or_many(known, name, value, ("parameters", name), faults)
        for name, value in _items(data, "parameters")
    }
    sizes = {name: len(value) for name, value in parameters.items() if isinstance(value, tuple)}
    if len(set(sizes.values())) > 1:
        listed = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        faults.add(("parameters",), f"lists of values must be equally long: {listed}")
    return initial, parameters


def _starts(declared: Model | FieldModel, facts: Mapping[str, Parameter]) -> dict[str, Parameter]:
    if isinstance(declared, FieldModel):
        return {
            item.name: Parameter(item.name, "", 0.0, item.unit, item.long_name, "", "", bounds=(0.0, math.inf))
            for item in declared.fields.values()
        }
    return {state.name: _start(state, facts) for state in declared.states.values()}


def _start(state: State, facts: Mapping[str, Parameter]) -> Parameter:
    """What the value of a state at the start may be: that of its parameter, or zero and more."""
    if state.initial:
        return facts[state.initial]
    return Parameter(state.name, "", 0.0, state.unit, state.long_name, "", "", bounds=(0.0, math.inf))


def _unknown_variable(declared: Model, name: str) -> None:
    raise unknown("variable", name, declared.variables)


def _items(data: Mapping[str, Any], key: str) -> Any:
    return data[key].items() if isinstance(data.get(key), dict) else ()


def _one_or_many(known: Mapping[str, Any], name: str, value: Any, place: Location, faults: Any) -> Any:
    if not isinstance(value, list) or name not in known:
        return faults.attempt(place, lambda: _value("parameter", known, name, value))
    if not value:
        faults.add(place, "must be a number or a list of numbers, is an empty list")
    return tuple(
        faults.attempt((*place, i), lambda item=item: _value("parameter", known, name, item))
        for i, item in enumerate(value)
    )


def _value(kind: str, known: Mapping[str, Any], name: str, value: Any) -> float:
    if name not in known:
        raise unknown(kind, name, known)
    return bounded(known[name], value)


def _check_doses(declared: Model, rows: list[dict[str, Any]], until: float, faults: Any) -> None:
    for i, row in enumerate(rows):
        if not declared.doses:
            faults.add(("doses", i), f"model {declared.name} takes no doses")
        else:
            faults.attempt(("doses", i), lambda row=row: _compile(declared, row, until))


def _compile(declared: Model, row: Mapping[str, Any], until: float) -> None:
    """Compile one dose row, so that what is wrong with it is said with the key it belongs to."""
    try:
        compiled_doses(declared, [row], until)
    except InputError as error:
        faults = (fault if isinstance(fault, Fault) else Fault("", 0, "", fault) for fault in error.faults)
        raise InputError(*(Fault("", 0, fault.key.rpartition(".")[2], fault.message) for fault in faults)) from None
