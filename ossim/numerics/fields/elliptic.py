"""Steady states -div(D grad a) + uptake a = source on any grid, behind one interface: `Elliptic`.

Planes and boxes are solved by conjugate gradients with multigrid (`conjugate`), radial and linear grids by elimination
(`radial`). Structures and diffusivities are bound once; each solve brings its own uptake and source.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .conductance import cartesian_faces, cell_diffusivity
from .conjugate import conjugate
from .grid import Grid, staggered
from .levels import COARSEST, Levels
from .multigrid import refresh, sweep_weights
from .radial import LineSolver
from .steady import Parts, Solved

MOST = 100  # iterations; a hundred times what is usual


class Elliptic:
    """Solver on a grid with a diffusivity [mm^2/day], a number or one per cell.

    Attributes
    ----------
    precision : of the preconditioner, float64 or float32; results are float64 and as exact with either
    """

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray, precision=np.float64, most: int = MOST):
        if np.dtype(precision) not in (np.float64, np.float32):
            raise InputError(f"precision: must be float64 or float32, not {np.dtype(precision)}")
        self.grid, self.most = grid, most
        self._line = LineSolver(grid, diffusivity) if len(grid.shape) == 1 else None
        if self._line is not None:
            return
        self.parts = Parts(grid, diffusivity)
        moving = cell_diffusivity(grid, diffusivity) > 0.0
        self._still = None if moving.all() else ~moving
        faces = cartesian_faces(grid, diffusivity)
        self._levels = levels = Levels(faces, moving, precision)
        self._x, self._b, *vectors = staggered(6, (levels.total,))
        self._uptake, u, right, work, diagonal, inverse = staggered(6, (levels.total,), precision)
        self._vectors = tuple(vectors)
        self._hierarchy = (u, right, work, *levels.faces, diagonal, inverse, levels.scale)
        if np.dtype(precision) == np.float64:
            self._system = (diagonal, *levels.faces)
        else:
            self._exact = Levels(faces, moving, np.float64, filled=1)
            self._system = (*staggered(1, (levels.total,)), *self._exact.faces)
        self._weights = np.array(sweep_weights(len(grid.shape)), precision)
        self._matrix, self._pivots = np.zeros((COARSEST, COARSEST)), np.zeros(COARSEST)
        self._row = np.zeros(2 * grid.full_shape[2] + 8, precision)

    def solve(self, uptake: np.ndarray, source: np.ndarray, out: np.ndarray, tolerance: float = 1e-8) -> Solved:
        """Write the steady state into `out`, whose values are the first guess.

        Parameters
        ----------
        uptake, source, out : shape `full_shape`; uptake [1/day] of 0 or more
        tolerance : of the 2-norm of the residual relative to that of the source

        Returns
        -------
        Solved : look at `converged`: `out` holds the last iterate in any case

        Raises
        ------
        InputError
            See `Parts.without_source`.
        """
        if self._line is not None:
            return self._line.solve(uptake, source, out, tolerance)
        empty = self.parts.without_source(uptake, source)
        levels = self._levels
        x, b, taken = levels.view(self._x), levels.view(self._b), levels.view(self._uptake)
        x[...], b[...], taken[...] = out, source, uptake
        if self._still is not None:
            for field in (x, b, taken):
                field[self._still] = 0.0
        if empty is not None:
            x[empty], b[empty] = 0.0, 0.0
        if not np.isfinite(np.sum(x)):
            x[...] = 0.0
        diagonal, inverse = self._hierarchy[6], self._hierarchy[7]
        refresh(self._uptake, levels.exchange, *levels.faces, diagonal, inverse, levels.table, self._matrix)
        if diagonal is not self._system[0]:
            exact = levels.view(self._system[0])
            np.add(levels.view(self._exact.exchange), uptake, out=exact)
            if self._still is not None:
                exact[self._still] = 0.0
        count, residual = conjugate(
            self._x, self._b, self._vectors, self._system, self._hierarchy, levels.table, self._weights,
            self._matrix, self._pivots, self._row, float(tolerance), self.most,
        )  # fmt: skip
        out[...] = x
        if self._still is not None:
            alone = self._still if empty is None else self._still & ~empty
            np.divide(source, uptake, out=out, where=alone)
        if empty is not None:
            out[empty] = 0.0
        return Solved(int(count), float(residual), bool(residual <= tolerance))
