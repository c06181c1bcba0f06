"""The active box: the part of a Cartesian grid where fields that are zero far away are worked on.

Nothing flows through the faces of the box, so integrals are conserved exactly; what lies outside stays as it is. The
box must grow before anything that matters reaches its faces: a pulled front is led by its smallest values, which grow
exponentially, so the level watched for should be near rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.grid import Grid

UNIT = 16  # [cell] sizes of boxes are multiples of this, for transforms and vectors
LEVEL = 1e-12


class ActiveBox:
    """A box of cells of `whole`, with its own `grid`.

    Attributes
    ----------
    bounds : first cell and the cell after the last, along each axis
    """

    def __init__(self, whole: Grid, bounds: Sequence[tuple[int, int]]):
        if whole.geometry != "cartesian":
            raise InputError("active box: needs a Cartesian grid")
        self.whole, self.bounds = whole, tuple((int(first), int(end)) for first, end in bounds)
        self.slices = tuple(slice(first, end) for first, end in self.bounds)
        mask = None if whole.mask is None else whole.mask[self.slices]
        self.grid = Grid("cartesian", tuple(end - first for first, end in self.bounds), whole.spacing, mask)

    @property
    def complete(self) -> bool:
        """Whether the box is the whole grid."""
        return self.grid.shape == self.whole.shape

    def cut(self, field: np.ndarray) -> np.ndarray:
        """Return the box of a field on the whole grid as a view; shapes with or without leading axes of one cell."""
        return field.reshape(self.whole.shape)[self.slices]

    def paste(self, part: np.ndarray, field: np.ndarray) -> None:
        """Write a field of the box into a field on the whole grid."""
        self.cut(field)[...] = part.reshape(self.grid.shape)

    def reached(self, parts: Sequence[np.ndarray], level: float = LEVEL, guard: int = 2) -> bool:
        """Whether a field of the box is above `level` in the `guard` cells along a face that could move outward."""
        for part in parts:
            field = part.reshape(self.grid.shape)
            for axis, (first, end) in enumerate(self.bounds):
                near = np.moveaxis(field, axis, 0)
                if first > 0 and near[:guard].max() > level:
                    return True
                if end < self.whole.shape[axis] and near[-guard:].max() > level:
                    return True
        return False


def around(whole: Grid, fields: Sequence[np.ndarray], margin: int, level: float = LEVEL) -> ActiveBox:
    """Return the box that holds all cells where a field on the whole grid is above `level`, and `margin` cells more.

    Raises
    ------
    InputError
        No field is above the level anywhere, the margin is below 1 or the grid is not Cartesian.
    """
    if margin < 1:
        raise InputError(f"margin: must be at least 1 cell, is {margin}")
    above = np.zeros(whole.shape, bool)
    for field in fields:
        above |= field.reshape(whole.shape) > level
    if not above.any():
        raise InputError(f"active box: no field is above {level:g} anywhere")
    bounds = []
    for axis, n in enumerate(whole.shape):
        others = tuple(other for other in range(above.ndim) if other != axis)
        there = np.flatnonzero(above.any(axis=others))
        bounds.append(_widened(there[0] - margin, there[-1] + 1 + margin, n))
    return ActiveBox(whole, bounds)


def _widened(first: int, end: int, n: int) -> tuple[int, int]:
    """Round a range of cells up to whole units around its middle, and move it into 0..n."""
    size = min(-(-(end - first) // UNIT) * UNIT, n)
    start = max(0, min((first + end - size) // 2, n - size))
    return start, start + size
