"""Diffusion over a long step by a few explicit stages: super-time-stepping by RKL2, conservative and of order 2.

    s stages cover (s^2 + s - 2) / 4 of the longest stable explicit step, so cost grows with the root of the step

Every stage is a sweep of the stencil (L u)_i = sum of g_f (u_j - u_i) over the faces of `conductance`, so the integral
of the field changes by rounding only, and nothing passes a mask or the boundary.

References
----------
C. D. Meyer, D. S. Balsara, T. D. Aslam, "A stabilized Runge-Kutta-Legendre method for explicit super-time-stepping of
parabolic and mixed equations", J. Comput. Phys. 257 (2014) 594, eqs. (16)-(18).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .compile import field_jit
from .conductance import Faces, cartesian_faces, radial_faces
from .grid import Grid, staggered


class Links(NamedTuple):
    """What a cell gets from its next and from its previous neighbor along z, y and x [1/day], shape of `full_shape`.

    Equal for the two sides of a face on Cartesian grids; on radial ones they differ by the volumes of the shells.
    """

    next_z: np.ndarray
    next_y: np.ndarray
    next_x: np.ndarray
    previous_z: np.ndarray
    previous_y: np.ndarray
    previous_x: np.ndarray


def links(grid: Grid, diffusivity: float | np.ndarray) -> Links:
    """Return the links of a grid for a diffusivity [mm^2/day], a number or one per cell (see `cell_diffusivity`)."""
    none = np.zeros((1, 1, 1))
    if grid.geometry == "radial":
        outer, inner = (part.reshape(grid.full_shape) for part in radial_faces(grid, diffusivity))
        return Links(none, none, outer, none, none, inner)
    faces = cartesian_faces(grid, diffusivity)
    return Links(*_apart(grid, (*faces, *_from_before(faces))))


def _apart(grid: Grid, arrays: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Return copies of arrays that do not alias in cache; those of an axis of one cell as they are."""
    found = []
    for array, place in zip(arrays, staggered(len(arrays), grid.full_shape), strict=True):
        if array.size > 1:
            place[...] = array
        found.append(place if array.size > 1 else array)
    return found


def _from_before(faces: Faces) -> tuple[np.ndarray, ...]:
    """Return the conductance of the face before each cell."""
    found = []
    for axis, after in enumerate(faces):
        before = np.zeros_like(after)
        if after.size > 1:
            target, source = [slice(None)] * 3, [slice(None)] * 3
            target[axis], source[axis] = slice(1, None), slice(None, -1)
            before[tuple(target)] = after[tuple(source)]
        found.append(before)
    return tuple(found)


def fastest(found: Links) -> float:
    """Return the bound of the eigenvalues of L by Gershgorin's circles [1/day]."""
    return 2.0 * float(np.max(sum(part for part in found)))


def stages(step: float, rate: float) -> int:
    """Return the (odd) number of stages that keeps a step [day] stable for eigenvalues up to `rate` [1/day]."""
    needed = 0.5 * (math.sqrt(9.0 + 8.0 * step * rate) - 1.0)
    count = max(3, math.ceil(needed * (1.0 + 1e-12)))
    return count + 1 - count % 2


def work_of(grid: Grid, dtype=np.float64) -> tuple[np.ndarray, ...]:
    """Return the four work arrays of `diffuse`."""
    return staggered(4, grid.full_shape, dtype)


def weights(count: int, dtype=np.float64) -> np.ndarray:
    """Return mu, nu, mu~ and gamma~ of every stage, shape (count, 4); the first row holds mu~ of stage 1."""
    share = [1 / 3, 1 / 3, 1 / 3] + [(j * j + j - 2) / (2 * j * (j + 1)) for j in range(3, count + 1)]
    scale = 4.0 / (count * count + count - 2)
    rows = [(0.0, 0.0, share[1] * scale, 0.0)]
    for j in range(2, count + 1):
        mu, nu = (2 * j - 1) / j * share[j] / share[j - 1], -(j - 1) / j * share[j] / share[j - 2]
        rows.append((mu, nu, mu * scale, -(1.0 - share[j - 1]) * mu * scale))
    return np.array(rows, dtype)


def diffuse(u: np.ndarray, found: Links, step: float, work: tuple[np.ndarray, ...], rate: float | None = None) -> int:
    """Advance u_t = L u by `step` [day] in place; return the number of stages.

    Parameters
    ----------
    u : shape `full_shape`; its dtype is the precision of all arithmetic, and `found` and `work` must have it too
    rate : bound of the eigenvalues; default `fastest(found)`
    """
    count = stages(step, fastest(found) if rate is None else rate)
    _stages(u, *found, weights(count, u.dtype), u.dtype.type(step), *work)
    return count


@field_jit
def _slope(u, next_z, next_y, next_x, previous_z, previous_y, previous_x, out):
    nz, ny, nx = u.shape
    for k in range(nz):
        for j in range(ny):
            row, target = u[k, j], out[k, j]
            after, before = next_x[k, j], previous_x[k, j]
            target[0] = after[0] * (row[1] - row[0])
            for i in range(1, nx - 1):
                target[i] = after[i] * (row[i + 1] - row[i]) + before[i] * (row[i - 1] - row[i])
            target[nx - 1] = before[nx - 1] * (row[nx - 2] - row[nx - 1])
            if ny > 1:
                up, down = u[k, min(j + 1, ny - 1)], u[k, max(j - 1, 0)]
                after, before = next_y[k, j], previous_y[k, j]
                for i in range(nx):
                    target[i] += after[i] * (up[i] - row[i]) + before[i] * (down[i] - row[i])
            if nz > 1:
                up, down = u[min(k + 1, nz - 1), j], u[max(k - 1, 0), j]
                after, before = next_z[k, j], previous_z[k, j]
                for i in range(nx):
                    target[i] += after[i] * (up[i] - row[i]) + before[i] * (down[i] - row[i])


@field_jit
def _stages(u, next_z, next_y, next_x, previous_z, previous_y, previous_x, table, step, first, slope, last, older):
    """Run all stages; `first` keeps the slope at the start, `last` and `older` the two stages before."""
    nz, ny, nx = u.shape
    one = u.dtype.type(1.0)
    _slope(u, next_z, next_y, next_x, previous_z, previous_y, previous_x, first)
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                older[k, j, i] = u[k, j, i]
                last[k, j, i] = u[k, j, i] + table[0, 2] * step * first[k, j, i]
    for stage in range(1, table.shape[0]):
        mu, nu = table[stage, 0], table[stage, 1]
        rest = one - mu - nu
        here, start = table[stage, 2] * step, table[stage, 3] * step
        _slope(last, next_z, next_y, next_x, previous_z, previous_y, previous_x, slope)
        for k in range(nz):
            for j in range(ny):
                a, b, c = last[k, j], older[k, j], u[k, j]
                da, dc = slope[k, j], first[k, j]
                for i in range(nx):
                    b[i] = mu * a[i] + nu * b[i] + rest * c[i] + here * da[i] + start * dc[i]
        last, older = older, last
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                u[k, j, i] = last[k, j, i]
