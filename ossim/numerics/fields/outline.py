"""The body that a field outlines: what lies above a level, cavities inside included, with cells counted in part.

A cell at the border counts by how far its value is from the level, relative to the gradient there; so size moves
smoothly while a front crosses a cell.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .grid import Grid


def diameter(grid: Grid, field: np.ndarray, level: float) -> float:
    """Diameter [mm] of the ball (disk, line) of the content of the body; 0 where nothing reaches the level.

    Parameters
    ----------
    field : shape of the grid
    """
    if grid.geometry == "radial":
        return 2.0 * _radius(grid, field, level)
    content = float(np.sum(coverage(grid, field, level))) * grid.spacing ** len(grid.shape)
    if len(grid.shape) == 1:
        return content
    return 2.0 * (content / np.pi) ** 0.5 if len(grid.shape) == 2 else (6.0 * content / np.pi) ** (1.0 / 3.0)


def coverage(grid: Grid, field: np.ndarray, level: float) -> np.ndarray:
    """Part of each cell that the body covers, 0 to 1, shape of the grid; Cartesian grids."""
    inside = ndimage.binary_fill_holes(field >= level)
    if not inside.any():
        return np.zeros(grid.shape)
    core = ndimage.binary_erosion(inside, border_value=1)
    near = ndimage.binary_dilation(inside) & ~core
    slopes = np.gradient(field, grid.spacing)
    steepness = np.sqrt(sum(part**2 for part in (slopes if isinstance(slopes, (list, tuple)) else (slopes,))))
    reach = np.divide(field - level, steepness * grid.spacing, out=np.zeros(grid.shape), where=steepness > 0.0)
    covered = core.astype(float)
    covered[near] = np.clip(0.5 + reach, 0.0, 1.0)[near]
    if grid.mask is not None:
        covered[~grid.mask & ~core] = 0.0
    return covered


def touches(grid: Grid, field: np.ndarray, level: float) -> bool:
    """Whether the body reaches the boundary of the grid (of a radial grid: the outermost shell)."""
    above = field >= level
    if grid.geometry == "radial":
        return bool(above[-1])
    return any(bool(np.any(np.take(above, end, axis))) for axis in range(above.ndim) for end in (0, -1))


def _radius(grid: Grid, field: np.ndarray, level: float) -> float:
    """Outermost radius at which the field falls through the level, linear between centers [mm]."""
    above = np.flatnonzero(field >= level)
    if not above.size:
        return 0.0
    last, centers = int(above[-1]), grid.centers(0)
    if last + 1 == field.size:
        return float(centers[last] + 0.5 * grid.spacing)
    drop = field[last] - field[last + 1]
    return float(centers[last] + grid.spacing * (field[last] - level) / drop)
