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

from ossim.numerics.pde.conductance import Faces, cartesian_faces, radial_faces
from ossim.numerics.pde.grid import Grid, staggered
from ossim.numerics.pde.one_pass import run_stages


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


def diffuse(u: np.ndarray, found: Links, step: float, rate: float | None = None) -> int:
    """Advance u_t = L u by `step` [day] in place; return the number of stages.

    Parameters
    ----------
    u : shape `full_shape`; its dtype is the precision of all arithmetic, and `found` must have it too
    rate : bound of the eigenvalues; default `fastest(found)`
    """
    count = stages(step, fastest(found) if rate is None else rate)
    forward = found.next_z, found.next_y, found.next_x, found.previous_x  # planes and boxes need no other
    run_stages(u, forward, 0.0, weights(count, u.dtype), step)
    return count
