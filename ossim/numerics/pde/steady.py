"""Steady states of diffusion, uptake and source: what a solver is given, what it says, and when there is none.

    -div(D grad a) + uptake a = source

Without flux through the boundary a steady state needs uptake in every part of the tissue that has a source.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from ossim.errors import InputError
from ossim.numerics.pde.compile import field_jit
from ossim.numerics.pde.conductance import cell_diffusivity
from ossim.numerics.pde.grid import Grid


class Solved(NamedTuple):
    """How a solve ended: iterations, 2-norm of the residual over that of the source, and whether that is enough.

    The residual is the one that an iteration carries along, unless its solver says otherwise.

    A direct solver takes one iteration and has converged where its residual is a number.
    """

    iterations: int
    residual: float
    converged: bool


class Parts:
    """The parts of the tissue between which nothing is exchanged: cells without diffusivity are parts of their own.

    Attributes
    ----------
    labels : shape `full_shape`, from 1 on in tissue, 0 outside
    whole : whether all cells are tissue and one part
    """

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        field = cell_diffusivity(grid, diffusivity)
        tissue = np.ones(grid.full_shape, bool) if grid.mask is None else grid.mask.reshape(grid.full_shape)
        labels, count = ndimage.label(field > 0.0)
        alone = tissue & (field <= 0.0)
        labels[alone] = count + 1 + np.arange(np.count_nonzero(alone))
        self.shape = grid.full_shape
        self.count = count + np.count_nonzero(alone)
        self.labels = labels
        self._outside = None if tissue.all() else ~tissue
        self.whole = self.count == 1 and self._outside is None
        self._totals = np.zeros((2, self.count + 1))

    def check_shape(self, **fields: np.ndarray) -> None:
        """Refuse fields of another shape than the grid's.

        Raises
        ------
        InputError
            One has.
        """
        for name, field in fields.items():
            if field.shape != self.shape:
                raise InputError(f"{name}: has shape {field.shape}, the grid {self.shape}")

    def without_source(self, uptake: np.ndarray, source: np.ndarray) -> np.ndarray | None:
        """Return where the solution is zero: outside the mask, and in parts without a source. None: nowhere.

        Raises
        ------
        InputError
            An array has another shape; an uptake is negative, a value no number; a part has a source and no uptake.
        """
        self.check_shape(uptake=uptake, source=source)
        taken, given = self._totals
        lowest, finite, lost, idle = _gather(self.labels, uptake, source, taken, given)
        if not finite:
            raise InputError("uptake, source: must be finite everywhere")
        if lowest < 0:
            raise InputError(f"uptake: must be 0 or more everywhere, is {lowest:g} somewhere")
        if lost:
            where = "the tissue" if self.count == 1 else f"{lost} of {self.count} parts of the tissue"
            raise InputError(f"uptake: is zero in all of {where}, whose source then has no steady state")
        return (given <= 0)[self.labels] if idle else self._outside


@field_jit
def _gather(labels, uptake, source, taken, given):
    """Add up uptake and size of the source over each part.

    Return the lowest uptake, whether all is finite, and how many parts have a source but no uptake, and no source.
    """
    lowest, finite, lost, idle = np.inf, True, 0, 0
    taken[:] = 0.0
    given[:] = 0.0
    for k in range(uptake.shape[0]):
        for j in range(uptake.shape[1]):
            for i in range(uptake.shape[2]):
                part, rate = labels[k, j, i], uptake[k, j, i]
                if part > 0:
                    taken[part] += rate
                    given[part] += abs(source[k, j, i])
                    lowest = min(lowest, rate)
    for part in range(1, taken.size):
        finite &= abs(taken[part]) < np.inf and given[part] < np.inf  # false for NaN
        lost += given[part] > 0.0 and not taken[part] > 0.0
        idle += not given[part] > 0.0
    return lowest, finite, lost, idle
