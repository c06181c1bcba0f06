"""What a face between two cells lets through: harmonic means of cell diffusivities, none across masks and boundaries.

The operator is (L u)_i = sum over faces of g_f (u_j - u_i), with g in 1/day. Symmetric g conserve the integral of u
exactly; the harmonic mean is the exact flux through two layers in series, and zero where either cell lets nothing
through. A radial grid weights faces by area and cells by volume, so that its g_f differ between the two sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.grid import Grid


class Faces(NamedTuple):
    """Conductance of the face between cell i and cell i + 1 along each axis [1/day], shape of `full_shape`.

    The last face along an axis is the boundary and lets nothing through. An axis of one cell has an array of size 1.
    """

    z: np.ndarray
    y: np.ndarray
    x: np.ndarray


def cell_diffusivity(grid: Grid, diffusivity: float | np.ndarray) -> np.ndarray:
    """Return the diffusivity of each cell [mm^2/day], shape `full_shape`, zero outside the mask.

    Raises
    ------
    InputError
        It is negative or not finite somewhere, or does not fit the grid.
    """
    try:
        field = np.broadcast_to(np.asarray(diffusivity, float), grid.shape)
    except ValueError:
        raise InputError(f"diffusivity: has shape {np.shape(diffusivity)}, the grid {grid.shape}") from None
    if not np.all(np.isfinite(field)) or field.min() < 0:
        raise InputError(f"diffusivity: must be 0 or more everywhere, is {field.min():g} somewhere")
    if grid.mask is not None:
        field = np.where(grid.mask, field, 0.0)
    return field.reshape(grid.full_shape)


def cartesian_faces(grid: Grid, diffusivity: float | np.ndarray) -> Faces:
    """Return the conductances of a Cartesian grid for a diffusivity [mm^2/day], a number or one per cell."""
    field = cell_diffusivity(grid, diffusivity) / grid.spacing**2
    found = []
    for axis in range(3):
        if field.shape[axis] == 1:
            found.append(np.zeros((1, 1, 1)))
            continue
        faces = np.zeros_like(field)
        here = [slice(None)] * 3
        there = list(here)
        here[axis], there[axis] = slice(None, -1), slice(1, None)
        a, b = field[tuple(here)], field[tuple(there)]
        total = a + b
        faces[tuple(here)] = np.divide(2.0 * a * b, total, out=np.zeros_like(total), where=total > 0)
        found.append(faces)
    return Faces(*found)


def radial_faces(grid: Grid, diffusivity: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what enters each shell of a radial grid from its outer and from its inner neighbor [1/day].

    Returns
    -------
    outer, inner : shape (nr,); (L u)_i = outer_i (u_{i+1} - u_i) + inner_i (u_{i-1} - u_i)
    """
    field = cell_diffusivity(grid, diffusivity).ravel()
    a, b = field[:-1], field[1:]
    total = a + b
    mean = np.divide(2.0 * a * b, total, out=np.zeros_like(total), where=total > 0)
    edges = np.arange(1, grid.shape[0]) * grid.spacing
    flow = 4.0 * np.pi * edges**2 * mean / grid.spacing
    shells = 4.0 / 3.0 * np.pi * np.diff((np.arange(grid.shape[0] + 1) * grid.spacing) ** 3)
    outer, inner = np.zeros(grid.shape[0]), np.zeros(grid.shape[0])
    outer[:-1], inner[1:] = flow / shells[:-1], flow / shells[1:]
    return outer, inner
