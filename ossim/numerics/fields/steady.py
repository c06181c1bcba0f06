"""Steady states of diffusion, uptake and source: what a solver is given, what it says, and when there is none.

    -div(D grad a) + uptake a = source

Without flux through the boundary a steady state needs uptake in every part of the tissue that has a source.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ...errors import InputError
from .compile import field_jit
from .conductance import cell_diffusivity
from .grid import Grid


class Solved(NamedTuple):
    """How a solve ended: iterations, 2-norm of the residual over that of the source, and whether that is enough.

    A direct solver takes one iteration and has converged where its residual is a number.
    """

    iterations: int
    residual: float
    converged: bool


class Parts:
    """The parts of the tissue between which nothing is exchanged: cells without diffusivity are parts of their own."""

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        field = cell_diffusivity(grid, diffusivity)
        tissue = np.ones(grid.full_shape, bool) if grid.mask is None else grid.mask.reshape(grid.full_shape)
        labels, count = ndimage.label(field > 0.0)
        alone = tissue & (field <= 0.0)
        labels[alone] = count + 1 + np.arange(np.count_nonzero(alone))
        self.shape = grid.full_shape
        self.tissue = None if tissue.all() else tissue
        self.count = count + np.count_nonzero(alone)
        self.labels = None if self.count == 1 else labels
        self._outside = None if self.tissue is None else ~tissue

    @property
    def whole(self) -> bool:
        """Whether all cells are tissue and one part."""
        return self.labels is None and self.tissue is None

    def check_shape(self, uptake: np.ndarray, source: np.ndarray) -> None:
        """Refuse fields of another shape than the grid's.

        Raises
        ------
        InputError
            One has.
        """
        for name, field in (("uptake", uptake), ("source", source)):
            if field.shape != self.shape:
                raise InputError(f"{name}: has shape {field.shape}, the grid {self.shape}")

    def without_source(self, uptake: np.ndarray, source: np.ndarray) -> np.ndarray | None:
        """Return where the solution is zero: outside the mask, and in parts without a source. None: nowhere.

        Raises
        ------
        InputError
            An array has another shape; an uptake is negative, a value no number; a part has a source and no uptake.
        """
        self.check_shape(uptake, source)
        if self.whole:
            taking, giving, bad = survey(uptake, source)
            if taking and giving and not bad:
                return None
        inside = True if self.tissue is None else self.tissue
        lowest = float(np.min(uptake, where=inside, initial=np.inf))
        taken, given = self._totals(uptake), self._totals(np.abs(source))
        if not np.all(np.isfinite(taken)) or not np.all(np.isfinite(given)):
            raise InputError("uptake, source: must be finite everywhere")
        if lowest < 0:
            raise InputError(f"uptake: must be 0 or more everywhere, is {lowest:g} somewhere")
        lost = (given > 0) & (taken <= 0)
        if lost.any():
            where = "the tissue" if self.count == 1 else f"{np.count_nonzero(lost)} of {self.count} parts of the tissue"
            raise InputError(f"uptake: is zero in all of {where}, whose source then has no steady state")
        if np.all(given > 0):
            return self._outside
        return np.ones(self.shape, bool) if self.labels is None else np.append(True, given <= 0)[self.labels]

    def _totals(self, field: np.ndarray) -> np.ndarray:
        """Return the sum of a field over each part."""
        if self.labels is None:
            return np.array([np.sum(field) if self.tissue is None else np.sum(field, where=self.tissue)])
        return np.bincount(self.labels.ravel(), field.ravel(), self.count + 1)[1:]


@field_jit
def survey(uptake, source):
    """Return how many cells have an uptake, a source, and values that no steady state can have."""
    taking, giving, bad = 0, 0, 0
    for k in range(uptake.shape[0]):
        for j in range(uptake.shape[1]):
            for i in range(uptake.shape[2]):
                taking += uptake[k, j, i] > 0.0
                giving += abs(source[k, j, i]) > 0.0
                bad += not (0.0 <= uptake[k, j, i] < np.inf and abs(source[k, j, i]) < np.inf)  # true for NaN
    return taking, giving, bad
