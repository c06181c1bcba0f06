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

import functools
import math
from typing import NamedTuple

import numpy as np

from .compile import apart_jit, field_jit
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


@functools.cache
def weights(count: int, dtype=np.float64) -> np.ndarray:
    """Return mu, nu, mu~ and gamma~ of every stage, shape (count, 4), to read; the first row holds mu~ of stage 1."""
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
    slope = np.empty(u.shape[2], u.dtype)
    forward = found.next_z, found.next_y, found.next_x, found.previous_x  # planes and boxes need no other
    _stages(u, *forward, weights(count, u.dtype), u.dtype.type(step), slope, *work)
    return count


@apart_jit
def _along(row, after, before, out):
    """Write the slope along the only axis."""
    n = row.size
    out[0] = after[0] * (row[1] - row[0])
    for l in range(n - 2):  # no index is below 0 for the compiler to see
        c = row[l + 1]
        out[l + 1] = after[l + 1] * (row[l + 2] - c) + before[l + 1] * (row[l] - c)
    out[n - 1] = before[n - 1] * (row[n - 2] - row[n - 1])


@apart_jit
def _across(row, up, down, front, back, next_x, to_up, to_down, to_front, to_back, out, deep):
    """Write the slope of a row of a plane or box; a row beyond the boundary is the row itself."""
    n = row.size
    if deep:
        for l in range(n - 2):
            c = row[l + 1]
            across = to_up[l + 1] * (up[l + 1] - c) + to_down[l + 1] * (down[l + 1] - c)
            across += to_front[l + 1] * (front[l + 1] - c) + to_back[l + 1] * (back[l + 1] - c)
            out[l + 1] = next_x[l + 1] * (row[l + 2] - c) + next_x[l] * (row[l] - c) + across
    else:
        for l in range(n - 2):
            c = row[l + 1]
            across = to_up[l + 1] * (up[l + 1] - c) + to_down[l + 1] * (down[l + 1] - c)
            out[l + 1] = next_x[l + 1] * (row[l + 2] - c) + next_x[l] * (row[l] - c) + across
    for i in (0, n - 1):
        c = row[i]
        side = next_x[0] * (row[1] - c) if i == 0 else next_x[n - 2] * (row[n - 2] - c)
        across = to_up[i] * (up[i] - c) + to_down[i] * (down[i] - c)
        if deep:
            across += to_front[i] * (front[i] - c) + to_back[i] * (back[i] - c)
        out[i] = side + across


@field_jit
def _slope(u, next_z, next_y, next_x, previous_x, k, j, out):
    """Write the slope of row (k, j)."""
    nz, ny, _ = u.shape
    if nz == 1 and ny == 1:
        _along(u[0, 0], next_x[0, 0], previous_x[0, 0], out)
        return
    below, before = max(j - 1, 0), max(k - 1, 0)
    deep = nz > 1
    to_front, to_back = (next_z[k, j], next_z[before, j]) if deep else (out, out)
    to_up, to_down = (next_y[k, j], next_y[k, below]) if ny > 1 else (next_x[k, j], next_x[k, j])
    up, down = u[k, min(j + 1, ny - 1)], u[k, below]
    front, back = u[min(k + 1, nz - 1), j], u[before, j]
    _across(u[k, j], up, down, front, back, next_x[k, j], to_up, to_down, to_front, to_back, out, deep)


@apart_jit
def begin(u, slope, first, out, weight):
    """First stage of a row; keep its slope."""
    for i in range(u.size):
        first[i] = slope[i]
        out[i] = u[i] + weight * slope[i]


@apart_jit
def second(last, u, slope, first, out, mu, rest, here, start):
    """Second stage of a row: two stages before is the start itself."""
    for i in range(u.size):
        out[i] = mu * last[i] + rest * u[i] + here * slope[i] + start * first[i]


@apart_jit
def middle(last, older, u, slope, first, out, mu, nu, rest, here, start):
    """A further stage of a row."""
    for i in range(u.size):
        out[i] = mu * last[i] + nu * older[i] + rest * u[i] + here * slope[i] + start * first[i]


@apart_jit
def finish(last, older, u, slope, first, mu, nu, rest, here, start):
    """Last stage of a row, in place of its start."""
    for i in range(u.size):
        u[i] = mu * last[i] + nu * older[i] + rest * u[i] + here * slope[i] + start * first[i]


@field_jit
def _stages(u, next_z, next_y, next_x, previous_x, table, step, slope, first, last, older, new):
    """Run all stages (three at least); `first` keeps the slope at the start, `slope` that of one row."""
    nz, ny, _ = u.shape
    one = u.dtype.type(1.0)
    count = table.shape[0]
    for k in range(nz):
        for j in range(ny):
            _slope(u, next_z, next_y, next_x, previous_x, k, j, slope)
            begin(u[k, j], slope, first[k, j], last[k, j], table[0, 2] * step)
    for stage in range(1, count):
        mu, nu = table[stage, 0], table[stage, 1]
        rest, here, start = one - mu - nu, table[stage, 2] * step, table[stage, 3] * step
        for k in range(nz):
            for j in range(ny):
                _slope(last, next_z, next_y, next_x, previous_x, k, j, slope)
                row = last[k, j]
                if stage == 1:
                    second(row, u[k, j], slope, first[k, j], new[k, j], mu, rest + nu, here, start)
                elif stage == count - 1:
                    finish(row, older[k, j], u[k, j], slope, first[k, j], mu, nu, rest, here, start)
                else:
                    middle(row, older[k, j], u[k, j], slope, first[k, j], new[k, j], mu, nu, rest, here, start)
        last, older, new = new, last, older
