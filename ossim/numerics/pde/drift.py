"""Drift of a field up the gradient of a potential: chemotaxis and haptotaxis, conservative and non-negative.

    u_t = -div(u grad P), with P [mm^2/day] a number per cell

Upwind fluxes with van Leer's limiter in two stages (SSP-RK2); steps are cut so that no cell gives away more than it
has. Second order where u is smooth, first at its extrema.

References
----------
B. van Leer, "Towards the ultimate conservative difference scheme. V", J. Comput. Phys. 32 (1979) 101.
S. Gottlieb, C.-W. Shu, E. Tadmor, "Strong stability-preserving high-order time discretization methods", SIAM Rev. 43
(2001) 89.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.pde.compile import field_jit
from ossim.numerics.pde.rkl2 import Links

_LARGEST = 0.25  # part of a cell that may leave it through one face in a step, so that limited fluxes stay positive


def drift(u: np.ndarray, potential: np.ndarray, unit: Links, step: float, work: tuple[np.ndarray, ...]) -> int:
    """Advance u by `step` [day] in place; return the number of steps that were taken.

    Parameters
    ----------
    u, potential : shape `full_shape`
    unit : links of a diffusivity of 1 mm^2/day: 1/spacing^2 where a face is open, else 0
    work : two arrays of that shape
    """
    faces = (unit.next_z, unit.next_y, unit.next_x)
    fastest = _fastest(potential, *faces)
    count = max(1, math.ceil(step * fastest / _LARGEST))
    first, slope = work
    dt = step / count
    for _ in range(count):
        _slope(u, potential, *faces, slope)
        np.multiply(slope, dt, out=first)
        first += u
        _slope(first, potential, *faces, slope)
        slope *= dt
        first += slope
        u += first
        u *= 0.5
    return count


@field_jit
def _fastest(potential, next_z, next_y, next_x):
    """Return the largest sum over the axes of the speed through a face per cell [1/day]."""
    nz, ny, nx = potential.shape
    fastest = 0.0
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                here, total = potential[k, j, i], 0.0
                if i + 1 < nx:
                    total += abs(next_x[k, j, i] * (potential[k, j, i + 1] - here))
                if j + 1 < ny:
                    total += abs(next_y[k, j, i] * (potential[k, j + 1, i] - here))
                if k + 1 < nz:
                    total += abs(next_z[k, j, i] * (potential[k + 1, j, i] - here))
                fastest = max(fastest, total)
    return fastest


@field_jit
def _face(behind, left, right, ahead, speed):
    """Value carried through the face between `left` and `right`: upwind, limited by van Leer."""
    up, down, before = (left, right, behind) if speed > 0.0 else (right, left, ahead)
    rise, slope = down - up, up - before
    product = rise * slope
    return up + product / (rise + slope) if product > 0.0 else up


@field_jit
def _slope(u, potential, next_z, next_y, next_x, out):
    nz, ny, nx = u.shape
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                out[k, j, i] = 0.0
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                here, value = potential[k, j, i], u[k, j, i]
                if i + 1 < nx:
                    speed = next_x[k, j, i] * (potential[k, j, i + 1] - here)
                    behind, ahead = u[k, j, max(i - 1, 0)], u[k, j, min(i + 2, nx - 1)]
                    flow = speed * _face(behind, value, u[k, j, i + 1], ahead, speed)
                    out[k, j, i] -= flow
                    out[k, j, i + 1] += flow
                if j + 1 < ny:
                    speed = next_y[k, j, i] * (potential[k, j + 1, i] - here)
                    behind, ahead = u[k, max(j - 1, 0), i], u[k, min(j + 2, ny - 1), i]
                    flow = speed * _face(behind, value, u[k, j + 1, i], ahead, speed)
                    out[k, j, i] -= flow
                    out[k, j + 1, i] += flow
                if k + 1 < nz:
                    speed = next_z[k, j, i] * (potential[k + 1, j, i] - here)
                    behind, ahead = u[max(k - 1, 0), j, i], u[min(k + 2, nz - 1), j, i]
                    flow = speed * _face(behind, value, u[k + 1, j, i], ahead, speed)
                    out[k, j, i] -= flow
                    out[k + 1, j, i] += flow
