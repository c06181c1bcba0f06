"""Steady states -div(D grad a) + uptake a = source on any grid, behind one interface: `Elliptic`.

Planes and boxes are solved by conjugate gradients with multigrid (`conjugate`), radial and linear grids by elimination
(`radial`). Structures and diffusivities are bound once; each solve brings its own uptake and source.
"""

from __future__ import annotations

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.compile import apart_jit
from ossim.numerics.pde.conductance import cartesian_faces, cell_diffusivity
from ossim.numerics.pde.conjugate_gradients import conjugate
from ossim.numerics.pde.grid import Grid, staggered
from ossim.numerics.pde.levels import COARSEST, Levels
from ossim.numerics.pde.multigrid import sweep_weights
from ossim.numerics.pde.radial import LineSolver
from ossim.numerics.pde.steady import Parts, Solved

MOST = 100  # iterations; a hundred times what is usual
#: least tolerance in single precision. The residual is the one carried along: where a diffusion length is many cells,
#: that of the rounded solution is larger (10 cells 1e-5, 100 cells 1e-3) though the solution is as exact as was asked
ROUNDED = 1e-5
USUAL = 1e12  # largest sources up to it, and down to its inverse, are solved for as they are


class Elliptic:
    """Solver on a grid with a diffusivity [mm^2/day], a number or one per cell.

    Attributes
    ----------
    precision : of the preconditioner, float64 or float32; results are as exact with either
    arithmetic : of all else on planes and boxes; with float32 a tolerance of `ROUNDED` or more can be reached
    beside : another solver on this grid with the same precision and arithmetic, to share memory with: solving with one
        after the other then finds it in cache
    """

    def __init__(
        self,
        grid: Grid,
        diffusivity: float | np.ndarray,
        precision=np.float64,
        most: int = MOST,
        arithmetic=np.float64,
        beside: Elliptic | None = None,
    ):
        for name, dtype in (("precision", precision), ("arithmetic", arithmetic)):
            if np.dtype(dtype) not in (np.float64, np.float32):
                raise InputError(f"{name}: must be float64 or float32, not {np.dtype(dtype)}")
        self.grid, self.most, self.arithmetic = grid, most, np.dtype(arithmetic)
        self._line = LineSolver(grid, diffusivity) if len(grid.shape) == 1 else None
        if self._line is not None:
            return
        precision = np.dtype(np.float32) if self.arithmetic == np.float32 else np.dtype(precision)
        self.parts = Parts(grid, diffusivity)
        moving = cell_diffusivity(grid, diffusivity) > 0.0
        self._still = None if moving.all() else ~moving
        faces = cartesian_faces(grid, diffusivity)
        self._levels = levels = Levels(faces, moving, precision)
        self._same = self.arithmetic == precision
        if beside is not None and (beside.grid is not grid or beside._kinds != (self.arithmetic, precision)):
            raise ValueError("beside: must be a solver on the same grid, with the same precision and arithmetic")
        self._kinds = self.arithmetic, precision
        if beside is None:
            shared = staggered(5, (levels.total,), self.arithmetic), staggered(6, (levels.total,), precision)
        self._shared = shared if beside is None else beside._shared
        (self._x, self._b, residual, *directions), (self._uptake, u, right, work, diagonal, inverse) = self._shared
        self._vectors = (right if self._same else residual, *directions)
        self._hierarchy = (u, right, work, *levels.faces, diagonal, inverse, levels.scale)
        exchange = levels.exchange
        self._fresh = (self._uptake, exchange, *levels.faces)
        self._system = (diagonal, *levels.faces)
        if not self._same:
            exact = Levels(faces, moving, self.arithmetic, filled=1)
            self._system = (*staggered(1, (levels.total,), self.arithmetic), *exact.faces)
            exchange = exact.exchange
        self._first = tuple(levels.view(flat) for flat in (self._x, self._b, self._uptake, self._system[0]))
        self._exchange = levels.view(exchange).reshape(-1)
        self._weights = np.array(sweep_weights(len(grid.shape)), precision)
        self._matrix, self._pivots = np.zeros((COARSEST, COARSEST)), np.zeros(COARSEST)
        self._row = np.zeros(2 * grid.full_shape[2] + 8, precision)

    def solve(self, uptake: np.ndarray, source: np.ndarray, out: np.ndarray, tolerance: float = 1e-8) -> Solved:
        """Write the steady state into `out`, whose values are the first guess.

        A tolerance below `conjugate.CARRIED` is held by the residual itself, and so is any from a guess far away; else
        by the residual that the iteration carries along.

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
        if self.arithmetic == np.float32 and tolerance < ROUNDED:
            raise InputError(f"tolerance: must be at least {ROUNDED:g} in single precision, is {tolerance:g}")
        self.parts.check_shape(uptake=uptake, source=source, out=out)
        x, b, _, _ = into = self._first
        fields = (field.reshape(-1) for field in (out, source, uptake, *into))
        finite, plain = take(self._exchange, *fields)
        empty = None if plain and self.parts.whole else self.parts.without_source(uptake, source)
        unit = 1.0
        if not plain and self.arithmetic == np.float32:
            largest = float(np.abs(source).max())
            if largest > 0.0 and not 1.0 / USUAL <= largest <= USUAL:
                unit = largest  # squares would leave the range of single precision
                x[...], b[...] = out / unit, source / unit
        if self._still is not None:
            for field in into:
                field[self._still] = 0.0
        if empty is not None:
            x[empty], b[empty] = 0.0, 0.0
        if not finite:
            x[...] = 0.0
        count, residual = conjugate(
            self._x, self._b, self._vectors, self._system, self._fresh, self._hierarchy, self._levels.table,
            self._weights, self._matrix, self._pivots, self._row, self._same, float(tolerance), self.most,
            float(np.finfo(self.arithmetic).eps),
        )  # fmt: skip
        if count > 0 or not finite:
            out[...] = x
            if unit != 1.0:
                out *= unit
        if self._still is not None:
            alone = self._still if empty is None else self._still & ~empty
            np.divide(source, uptake, out=out, where=alone)
        if empty is not None:
            out[empty] = 0.0
        return Solved(int(count), float(residual), bool(residual <= tolerance))


@apart_jit
def take(exchange, guess, source, uptake, x, b, taken, diagonal):
    """Take over guess, source, uptake and the diagonal they make.

    Return whether the guess is finite everywhere, and whether there is nothing to look into: an uptake somewhere and
    nowhere below 0, sources up to `USUAL` and one not too small.
    """
    lost, bad, taking, giving = 0, 0, 0, 0
    kind, narrow = x.dtype.type, taken.dtype.type  # of the iteration, of the preconditioner
    for i in range(guess.size):
        q, g, s = uptake[i], guess[i], source[i]
        x[i], b[i], taken[i], diagonal[i] = kind(g), kind(s), narrow(q), exchange[i] + kind(q)
        lost += not abs(g) < np.inf
        bad += not (0.0 <= q < np.inf and abs(s) <= USUAL)  # true for NaN
        taking += q > 0.0
        giving += abs(s) >= 1.0 / USUAL
    return lost == 0, bad == 0 and taking > 0 and giving > 0
