"""Published trials: who was treated with what, how it was read, and what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from ossim.catalog.reading import listed, load, resolve
from ossim.errors import unknown

TARGETS = ("calibration", "heldout")


@dataclass(frozen=True)
class PublishedResult:
    """One published result; rates are fractions, times and durations are in days."""

    endpoint: str
    value: float
    unit: str
    source: str
    tier: str
    time: float | None = None
    printed_time: str = ""
    printed_value: str = ""
    ci_low: float | None = None
    ci_high: float | None = None
    k: float | None = None
    n: int | None = None
    locator: str = ""
    formula: str = ""
    misprint: bool = False
    note: str = ""


@dataclass(frozen=True)
class Trial:
    """One arm of a published trial; an empty `regimen` is an untreated arm."""

    name: str
    title: str
    reference: str
    year: int
    phase: str
    sponsor: str | None
    n_patients: int | None
    population: str
    stage: str
    regimen: tuple[str, ...]
    regimen_evidence: Mapping[str, str]
    visits: Mapping[str, str]
    criteria: str
    role: str
    outcomes: tuple[PublishedResult, ...]
    printed_year: int | None = None
    note: str = ""

    def outcome(self, endpoint: str) -> tuple[PublishedResult, ...]:
        """Return the outcomes for `endpoint`, misprints left out."""
        return tuple(item for item in self.outcomes if item.endpoint == endpoint and not item.misprint)


@dataclass(frozen=True)
class Target:
    """An end point the patient model is compared with: `k` of `n` patients, times in days.

    `k` may be fractional where only a rounded rate is published; exactly one of `time` (landmark) and
    `response_window` (follow-up for response) is given.
    """

    name: str
    trial: str
    endpoint: str
    criteria: str
    k: float
    n: int
    visits: str
    source: str
    tier: str
    time: float | None = None
    response_window: float | None = None
    printed_window: str = ""
    formula: str = ""
    note: str = ""


def trials() -> tuple[str, ...]:
    """Return the names of all trial arms, sorted."""
    return listed("trials")


def trial(name: str) -> Trial:
    """Return the trial arm called `name`, whatever the case.

    Raises
    ------
    UnknownNameError
        The catalogue holds no such trial.
    """
    return _trial(resolve("trial", "trials", name))


def targets(kind: str) -> tuple[Target, ...]:
    """Return the end points of `kind`: ``calibration`` (13) or ``heldout`` (10, never tuned on).

    Raises
    ------
    UnknownNameError
        There is no such set of targets.
    """
    if kind not in TARGETS:
        raise unknown("set of targets", kind, TARGETS)
    return _targets(kind)


@cache
def _trial(name: str) -> Trial:
    entry: dict[str, Any] = dict(load("trials", name))
    entry["regimen"] = tuple(entry["regimen"])
    entry["outcomes"] = tuple(PublishedResult(**item) for item in entry["outcomes"])
    entry["visits"] = MappingProxyType(entry["visits"])
    entry["regimen_evidence"] = MappingProxyType(entry["regimen_evidence"])
    return Trial(**entry)


@cache
def _targets(kind: str) -> tuple[Target, ...]:
    return tuple(Target(**item) for item in load("targets", kind)["targets"])
