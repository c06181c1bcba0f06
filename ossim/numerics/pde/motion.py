"""How fast a field spreads on a grid, and how that follows a mobility which changes from step to step."""

from __future__ import annotations

import numpy as np

from ossim.numerics.pde.compile import apart_jit, field_jit
from ossim.numerics.pde.conductance import cell_diffusivity
from ossim.numerics.pde.grid import Grid, staggered
from ossim.numerics.pde.rkl2 import Links, diffuse, fastest, links
from ossim.numerics.pde.rkl2_uniform import UniformMotion


class Motion:
    """Links of a diffusivity, kept in place when a mobility scales it; not read where all of them are equal.

    Attributes
    ----------
    links : see `supertime.Links`; on planes and boxes a mobility scales only those to the next cells, which are equal
    rate : bound of the eigenvalues [1/day]
    """

    def __init__(self, grid: Grid, diffusivity: float | np.ndarray):
        self.links: Links = links(grid, diffusivity)
        self.rate = fastest(self.links)
        self._cells = cell_diffusivity(grid, diffusivity) / grid.spacing**2
        (self._scaled,) = staggered(1, grid.full_shape)
        whole = links(Grid(grid.geometry, grid.shape, grid.spacing), grid.spacing**2)
        self._bound = fastest(whole)
        boxed = grid.geometry == "cartesian" and grid.mask is None and np.ptp(diffusivity) == 0.0
        self._even = (grid, float(np.max(diffusivity))) if boxed else None
        self._uniform: UniformMotion | None = None
        self._weights = (whole.next_x, whole.previous_x) if grid.geometry == "radial" else None

    def scale(self, mobility: np.ndarray) -> None:
        """Let every cell have its diffusivity times `mobility`, shape `full_shape`, zero or more."""
        np.multiply(self._cells, mobility, out=self._scaled)
        forward = self.links
        _conduct(self._scaled, forward.next_z, forward.next_y, forward.next_x, forward.previous_x)
        if self._weights is not None:
            for part, weight in zip((self.links.next_x, self.links.previous_x), self._weights, strict=True):
                part *= weight
        self.rate = self._bound * float(self._scaled.max())
        self._even = None

    def diffuse(self, u: np.ndarray, step: float) -> int:
        """Advance u_t = L u by `step` [day] in place; return the number of stages."""
        if self._even is not None:
            if self._uniform is None:
                self._uniform = UniformMotion(*self._even)
            return self._uniform.diffuse(u, step)
        return diffuse(u, self.links, step, self.rate) if self.rate > 0.0 else 0


@apart_jit
def _harmonic(here, there, after):
    for i in range(here.size):
        total = here[i] + there[i]
        after[i] = 2.0 * here[i] * there[i] / (total if total > 0.0 else 1.0)


@field_jit
def _conduct(cells, next_z, next_y, next_x, previous_x):
    """Write the harmonic means of neighboring cells to their links to the next, of one axis also to the previous."""
    nz, ny, _ = cells.shape
    for k in range(nz):
        for j in range(ny):
            row = cells[k, j]
            _harmonic(row[:-1], row[1:], next_x[k, j, :-1])
            if ny == 1 and nz == 1:
                for i in range(row.size - 1):
                    previous_x[0, 0, i + 1] = next_x[0, 0, i]
            if j + 1 < ny:
                _harmonic(row, cells[k, j + 1], next_y[k, j])
            if k + 1 < nz:
                _harmonic(row, cells[k + 1, j], next_z[k, j])
