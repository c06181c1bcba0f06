"""From the `space` of a config to a grid: geometry, extent, barriers without tissue, regions that hinder transport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ossim.errors import InputError, unknown
from ossim.numerics.pde.grid import Grid

GEOMETRIES = {"radial": 1, "line": 1, "plane": 2, "box": 3}
MOST_CELLS = 20_000_000
MOST_AXIS = 100_000


def make_grid(space: Any, size: float, spacing: float) -> tuple[Grid, np.ndarray | float]:
    """Return the grid and the permeability of its cells, a factor of every diffusivity.

    Parameters
    ----------
    space : a `Space`
    size, spacing : radius or edge of the grid, and edge of a cell, where `space` says nothing

    Raises
    ------
    InputError
        The grid is too large or too small, a shape or file does not fit, or no tissue is left.
    """
    size, spacing = space.size or size, space.spacing or spacing
    count = max(round(size / spacing), 1)
    n_axes = GEOMETRIES[space.geometry]
    if count > MOST_AXIS or count**n_axes > MOST_CELLS:
        raise InputError(f"{count:,} cells along each of {n_axes} axes are too many; at most {MOST_CELLS:,} in all")
    shape = (count,) * n_axes
    geometry = "radial" if space.geometry == "radial" else "cartesian"
    bare = Grid(geometry, shape, spacing)
    mask = np.ones(shape, bool)
    for number, barrier in enumerate(space.barriers):
        mask &= ~_region(bare, barrier, f"barriers.{number}")
    permeability: np.ndarray | float = 1.0
    if space.regions:
        permeability = np.ones(shape)
        for number, region in enumerate(space.regions):
            permeability[_region(bare, region, f"regions.{number}")] = region.permeability
    if not mask.any():
        raise InputError("the barriers leave no tissue")
    return Grid(geometry, shape, spacing, None if mask.all() else mask), permeability


def check_spacing(spacing: float, width: float, roughly: str = "") -> None:
    """Refuse cells on which a front of tumor of this `width` would be a step; `roughly` says how well that is known.

    Raises
    ------
    InputError
        A cell is wider than the front; the message says which spacing would do.
    """
    if spacing > width:
        raise InputError(
            f"a spacing of {spacing:.3g} is too coarse for a front {roughly}{width:.3g} wide; "
            f"{width:.2g} would just do, {width / 2:.2g} is better"
        )


def _region(grid: Grid, item: Any, label: str) -> np.ndarray:
    """Cells whose centers lie in a shape, shape of the grid."""
    if item.shape == "file":
        return _from_file(grid, item.path, label)
    if item.shape == "slab":
        if item.axis not in grid.axes:
            raise InputError(f"{label}: {unknown('axis', item.axis, grid.axes)}")
        number = grid.axes.index(item.axis)
        along = grid.centers(number)
        inside = (along >= item.start) & (along <= item.stop)
        return np.broadcast_to(np.expand_dims(inside, [a for a in range(len(grid.shape)) if a != number]), grid.shape)
    center = _center(grid, item.center, label)
    squares = ((grid.centers(axis) - place) ** 2 for axis, place in zip(range(len(grid.shape)), center, strict=True))
    distance = np.sqrt(sum(np.meshgrid(*squares, indexing="ij")))
    return distance <= item.radius if item.shape == "ball" else distance > item.radius


def _center(grid: Grid, center: Iterable[float], label: str) -> tuple[float, ...]:
    """Place along the axes of the grid, slowest first; the origin where nothing is said."""
    given = tuple(center)
    if not given:
        return (0.0,) * len(grid.shape)
    if len(given) != len(grid.shape):
        raise InputError(f"{label}: center has {len(given)} numbers, the grid {len(grid.shape)} axes ({grid.axes})")
    return tuple(reversed(given))


def _from_file(grid: Grid, path: str, label: str) -> np.ndarray:
    """Read a bool array in NumPy's format; nothing in the file is run."""
    try:
        found = np.load(Path(path), allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{label}: {path} cannot be read as an array: {' '.join(str(error).split())[:120]}") from None
    if found.shape != grid.shape:
        raise InputError(f"{label}: {path} has shape {found.shape}, the grid {grid.shape}")
    return found.astype(bool)


def described(grid: Grid) -> Mapping[str, Any]:
    """Attributes that say what a Dataset was computed on."""
    return {
        "geometry": grid.geometry,
        "spacing": grid.spacing,
        "cells": int(grid.size if grid.mask is None else np.count_nonzero(grid.mask)),
    }
