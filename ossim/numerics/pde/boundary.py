"""A value held on the boundary of the grid, written as uptake and source of the cells along it.

Grids let nothing through their boundary. A value b held there exchanges with the cells beside it at a rate k,
(L u)_i + k_i (b - u_i), which is an uptake k and a source k b. The cell's center is half a cell away: of second order.
"""

from __future__ import annotations

import numpy as np

from ossim.numerics.pde.conductance import cell_diffusivity
from ossim.numerics.pde.grid import Grid


def exchange(grid: Grid, diffusivity: float | np.ndarray) -> np.ndarray:
    """Return the rate of exchange of each cell with the boundary [1/day], shape `full_shape`; zero away from it.

    On a radial grid the boundary is the outermost sphere. Borders of the mask stay closed.
    """
    field = cell_diffusivity(grid, diffusivity)
    rates = np.zeros(grid.full_shape)
    if grid.geometry == "radial":
        n = grid.shape[0]
        area_to_volume = 3.0 * n**2 / (n**3 - (n - 1) ** 3) / grid.spacing
        rates[0, 0, -1] = 2.0 * field[0, 0, -1] / grid.spacing * area_to_volume
        return rates
    for axis in range(3):
        if grid.full_shape[axis] == 1:
            continue
        for end in (0, -1):
            at = [slice(None)] * 3
            at[axis] = end
            rates[tuple(at)] += 2.0 * field[tuple(at)] / grid.spacing**2
    return rates
