"""Values of model parameters from a config: known names, canonical units, inside their bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ossim import catalog
from ossim.errors import InputError, unknown
from ossim.sections.base import FaultList
from ossim.sections.faults import describe
from ossim.units import quantity

_DIMENSIONS = MappingProxyType({"day": "time", "1/day": "rate", "1": "fraction", "mm": "length", "mm^3": "volume"})


def parameter_values(known: Mapping[str, catalog.Parameter], given: Any) -> Any:
    """Return the parameters of a section in canonical units, all faults at once; what is no mapping as it is."""
    if not isinstance(given, Mapping):
        return given
    faults = FaultList()
    values = {name: faults.attempt((name,), parameter_value, known, name, value) for name, value in given.items()}
    faults.stop()
    return values


def parameter_value(known: Mapping[str, catalog.Parameter], name: str, value: Any) -> float:
    """Return one parameter in its canonical unit.

    Raises
    ------
    InputError
        Unknown name, wrong dimension, not finite, or outside the bounds of the parameter.
    """
    if name not in known:
        raise unknown("parameter", name, known)
    return bounded(known[name], value)


def bounded(parameter: catalog.Parameter, value: Any) -> float:
    """Return `value` in the unit of `parameter`, refusing what lies outside its bounds."""
    number = _number(value, parameter.unit)
    low, high = parameter.bounds or (-math.inf, math.inf)
    if not low <= number <= high:
        raise InputError(f"must lie between {low:g} and {high:g} [{parameter.unit}], is {number:g}")
    return number


def _number(value: Any, unit: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InputError(f"must be a number or text with a unit, {describe(value)}")
    if isinstance(value, str) and unit in _DIMENSIONS:
        return quantity(value, _DIMENSIONS[unit])
    if isinstance(value, str):
        raise InputError(f"must be a bare number in {unit}, {describe(value)}")
    if not math.isfinite(value):
        raise InputError(f"must be a finite number, {describe(value)}")
    return float(value)
