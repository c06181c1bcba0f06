"""Named fields of one grid in one block of memory, laid out so that nothing aliases and every vector load is whole."""

from __future__ import annotations

import numpy as np

from ossim.numerics.pde.grid import Grid, staggered

WIDTH = 8
_STAGGER = 5  # rows of eight between fields beside whole pages
_PAGE = 64  # [row of eight]


class Store:
    """Fields by name; `store[name]` is a view of shape `full_shape`, zero at first.

    Attributes
    ----------
    block : all fields one after the other, `pitch` rows of `WIDTH` values apart, `rows` of them in use
    lowest : where kernels write the lowest values that they have seen, shape (`WIDTH`,)
    """

    def __init__(self, grid: Grid, names: tuple[str, ...]):
        rows = -(-grid.size // WIDTH)
        self.names, self.rows = names, rows
        self._places: dict[tuple[str, ...], np.ndarray] = {}
        (self.lowest,) = staggered(1, (WIDTH,))
        self.pitch = -(-rows // _PAGE) * _PAGE + _STAGGER
        block = np.zeros(len(names) * self.pitch * WIDTH + WIDTH)
        first = -block.ctypes.data % 64 // 8
        self.block = block[first : first + len(names) * self.pitch * WIDTH]
        starts = (number * self.pitch * WIDTH for number in range(len(names)))
        self._views = {
            name: self.block[start : start + grid.size].reshape(grid.full_shape)
            for name, start in zip(names, starts, strict=True)
        }

    def __getitem__(self, name: str) -> np.ndarray:
        return self._views[name]

    def places(self, names: tuple[str, ...]) -> np.ndarray:
        """Number of each named field in the block."""
        if names not in self._places:
            self._places[names] = np.array([self.names.index(name) for name in names], np.int64)
        return self._places[names]

    def flat(self, names: tuple[str, ...]) -> np.ndarray:
        """View of neighboring fields with all their padding, shape (n_names * pitch * WIDTH,)."""
        first = self.names.index(names[0])
        return self.block[first * self.pitch * WIDTH : (first + len(names)) * self.pitch * WIDTH]
