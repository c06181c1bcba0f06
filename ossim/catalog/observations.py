"""Published measurements that a model was fitted to or is compared with: one series of points each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim import errors
from ossim.catalog.reading import load, resolve


@dataclass(frozen=True)
class Observation:
    """Measured values of one variable of a model over time [day], and how the subjects were treated.

    Attributes
    ----------
    variable : name of a state or observable
    doses : dose rows of the model, as `ossim.simulate` takes them
    initial : state name -> value, where the series has its own start
    """

    name: str
    title: str
    variable: str
    unit: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    source: str
    tier: str
    note: str
    doses: tuple[Mapping[str, Any], ...]
    initial: Mapping[str, float]


@cache
def observations(model: str) -> Mapping[str, Observation]:
    """Return the measured series that belong to the model called `model`, by name.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such model.
    """
    entries = load("models", resolve("model", "models", model)).get("observations") or {}
    return MappingProxyType({name: _observation(name, entry) for name, entry in entries.items()})


def observation(model: str, name: str) -> Observation:
    """Return one measured series of a model.

    Raises
    ------
    UnknownNameError
        The model has no such series.
    """
    known = observations(model)
    if name not in known:
        raise errors.unknown(f"observation of {model}", name, known)
    return known[name]


def _observation(name: str, entry: Mapping[str, Any]) -> Observation:
    return Observation(
        name=name,
        title=entry["title"],
        variable=entry["variable"],
        unit=entry["unit"],
        times=_numbers(entry["times"]),
        values=_numbers(entry["values"]),
        source=entry["source"],
        tier=entry["tier"],
        note=entry.get("note", ""),
        doses=tuple(MappingProxyType(dict(row)) for row in entry.get("doses", ())),
        initial=MappingProxyType(dict(entry.get("initial", {}))),
    )


def _numbers(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
