"""Virtual-patient populations: how parameters and body size spread between patients and lesions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim.catalog.reading import listed, load, resolve


@dataclass(frozen=True)
class Distribution:
    """Spread of one quantity.

    Lognormal: median * exp(sd z); logit_normal: expit(logit(median) + sd z); categorical: `values` with
    `probabilities`; derived: `formula` of other quantities. At level `lesion` z mixes a draw of the patient and one
    of the lesion: by `patient_weight` and `lesion_weight` times `sd`, or with `sd_patient` and `sd_lesion`.
    """

    name: str
    distribution: str
    unit: str
    level: str
    source: str
    tier: str
    median: float | None = None
    sd: float | None = None
    patient_weight: float | None = None
    lesion_weight: float | None = None
    sd_patient: float | None = None
    sd_lesion: float | None = None
    clip: tuple[float, float] | None = None
    values: tuple[float, ...] = ()
    probabilities: tuple[float, ...] = ()
    formula: str = ""
    note: str = ""


@dataclass(frozen=True)
class Correlation:
    """Correlation of two quantities on the scale of their normal draws."""

    between: tuple[str, str]
    value: float
    source: str
    tier: str
    note: str = ""


@dataclass(frozen=True)
class Population:
    """A population of virtual patients for one model."""

    name: str
    title: str
    model: str
    reference: str
    parameters: Mapping[str, Distribution]
    correlations: tuple[Correlation, ...]
    body_size: Mapping[str, Distribution]
    body_size_correlations: tuple[Correlation, ...]
    note: str = ""


def populations() -> tuple[str, ...]:
    """Return the names of all populations, sorted."""
    return listed("populations")


def population(name: str) -> Population:
    """Return the population called `name`, whatever the case.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such population.
    """
    return _population(resolve("population", "populations", name))


@cache
def _population(name: str) -> Population:
    entry = load("populations", name)
    return Population(
        name=entry["name"],
        title=entry["title"],
        model=entry["model"],
        reference=entry["reference"],
        parameters=_distributions(entry["parameters"]),
        correlations=_correlations(entry.get("correlations", ())),
        body_size=_distributions(entry.get("body_size", {})),
        body_size_correlations=_correlations(entry.get("body_size_correlations", ())),
        note=entry.get("note", ""),
    )


def _distributions(entries: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Distribution]:
    found = {}
    for name, entry in entries.items():
        fields: dict[str, Any] = {key: tuple(x) if isinstance(x, list) else x for key, x in entry.items()}
        found[name] = Distribution(name=name, **fields)
    return MappingProxyType(found)


def _correlations(entries: list[Mapping[str, Any]]) -> tuple[Correlation, ...]:
    return tuple(Correlation(**{**entry, "between": tuple(entry["between"])}) for entry in entries)
