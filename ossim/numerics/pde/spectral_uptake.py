"""Implicit time steps by cosine transforms of a_t = D lap a - uptake a + source, where all cells take up nearly alike.

    a_t = D lap a - base a + (base - uptake) a + source,    base = largest uptake

What is in front is exact in time for each cosine mode; what is in brackets, and the source, go linearly in time (ETD2).
The bracket at the end of a step asks for the end itself, which a series finds: each term is smaller than the one
before by (base - least uptake) / base at least. The bracket is not below zero, so with a source that is not either the
field stays above zero, but for rounding. Where the uptake differs too much between cells for that, steps are those of
`ImplicitSteps`.

References
----------
S. M. Cox, P. C. Matthews, "Exponential time differencing for stiff systems", J. Comput. Phys. 176 (2002) 430.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.fft import dctn, idctn

from ossim.errors import InputError
from ossim.numerics.pde.cosine_transform import eigenvalues, weights
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.implicit import ImplicitSteps
from ossim.numerics.pde.steady import Solved

RATIO = 0.2  # largest ratio of terms: 12 terms for 1e-8; beyond it conjugate gradients cost less
HEADROOM = 1.05  # weights are kept while the largest uptake changes by less
SAME = 1e-12  # relative difference of steps that are the same but for rounding


class SpectralUptake:
    """Time steps of one field on a Cartesian grid without mask, the same interface as `ImplicitSteps`.

    Attributes
    ----------
    diffusivity : [mm^2/day], a number of 0 or more
    otherwise : steps where the uptake differs too much between cells
    """

    def __init__(self, grid: Grid, diffusivity: float, otherwise: ImplicitSteps):
        if grid.geometry != "cartesian" or grid.mask is not None:
            raise InputError("cosine transforms: need a Cartesian grid without mask")
        self.grid, self.otherwise = grid, otherwise
        self._spread = diffusivity * eigenvalues(grid)
        self._base = self._step = 0.0
        self._weights: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
        self._rounded = np.zeros(0, np.float32)

    def advance(
        self,
        u: np.ndarray,
        uptake: np.ndarray,
        source: np.ndarray,
        step: float,
        tolerance: float = 1e-8,
        source_after: np.ndarray | None = None,
        uptake_after: np.ndarray | None = None,
        guess: np.ndarray | None = None,
    ) -> Solved:
        """Advance `u`, shape `full_shape`, by `step` [day] in place.

        Parameters
        ----------
        uptake, source : at the start of the step; uptake [1/day]
        source_after, uptake_after : at its end, and linear in between; default constant
        guess : the field at the end as it is expected; default as at the start

        Returns
        -------
        Solved : terms of the series, and the largest that was left out, relative to the field

        Raises
        ------
        InputError
            The step is not above 0, or a field is refused by the solver.
        """
        if not step > 0 or not math.isfinite(step):
            raise InputError(f"step: must be above 0 days, is {step:g}")
        after = source if source_after is None else source_after
        lost = uptake if uptake_after is None else uptake_after
        least = min(float(uptake.min()), float(lost.min()))
        most = max(float(uptake.max()), float(lost.max()))
        base = self._chosen(least, most)
        if not 0.0 <= base - least <= RATIO * base:  # true for NaN too
            return self.otherwise.advance(u, uptake, source, step, tolerance, source_after, uptake_after, guess)
        expected = u if guess is None else guess
        kept, first, second, last = self._weigh(base, step)
        modes = first * self._modes(source + (base - uptake) * u)
        if math.exp(-base * step) > 0.1 * tolerance:
            modes += kept * self._modes(u)
        bracket = base - lost
        modes += second * self._modes(after + bracket * expected)
        end = idctn(modes, 2, norm="ortho", overwrite_x=True).reshape(u.shape)
        terms, left = self._series(end, end - expected, bracket.astype(np.float32), last, tolerance)
        largest = float(np.abs(end).max())
        u[...] = end
        return Solved(terms, left / largest if largest > 0.0 else 0.0, math.isfinite(left))

    def _series(
        self, end: np.ndarray, change: np.ndarray, bracket: np.ndarray, last: np.ndarray, tolerance: float
    ) -> tuple[int, float]:
        """Add to `end` what the bracket at the end lacks where the field was taken without `change`.

        Returns the number of terms and a bound of what is left out. Terms are small beside the field: single precision
        is enough for them, relative to the first.
        """
        unit = float(np.abs(change).max())
        ratio = float(bracket.max()) * float(last.flat[0])  # the mean mode has the largest weight
        left, terms = ratio / (1.0 - ratio) * unit, 0
        enough = tolerance * float(np.abs(end).max())
        term = (change / unit if unit > 0.0 else change).astype(np.float32)
        while left > enough and math.isfinite(left):
            modes = dctn((bracket * term).reshape(self.grid.shape), 2, norm="ortho", overwrite_x=True)
            modes *= last
            term = idctn(modes, 2, norm="ortho", overwrite_x=True).reshape(end.shape)
            end += unit * term
            left = ratio / (1.0 - ratio) * unit * float(np.abs(term).max())
            terms += 1
        return terms, left

    def _chosen(self, least: float, most: float) -> float:
        """The base: the uptake where all cells have the same, else with headroom, and kept while it does."""
        if least == most:
            return most
        return self._base if most <= self._base <= HEADROOM**2 * most else HEADROOM * most

    def _weigh(self, base: float, step: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        if self._weights is None or base != self._base or abs(step - self._step) > SAME * step:
            self._weights = weights(self._spread + base, step)
            self._rounded = self._weights[2].astype(np.float32)
            self._base, self._step = base, step
        return *self._weights, self._rounded

    def _modes(self, field: np.ndarray) -> np.ndarray:
        return dctn(field.reshape(self.grid.shape), 2, norm="ortho", overwrite_x=True)
