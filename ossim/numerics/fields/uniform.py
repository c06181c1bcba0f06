"""RKL2 in a box without mask and with one diffusivity: the same steps as `supertime`, several times as fast.

The stencil then is a sum of neighbors, and nothing but the field itself is read for it.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .compile import apart_jit, field_jit
from .grid import Grid
from .supertime import begin, finish, middle, second, stages, weights, work_of


class UniformMotion:
    """Diffusion [mm^2/day] on a Cartesian grid without mask.

    Attributes
    ----------
    conductance : D over the square of the spacing [1/day]
    rate : bound of the eigenvalues [1/day]
    work : arrays that several motions of one grid may share, see `work_of`
    """

    def __init__(self, grid: Grid, diffusivity: float, work: tuple[np.ndarray, ...] | None = None):
        if grid.geometry != "cartesian" or grid.mask is not None:
            raise InputError("uniform diffusion: needs a Cartesian grid without mask")
        if np.ndim(diffusivity) or not diffusivity >= 0 or not np.isfinite(diffusivity):
            raise InputError(f"diffusivity: must be one number of 0 or more, is {diffusivity}")
        self.conductance = float(diffusivity) / grid.spacing**2
        self.rate = 4.0 * len(grid.shape) * self.conductance
        self.work = work_of(grid) if work is None else work
        self._row = np.zeros(grid.full_shape[2], self.work[0].dtype)

    def diffuse(self, u: np.ndarray, step: float) -> int:
        """Advance u_t = D lap u by `step` [day] in place; return the number of stages.

        `u` has the shape `full_shape` and the dtype of `work`, which is the precision of all arithmetic.
        """
        if self.rate == 0.0:
            return 0
        count, kind = stages(step, self.rate), u.dtype.type
        _stages(u, weights(count, u.dtype), kind(step), kind(self.conductance), *self.work, self._row)
        return count


@apart_jit
def _laplace(row, up, down, front, back, out, k, deep):
    """out = k (sum of neighbors - their number times row); rows beyond the boundary are the row itself."""
    n = row.size
    if deep:
        for l in range(n - 2):  # no index is below 0 for the compiler to see
            c = row[l + 1]
            across = (up[l + 1] - c + (down[l + 1] - c)) + (front[l + 1] - c + (back[l + 1] - c))
            out[l + 1] = k * ((row[l] - c + (row[l + 2] - c)) + across)
        for i in (0, n - 1):
            c, side = row[i], row[1] if i == 0 else row[n - 2]
            out[i] = k * ((side - c) + (up[i] - c + (down[i] - c)) + (front[i] - c + (back[i] - c)))
    else:
        for l in range(n - 2):
            c = row[l + 1]
            out[l + 1] = k * ((row[l] - c + (row[l + 2] - c)) + (up[l + 1] - c + (down[l + 1] - c)))
        for i in (0, n - 1):
            c, side = row[i], row[1] if i == 0 else row[n - 2]
            out[i] = k * ((side - c) + (up[i] - c + (down[i] - c)))


@field_jit
def _stages(u, table, step, k, first, last, older, new, slope):
    """Run all stages (three at least); `first` keeps the slope at the start."""
    nz, ny, _ = u.shape
    one = u.dtype.type(1.0)
    count = table.shape[0]
    for z in range(nz):
        for y in range(ny):
            up, down = u[z, max(y - 1, 0)], u[z, min(y + 1, ny - 1)]
            _laplace(u[z, y], up, down, u[max(z - 1, 0), y], u[min(z + 1, nz - 1), y], slope, k, nz > 1)
            begin(u[z, y], slope, first[z, y], last[z, y], table[0, 2] * step)
    for stage in range(1, count):
        mu, nu = table[stage, 0], table[stage, 1]
        rest, here, start = one - mu - nu, table[stage, 2] * step, table[stage, 3] * step
        for z in range(nz):
            for y in range(ny):
                row, up, down = last[z, y], last[z, max(y - 1, 0)], last[z, min(y + 1, ny - 1)]
                _laplace(row, up, down, last[max(z - 1, 0), y], last[min(z + 1, nz - 1), y], slope, k, nz > 1)
                if stage == 1:  # two stages before is the start itself
                    second(row, u[z, y], slope, first[z, y], new[z, y], mu, rest + nu, here, start)
                elif stage == count - 1:
                    finish(row, older[z, y], u[z, y], slope, first[z, y], mu, nu, rest, here, start)
                else:
                    middle(row, older[z, y], u[z, y], slope, first[z, y], new[z, y], mu, nu, rest, here, start)
        last, older, new = new, last, older
