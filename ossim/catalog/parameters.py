"""Parameters of a model: value, unit, source, evidence tier and bounds of each; and named sets of other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim.catalog.reading import listed, load, pair, resolve
from ossim.errors import Fault, InputError, unknown
from ossim.units import rational, unit_factor


@dataclass(frozen=True)
class Parameter:
    """One number of a model, in canonical units.

    `printed` is the number and unit of the source where they differ; `variance` is that of the natural logarithm
    between patients, where the source gives it.
    """

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
    printed: str = ""
    variance: float | None = None


@dataclass(frozen=True)
class ParameterSet:
    """Published values of another experiment: what differs from the values of the model."""

    name: str
    title: str
    parameters: Mapping[str, Parameter]


def documented_models() -> tuple[str, ...]:
    """Return the names of the models that keep parameters in the catalogue."""
    return listed("models")


def model_parameters(name: str, parameter_set: str | None = None) -> Mapping[str, Parameter]:
    """Return the parameters of the model called `name`, in the order of its file, with the values of a set of them.

    Raises
    ------
    UnknownNameError
        No model of this name keeps parameters in the catalogue, or it has no such set.
    """
    found = _section(name, "parameters")
    if parameter_set is None:
        return found
    sets = parameter_sets(name)
    if parameter_set not in sets:
        raise unknown(f"parameter set of {name}", parameter_set, sets)
    return MappingProxyType({**found, **sets[parameter_set].parameters})


@cache
def parameter_sets(name: str) -> Mapping[str, ParameterSet]:
    """Return the named alternative sets of values of the model called `name`."""
    standard = load("models", resolve("model", "models", name))
    found = {}
    for key, entry in (standard.get("sets") or {}).items():
        leaves = {item: {**_standing(standard, item), **leaf} for item, leaf in entry["parameters"].items()}
        changed = {item: _parameter(name, item, leaf) for item, leaf in leaves.items()}
        found[key] = ParameterSet(key, entry["title"], MappingProxyType(changed))
    return MappingProxyType(found)


def _standing(standard: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a set need not repeat of a parameter: not where the value comes from."""
    kept = ("symbol", "unit", "description", "bounds")
    return {key: value for key, value in standard["parameters"][name].items() if key in kept}


@cache
def model_constants(name: str) -> Mapping[str, Parameter]:
    """Return the structural constants (exponents of the chosen form) of the model called `name`."""
    return _section(name, "constants")


def model_title(name: str) -> str:
    """Return what the model called `name` is, as its file of facts says."""
    return str(load("models", resolve("model", "models", name)).get("title", ""))


@cache
def model_gaps(name: str) -> tuple[str, ...]:
    """Return what is not known of the model called `name` and left to its user, a sentence each."""
    return tuple(load("models", resolve("model", "models", name)).get("gaps") or ())


def model_references(name: str) -> tuple[str, ...]:
    """Return the keys of the paper that describes the model called `name`, none for a model of no paper."""
    found = load("models", resolve("model", "models", name)).get("reference")
    return (found,) if found else ()


@cache
def _section(name: str, section: str) -> Mapping[str, Parameter]:
    entries = load("models", resolve("model", "models", name)).get(section) or {}
    return MappingProxyType({key: _parameter(name, key, entry) for key, entry in entries.items()})


def _parameter(model: str, name: str, entry: Mapping[str, Any]) -> Parameter:
    lacking = [key for key in ("unit", "source", "tier") if key not in entry]
    if lacking or not ("value" in entry or {"printed", "convert"} <= set(entry)):
        raise InputError(Fault(f"data/models/{model}.yaml", 0, name, f"lacks {', '.join(lacking or ['value'])}"))
    bounds, printed = entry.get("bounds"), entry.get("printed")
    value = float(entry["value"]) if "value" in entry else _converted(entry)
    return Parameter(
        name=name,
        symbol=entry.get("symbol", ""),
        value=value,
        unit=entry["unit"],
        description=entry.get("description", ""),
        source=entry["source"],
        tier=entry["tier"],
        bounds=pair(bounds),
        note=entry.get("note", ""),
        formula=entry.get("formula", ""),
        printed=f"{printed['value']:g} {printed['unit']}" if printed else "",
        variance=entry.get("variance"),
    )


def _converted(entry: Mapping[str, Any]) -> float:
    """The printed value in the unit of the model; `convert` is the part of its unit that differs: h, 1/week."""
    unit = entry["convert"]
    kind = "time" if "/" not in unit else "rate" if unit.startswith("1") else "clearance"
    return float(rational(entry["printed"]["value"]) * unit_factor(unit, kind))
