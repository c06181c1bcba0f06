"""Parameters of a model: value, unit, source, evidence tier and bounds of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from .reading import listed, load, resolve


@dataclass(frozen=True)
class Parameter:
    """One number of a model, in canonical units."""

    name: str
    symbol: str
    value: float
    unit: str
    description: str
    source: str
    tier: str
    bounds: tuple[float, float] | None = None
    note: str = ""
    formula: str = ""


def parameter_sets() -> tuple[str, ...]:
    """Return the names of the models that keep parameters in the catalogue."""
    return listed("models")


@cache
def model_parameters(name: str) -> Mapping[str, Parameter]:
    """Return the parameters of the model called `name`, in the order of its file.

    Raises
    ------
    UnknownNameError
        No model of this name keeps parameters in the catalogue.
    """
    return _section(name, "parameters")


@cache
def model_constants(name: str) -> Mapping[str, Parameter]:
    """Return the structural constants (exponents of the chosen form) of the model called `name`."""
    return _section(name, "constants")


def _section(name: str, section: str) -> Mapping[str, Parameter]:
    entries = load("models", resolve("model", "models", name)).get(section) or {}
    return MappingProxyType({key: _parameter(key, entry) for key, entry in entries.items()})


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    bounds = entry.get("bounds")
    return Parameter(
        name=name,
        symbol=entry.get("symbol", ""),
        value=float(entry["value"]),
        unit=entry["unit"],
        description=entry.get("description", ""),
        source=entry["source"],
        tier=entry["tier"],
        bounds=tuple(float(bound) for bound in bounds) if bounds else None,
        note=entry.get("note", ""),
        formula=entry.get("formula", ""),
    )
