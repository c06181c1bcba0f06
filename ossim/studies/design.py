"""The design of a sweep: which values every run gets, one row a run, last axis fastest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from ossim.config.scenario import Scenario
from ossim.config.sweep import Axis, Sweep
from ossim.errors import InputError

MAX_RUNS = 1_000_000


@dataclass(frozen=True)
class Design:
    """All runs of a sweep in order; run `i` is row `i` of every coordinate."""

    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each axis."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """Number of runs."""
        return prod(self.shape)

    @property
    def names(self) -> tuple[str, ...]:
        """Path of each axis."""
        return tuple(axis.path for axis in self.axes)

    def points(self) -> Iterator[dict[str, Any]]:
        """Yield for every run the value of each axis, as overrides of a Scenario."""
        for values in product(*(axis.values for axis in self.axes)):
            yield dict(zip(self.names, values, strict=True))

    def coordinates(self) -> dict[str, list[Any]]:
        """Return axis -> its value in every run, shape ``(size,)``."""
        columns: dict[str, list[Any]] = {name: [] for name in self.names}
        for point in self.points():
            for name, value in point.items():
                columns[name].append(value)
        return columns


def grid(sweep: Sweep) -> Design:
    """Return the design in which every value of an axis meets every value of the others.

    Raises
    ------
    InputError
        More runs than one sweep may hold.
    """
    design = Design(sweep.axes)
    if design.size > MAX_RUNS:
        raise InputError(f"the sweep has {design.size:,} runs; at most {MAX_RUNS:,}")
    return design


def design_of(scenario: Scenario) -> Design:
    """Return the design of the sweep of a Scenario.

    Raises
    ------
    InputError
        The Scenario has no sweep.
    """
    if scenario.sweep is None:
        raise InputError(f"{scenario.name}: the config has no 'sweep' section")
    return grid(scenario.sweep)


def scenarios(scenario: Scenario) -> Iterator[tuple[dict[str, Any], Scenario]]:
    """Yield for every run its axis values and the Scenario they give, which has no sweep of its own."""
    single = scenario.without_sweep()
    for point in design_of(scenario).points():
        yield point, single.with_overrides(point, origin="sweep")
