"""Steady states on grids of one axis, radial or a line: one direct solve of a tridiagonal system."""

from __future__ import annotations

import numpy as np

from .conductance import cartesian_faces, radial_faces
from .grid import Grid
from .steady import Parts, Solved
from .tridiagonal import thomas


class LineSolver:
    """Solver of -div(D grad a) + uptake a = source on a radial or linear grid, D being `diffusivity` [mm^2/day]."""

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        self.grid = grid
        self.parts = Parts(grid, diffusivity)
        if grid.geometry == "radial":
            outer, inner = radial_faces(grid, diffusivity)
        else:
            outer = cartesian_faces(grid, diffusivity).x.ravel()
            inner = np.append(0.0, outer[:-1])
        column = (grid.size, 1)
        self._lower, self._upper = -inner.reshape(column), -outer.reshape(column)
        self._exchange = inner + outer
        self._work = np.empty(column)

    def solve(self, uptake: np.ndarray, source: np.ndarray, out: np.ndarray, tolerance: float = 1e-8) -> Solved:
        """Write the steady state into `out`; all arrays have the shape `full_shape`, `tolerance` is not needed.

        Raises
        ------
        InputError
            See `Parts.without_source`.
        """
        empty = self.parts.without_source(uptake, source)
        taken, found = uptake.ravel(), source.ravel().copy()
        if empty is not None:  # any uptake gives zero there
            taken, found = np.where(empty.ravel(), 1.0, taken), np.where(empty.ravel(), 0.0, found)
        diagonal, right, column = self._exchange + taken, found.copy(), self._lower.shape
        thomas(self._lower, diagonal.reshape(column), self._upper, found.reshape(column), self._work)
        out[...] = found.reshape(self.grid.full_shape)
        missing = right - diagonal * found
        missing[1:] -= self._lower[1:, 0] * found[:-1]
        missing[:-1] -= self._upper[:-1, 0] * found[1:]
        size = float(np.linalg.norm(right))
        residual = float(np.linalg.norm(missing)) / size if size > 0 else 0.0
        return Solved(1, residual, bool(np.isfinite(residual)))
