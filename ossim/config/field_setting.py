"""A model in space with all its numbers: the grid of a config, the parameters of the catalogue, what is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ossim.catalog import Parameter
from ossim.config.grid import check_spacing, make_grid
from ossim.config.space import Space
from ossim.errors import InputError, unknown
from ossim.model.field_model import FieldModel
from ossim.numerics.pde.grid import Grid
from ossim.sections.faults import check
from ossim.sections.text import SectionText


@dataclass(frozen=True)
class Setting:
    """A model in space with all its numbers: what one run is."""

    declared: FieldModel
    values: Mapping[str, float]
    grid: Grid
    permeability: np.ndarray | float
    initial: Mapping[str, Any]
    step: float
    wall_clock: float | None


def field_setting(
    declared: FieldModel,
    facts: Mapping[str, Parameter],
    initial: Mapping[str, Any],
    given: Mapping[str, Any],
    space: Space,
) -> Setting:
    """Return a model in space with the numbers of one run: those of the catalogue, and what is `given` in their place.

    Raises
    ------
    InputError
        A grid that does not fit the model or is too coarse, an unknown field.
    """
    if space.geometry not in declared.geometries:
        raise InputError(f"geometry: {unknown('geometry', space.geometry, declared.geometries)}")
    values = {name: float(given.get(name, facts[name].value)) for name in declared.parameters}
    grid, permeability = make_grid(space, values[declared.size], values[declared.spacing])
    if declared.front:
        diffusivity, rate = (values[declared.symbols[symbol]] for symbol in declared.front)
        if diffusivity > 0.0 and rate > 0.0:
            check_spacing(grid.spacing, (diffusivity / rate) ** 0.5, "about ")
    symbols = {item.name: symbol for symbol, item in declared.fields.items()}
    if wrong := [name for name in initial if name not in symbols]:
        raise unknown("field", wrong[0], symbols)
    starts = {symbols[name]: value for name, value in initial.items()}
    step = space.step or (values[declared.step] if declared.step else np.inf)
    return Setting(declared, values, grid, permeability, starts, step, space.wall_clock)


def section(space: Mapping[str, Any] | Space | None) -> Space:
    """Return the checked `space` of a call from Python.

    Raises
    ------
    InputError
        A key is unknown or a value is none of its kind.
    """
    if isinstance(space, Space):
        return space
    return check(Space, SectionText("space", "", dict(space or {}), {(): 0}, (), frozenset()))
