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
    """The parts of the tissue between which nothing is exchanged: cells without diffusivity are parts of their own.

    Attributes
    ----------
    labels : shape `full_shape`, from 1 on in tissue, 0 outside; None where all cells are tissue and one part
    """

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        field = cell_diffusivity(grid, diffusivity)
        tissue = np.ones(grid.full_shape, bool) if grid.mask is None else grid.mask.reshape(grid.full_shape)
        labels, count = ndimage.label(field > 0.0)
        alone = tissue & (field <= 0.0)
        labels[alone] = count + 1 + np.arange(np.count_nonzero(alone))
        self.shape = grid.full_shape
        self.count = count + np.count_nonzero(alone)
        self.labels = None if self.count == 1 and tissue.all() else labels.astype(np.int64)
        self._outside = None if tissue.all() else ~tissue

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
        labels = np.ones(self.shape, np.int64) if self.labels is None else self.labels
        taken, given = np.zeros(self.count + 1), np.zeros(self.count + 1)
        lowest = _gather(labels, uptake, source, taken, given)
        if not np.all(np.isfinite(taken)) or not np.all(np.isfinite(given)):
            raise InputError("uptake, source: must be finite everywhere")
        if lowest < 0:
            raise InputError(f"uptake: must be 0 or more everywhere, is {lowest:g} somewhere")
        lost = (given > 0) & (taken <= 0)
        if lost.any():
            where = "the tissue" if self.count == 1 else f"{np.count_nonzero(lost)} of {self.count} parts of the tissue"
            raise InputError(f"uptake: is zero in all of {where}, whose source then has no steady state")
        if np.all(given[1:] > 0):
            return self._outside
        return (given <= 0)[labels]


@field_jit
def _gather(labels, uptake, source, taken, given):
    """Add up uptake and size of the source over each part; return the lowest uptake."""
    lowest = np.inf
    for k in range(uptake.shape[0]):
        for j in range(uptake.shape[1]):
            for i in range(uptake.shape[2]):
                part, lost = labels[k, j, i], uptake[k, j, i]
                if part > 0:
                    taken[part] += lost
                    given[part] += abs(source[k, j, i])
                    lowest = min(lowest, lost)
    return lowest
