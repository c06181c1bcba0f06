"""Steady states on grids of one axis, radial or a line: one direct solve of a tridiagonal system."""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.pde.compile import field_jit
from ossim.numerics.pde.conductance import cartesian_faces, radial_faces
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.steady import Parts, Solved


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
        self._lower, self._upper, self._exchange = -inner, -outer, inner + outer
        self._work = np.empty(grid.size)

    def solve(self, uptake: np.ndarray, source: np.ndarray, out: np.ndarray, tolerance: float = 1e-8) -> Solved:
        """Write the steady state into `out`; all arrays have the shape `full_shape`, `tolerance` is not needed.

        Raises
        ------
        InputError
            See `Parts.without_source`.
        """
        empty = self.parts.without_source(uptake, source)
        if empty is not None:  # any uptake gives zero there
            uptake, source = np.where(empty, 1.0, uptake), np.where(empty, 0.0, source)
        residual = _solve(self._lower, self._exchange, self._upper, uptake.ravel(), source.ravel(), out, self._work)
        return Solved(1, residual, bool(np.isfinite(residual)))


@field_jit
def _solve(lower, exchange, upper, uptake, source, out, work):
    """Eliminate as `tridiagonal.thomas` does; return the residual relative to the source."""
    found, n = out[0, 0], source.size
    scale = 1.0 / (exchange[0] + uptake[0])
    work[0], found[0] = upper[0] * scale, source[0] * scale
    for i in range(1, n):
        scale = 1.0 / (exchange[i] + uptake[i] - lower[i] * work[i - 1])
        work[i] = upper[i] * scale
        found[i] = (source[i] - lower[i] * found[i - 1]) * scale
    for l in range(n - 1):
        i = n - 2 - l
        found[i] -= work[i] * found[i + 1]
    missing, size = 0.0, 0.0
    for i in range(n):
        left = source[i] - (exchange[i] + uptake[i]) * found[i]
        if i > 0:
            left -= lower[i] * found[i - 1]
        if i < n - 1:
            left -= upper[i] * found[i + 1]
        missing += left * left
        size += source[i] * source[i]
    return math.sqrt(missing / size) if size > 0.0 else 0.0 * missing
