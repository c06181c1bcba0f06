"""Steady states -div(D grad a) + uptake a = source on any grid, behind one interface: `Elliptic`.

Planes and boxes are solved by conjugate gradients with multigrid (`conjugate`), radial and linear grids by elimination
(`radial`). Structures and diffusivities are bound once; each solve brings its own uptake and source.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .compile import apart_jit
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
            exchange = levels.exchange
        else:
            exact = Levels(faces, moving, np.float64, filled=1)
            self._system = (*staggered(1, (levels.total,)), *exact.faces)
            exchange = exact.exchange
        self._first = tuple(levels.view(flat) for flat in (self._x, self._b, self._uptake, self._system[0]))
        self._exchange = levels.view(exchange).reshape(-1)
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
        levels, (x, b, _, _) = self._levels, self._first
        given, into = (out, source, uptake), self._first
        finite = take(self._exchange, *(field.reshape(-1) for field in (*given, *into)))
        if self._still is not None:
            for field in into:
                field[self._still] = 0.0
        if empty is not None:
            x[empty], b[empty] = 0.0, 0.0
        if not finite:
            x[...] = 0.0
        refresh(self._uptake, levels.exchange, *levels.faces, *self._hierarchy[6:8], levels.table, self._matrix)
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


@apart_jit
def take(exchange, guess, source, uptake, x, b, taken, diagonal):
    """Take over guess, source, uptake and the diagonal they make; return whether the guess is finite everywhere."""
    bad, kind = 0, taken.dtype.type
    for i in range(guess.size):
        x[i], b[i], taken[i], diagonal[i] = guess[i], source[i], kind(uptake[i]), exchange[i] + uptake[i]
        bad += not abs(guess[i]) < np.inf
    return bad == 0
