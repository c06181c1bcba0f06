"""The grids of a multigrid solver: each with cells of twice the edge, down to a few dozen cells, in flat arrays.

Cells are put together by two along every axis that has more than one; an odd last cell stays alone. A face between
coarse cells is as conductive as its fine faces side by side, each in series with the halves of the cells beside it. All
levels lie one after the other in one flat array per quantity, apart by zeros that a stencil may read beyond the border.
"""

from __future__ import annotations

import numpy as np

from ossim.numerics.pde.grid import staggered

COARSEST = 32  # [cell] small enough for dense elimination
_LINE = 16  # [item] starts of levels are multiples of this


class Levels:
    """Shapes, places and constant coefficients of all levels, or of the finest `filled` ones.

    Attributes
    ----------
    table : int64, shape (levels, 4): where the level starts, nz, ny, nx
    total : length of a flat array
    faces : gx, gy, gz, each flat: conductance between a cell and the next along the axis, times volume [1/day]
    exchange : flat, the sum of the conductances around each cell
    scale : flat; what interpolation to this level is divided by, where coarse cells outside tissue hold nothing; zero
        outside tissue
    """

    def __init__(self, faces: tuple[np.ndarray, ...], active: np.ndarray, dtype, filled: int | None = None):
        shapes = [active.shape]
        while np.prod(shapes[-1]) > COARSEST:
            shapes.append(tuple(-(-n // 2) for n in shapes[-1]))
        rows, end = [], 0
        for nz, ny, nx in shapes:
            apart = -(-(nx * ny if nz > 1 else nx) // _LINE) * _LINE
            rows.append((end + apart, nz, ny, nx))
            end += 2 * apart + -(-nz * ny * nx // _LINE) * _LINE
        self.table, self.total = np.array(rows, np.int64), end
        *flat_faces, self.exchange, self.scale = staggered(5, (end,), dtype)
        self.faces = tuple(flat_faces)
        for level in range(len(shapes))[:filled]:
            if level > 0:
                fine = active
                faces, active = coarser_faces(faces), _paired(active.astype(float)) > 0
                reached = interpolated(active.astype(float), fine.shape)
                self.view(self.scale, level - 1)[...] = np.divide(
                    1.0, reached, out=np.zeros(fine.shape), where=fine & (reached > 0)
                )
            total = np.zeros(active.shape)
            for axis, face in enumerate(faces):
                if active.shape[axis] > 1:
                    self.view(self.faces[2 - axis], level)[...] = face
                    at, then = [slice(None)] * 3, [slice(None)] * 3
                    at[axis], then[axis] = slice(None, -1), slice(1, None)
                    total += face
                    total[tuple(then)] += face[tuple(at)]
            self.view(self.exchange, level)[...] = total

    def view(self, flat: np.ndarray, level: int = 0) -> np.ndarray:
        """Return one level of a flat array in its shape (nz, ny, nx)."""
        start, *shape = self.table[level]
        return flat[start : start + np.prod(shape)].reshape(shape)


def _paired(field: np.ndarray, axes: tuple[int, ...] = (0, 1, 2)) -> np.ndarray:
    """Return sums over pairs of cells along axes of more than one cell."""
    for axis in axes:
        if field.shape[axis] > 1:
            field = np.add.reduceat(field, np.arange(0, field.shape[axis], 2), axis=axis)
    return field


def coarser_faces(faces: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """Return the conductances (along z, y, x) between pairs of cells; the last face along an axis stays closed."""
    found = []
    for axis, face in enumerate(faces):
        if face.size == 1:
            found.append(face)
            continue
        face = np.moveaxis(face, axis, 0)
        n = -(-face.shape[0] // 2)
        padded = np.zeros((2 * n + 1, *face.shape[1:]))
        padded[: face.shape[0]] = face
        before, between, after = padded[0:-1:2], padded[1::2], padded[2::2]
        resistance = np.divide(0.5, before, out=np.zeros_like(before), where=before > 0)
        resistance += np.divide(0.5, after, out=np.zeros_like(before), where=after > 0)
        series = between / (1.0 + resistance * between)
        others = tuple(other for other in range(3) if other != axis)
        found.append(_paired(np.moveaxis(series, 0, axis), others))
    return tuple(found)


def interpolated(coarse: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the linear interpolation of a coarse field to a finer shape, with zeros beyond the border."""
    for axis, n in enumerate(shape):
        if n > 1:
            near = np.moveaxis(coarse, axis, 0)
            padded = np.concatenate((np.zeros_like(near[:1]), near, np.zeros_like(near[:1])))
            fine = np.empty((2 * near.shape[0], *near.shape[1:]))
            fine[0::2], fine[1::2] = 0.75 * near + 0.25 * padded[:-2], 0.75 * near + 0.25 * padded[2:]
            coarse = np.moveaxis(fine[:n], 0, axis)
    return coarse
