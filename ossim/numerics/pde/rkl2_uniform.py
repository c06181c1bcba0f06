"""RKL2 in a box without mask and with one diffusivity: the same steps as `supertime`, several times as fast.

The stencil then is a sum of neighbors, and nothing but the field itself is read for it.
"""

from __future__ import annotations

import numpy as np

from ossim.errors import InputError
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.one_pass import run_stages
from ossim.numerics.pde.rkl2 import stages, weights


class UniformMotion:
    """Diffusion [mm^2/day] on a Cartesian grid without mask.

    Attributes
    ----------
    conductance : D over the square of the spacing [1/day]
    rate : bound of the eigenvalues [1/day]
    """

    def __init__(self, grid: Grid, diffusivity: float):
        if grid.geometry != "cartesian" or grid.mask is not None:
            raise InputError("uniform diffusion: needs a Cartesian grid without mask")
        if np.ndim(diffusivity) or not diffusivity >= 0 or not np.isfinite(diffusivity):
            raise InputError(f"diffusivity: must be one number of 0 or more, is {diffusivity}")
        self.conductance = float(diffusivity) / grid.spacing**2
        self.rate = 4.0 * len(grid.shape) * self.conductance

    def diffuse(self, u: np.ndarray, step: float) -> int:
        """Advance u_t = D lap u by `step` [day] in place; return the number of stages.

        `u` has the shape `full_shape`; its dtype is the precision of all arithmetic.
        """
        if self.rate == 0.0:
            return 0
        count = stages(step, self.rate)
        run_stages(u, None, self.conductance, weights(count, u.dtype), step)
        return count
