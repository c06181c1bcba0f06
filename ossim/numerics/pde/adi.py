"""Diffusion and a source by alternating directions (Douglas and Gunn): implicit along one axis after the other.

    (1 - dt/2 Lx)(1 - dt/2 Ly)(1 - dt/2 Lz) (u_new - u) = dt (L u + source)

Of order 2 in time; the integral changes by the source only. On planes, with A = -dt/2 Lx and B = -dt/2 Ly, a step is

    (1 + B)^-1 [(1 - A)(1 + A)^-1] [(1 - B)(1 + B)^-1] (1 + B)

whose brackets have a norm of at most 1 for any symmetric A, B of 0 or more: stable for steps of any length, with any
mask and diffusivity. Along three axes that needs operators that commute, a box without mask and with one diffusivity;
behind masks such steps grew without bound. Fast modes are hardly damped and fields may fall below zero in long steps.

References
----------
J. Douglas, J. E. Gunn, "A general formulation of alternating direction methods", Numer. Math. 6 (1964) 428.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.compile import apart_jit, field_jit
from ossim.numerics.pde.grid import Grid, staggered
from ossim.numerics.pde.rkl2 import links
from ossim.numerics.pde.tridiagonal import thomas


class AlternatingSteps:
    """Steps of u_t = div(D grad u) + source on planes and boxes, D being `diffusivity` [mm^2/day].

    Raises
    ------
    InputError
        The grid has one axis, or three with a mask or more than one diffusivity.
    """

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        if len(grid.shape) == 1:
            raise InputError("alternating directions: need a plane or a box, not a grid of one axis")
        self._even = grid.mask is None and np.ptp(diffusivity) == 0.0
        if len(grid.shape) == 3 and not self._even:
            raise InputError(
                "alternating directions: unstable in three dimensions behind masks or where diffusivity varies; "
                "use multigrid steps (ImplicitSteps with Elliptic)"
            )
        self.grid = grid
        self._links = links(grid, diffusivity)
        self._step, self._systems = 0.0, ()
        self._change, self._turned, self._work = (part.ravel() for part in staggered(3, grid.full_shape))

    def advance(self, u: np.ndarray, step: float, source: np.ndarray | None = None) -> None:
        """Advance `u`, shape `full_shape`, by `step` [day] in place.

        Parameters
        ----------
        source : in the middle of the step; default none

        Raises
        ------
        InputError
            The step is not above 0.
        """
        if not step > 0 or not math.isfinite(step):
            raise InputError(f"step: must be above 0 days, is {step:g}")
        if step != self._step:
            self._step, self._systems = step, self._bound(0.5 * step)
        nz, ny, nx = u.shape
        change = self._change.reshape(u.shape)
        _spread(u, *self._links, change, step)
        if source is not None:
            change += step * source
        along_z, along_y, along_x = self._systems
        turned = self._turned.reshape(nz, nx, ny)
        turned[...] = change.transpose(0, 2, 1)
        for k in range(nz):
            thomas(*along_x, turned[k], self._room(along_x))
        change[...] = turned.transpose(0, 2, 1)
        for k in range(nz):
            thomas(*along_y, change[k], self._room(along_y))
        if nz > 1:
            thomas(*along_z, change.reshape(nz, ny * nx), self._room(along_z))
        u += change

    def _room(self, system: tuple[np.ndarray, ...]) -> np.ndarray:
        return self._work[: system[1].size].reshape(system[1].shape)

    def _bound(self, half: float) -> tuple[tuple[np.ndarray, ...], ...]:
        """Return lower, diagonal and upper of 1 - half L along each axis, the axis first."""
        found = []
        for axis in range(3):
            after, before = self._links[axis], self._links[3 + axis]
            if after.size == 1:
                found.append(())
                continue
            if self._even:
                at = [0, 0, 0]
                at[axis] = slice(None)
                after, before = (part[tuple(at)][:, None] for part in (after, before))
            else:  # a plane
                after, before = (part[0] if axis == 1 else part[0].T for part in (after, before))
            found.append(
                tuple(map(np.ascontiguousarray, (-half * before, 1.0 + half * (before + after), -half * after)))
            )
        return tuple(found)


@apart_jit
def _along(row, after, before, out, step):
    n = row.size
    out[0] = step * after[0] * (row[1] - row[0])
    for l in range(n - 2):  # no index is below 0 for the compiler to see
        c = row[l + 1]
        out[l + 1] = step * (after[l + 1] * (row[l + 2] - c) + before[l + 1] * (row[l] - c))
    out[n - 1] = step * before[n - 1] * (row[n - 2] - row[n - 1])


@apart_jit
def _across(row, up, down, after, before, out, step):
    for i in range(row.size):
        out[i] += step * (after[i] * (up[i] - row[i]) + before[i] * (down[i] - row[i]))


@field_jit
def _spread(u, next_z, next_y, next_x, previous_z, previous_y, previous_x, out, step):
    """out = step L u."""
    nz, ny, _ = u.shape
    for k in range(nz):
        for j in range(ny):
            row, to = u[k, j], out[k, j]
            _along(row, next_x[k, j], previous_x[k, j], to, step)
            up, down = u[k, min(j + 1, ny - 1)], u[k, max(j - 1, 0)]
            _across(row, up, down, next_y[k, j], previous_y[k, j], to, step)
            if nz > 1:
                up, down = u[min(k + 1, nz - 1), j], u[max(k - 1, 0), j]
                _across(row, up, down, next_z[k, j], previous_z[k, j], to, step)
