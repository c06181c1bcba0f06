"""The parts a Scenario is made of, all in canonical units: arms, cohort, visits, solver, output, sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ossim.config.outcome import Outcome
from ossim.dosing import Regimen

Line = tuple[Regimen, ...]


@dataclass(frozen=True)
class Embolization:
    """Share of the supply inside every lesion that is lost on a day."""

    day: float
    fraction: float


@dataclass(frozen=True)
class Arm:
    """One treatment arm: the regimens of each line, and how one line follows another."""

    name: str
    strategy: str
    lines: tuple[Line, ...]
    switch: str = "progression"
    beyond_progression: bool = False
    embolization: Embolization | None = None


@dataclass(frozen=True)
class Cohort:
    """Who is treated; `parameters` hold for every patient, in canonical units."""

    population: str
    size: int
    typical: bool = False
    parameters: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Visits:
    """Scans every `every` days until `until` days, judged by `criteria`; error None is the model's own."""

    every: float
    until: float
    criteria: str = "recist_1.1"
    measurement_error: float | None = None


@dataclass(frozen=True)
class Solver:
    """Accuracy of the integration."""

    rtol: float
    atol: float
    max_steps: int


@dataclass(frozen=True)
class Output:
    """Patients whose time course is kept, and the time between its points [day]."""

    trajectories: int
    every: float


@dataclass(frozen=True)
class Axis:
    """One axis of a sweep: what is changed (dotted path or parameter name) and the values tried."""

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Heatmap:
    """The two axes, the outcome and the arm a heat map shows; the arm `minus` is subtracted."""

    x: str
    y: str
    outcome: str
    arm: str
    minus: str | None = None


@dataclass(frozen=True)
class Sweep:
    """Axes that are combined, outcomes that are read off each run."""

    design: str
    axes: tuple[Axis, ...]
    outcomes: tuple[Outcome, ...]
    heatmap: Heatmap | None = None


@dataclass(frozen=True)
class Comparison:
    """A published trial and the arm that imitates it."""

    trial: str
    arm: str
