"""The body that a field outlines, and how large it is.

Two readings. `diameter` takes all that lies above a level, cavities inside included; a cell at the border counts by how
far its value is from the level, relative to the gradient there, so that size moves smoothly while a front crosses a
cell. `partly` counts tissue in part over a range around the level: where a border is wide and flat it does not jump
when the whole of it passes the level.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ossim.numerics.pde.grid import Grid


def diameter(grid: Grid, field: np.ndarray, level: float) -> float:
    """Diameter [mm] of the ball (disk, line) of the content of the body; 0 where nothing reaches the level.

    Parameters
    ----------
    field : shape of the grid
    """
    if grid.geometry == "radial":
        return 2.0 * _radius(grid, field, level)
    return ball(grid, float(np.sum(_covered(grid, field, level))) * grid.spacing ** len(grid.shape))


def ball(grid: Grid, content: float) -> float:
    """Diameter [mm] of the ball (disk, line) of this content [mm to the power of the number of axes]."""
    axes = 3 if grid.geometry == "radial" else len(grid.shape)
    if axes == 1:
        return content
    return 2.0 * (content / np.pi) ** 0.5 if axes == 2 else (6.0 * content / np.pi) ** (1.0 / 3.0)


def partly(field: np.ndarray, level: float, span: float) -> np.ndarray:
    """Part of each cell that counts: 0 below `level` - `span`/2, 1 above `level` + `span`/2, linear between."""
    return np.clip((field - level) / span + 0.5, 0.0, 1.0)


def _covered(grid: Grid, field: np.ndarray, level: float) -> np.ndarray:
    """Part of each cell that the body covers, where it lies and a little beyond."""
    above = field >= level
    place = []
    for axis, count in enumerate(grid.shape):
        along = np.flatnonzero(above.any(axis=tuple(other for other in range(above.ndim) if other != axis)))
        if not along.size:
            return np.zeros(0)
        place.append(slice(max(int(along[0]) - 2, 0), min(int(along[-1]) + 3, count)))
    place = tuple(place)
    field, inside = field[place], _filled(above[place])
    core, near = _eroded(inside), ~_eroded(~inside)
    near &= ~core
    slopes = np.gradient(field, grid.spacing)
    steepness = np.sqrt(sum(part[near] ** 2 for part in (slopes if isinstance(slopes, (list, tuple)) else (slopes,))))
    reach = (field[near] - level) / np.maximum(steepness * grid.spacing, np.finfo(float).tiny)
    covered = core.astype(float)
    covered[near] = np.clip(0.5 + reach, 0.0, 1.0)
    if grid.mask is not None:
        covered[~grid.mask[place] & ~core] = 0.0
    return covered


def _filled(inside: np.ndarray) -> np.ndarray:
    """What a body holds with its cavities: all that is not connected with the outside."""
    if inside.ndim == 1:
        return np.maximum.accumulate(inside) & np.maximum.accumulate(inside[::-1])[::-1]
    parts, _ = ndimage.label(np.pad(~inside, 1, constant_values=True))
    return (parts != parts[(0,) * inside.ndim])[(slice(1, -1),) * inside.ndim]


def _eroded(inside: np.ndarray) -> np.ndarray:
    """Cells whose neighbors along the axes are all inside; beyond the grid counts as inside."""
    core = inside.copy()
    for axis in range(inside.ndim):
        first, last = [slice(None)] * inside.ndim, [slice(None)] * inside.ndim
        first[axis], last[axis] = slice(None, -1), slice(1, None)
        core[tuple(first)] &= inside[tuple(last)]
        core[tuple(last)] &= inside[tuple(first)]
    return core


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
