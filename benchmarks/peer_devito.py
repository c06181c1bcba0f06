"""Explicit Euler of P2 in Devito: C written and compiled for this problem, double precision, one thread."""

from __future__ import annotations

from functools import partial

import devito
import numpy as np
from devito import Eq, Grid, Operator, TimeFunction

from .spatial_peers import Solved, SpatialSolver, euler_steps, march
from .spatial_problem import DIFFUSIVITY, SPECIES, SpatialProblem, reaction


def _mirrored(field: TimeFunction) -> list[Eq]:
    """Copy the outermost cells to the halo: no flux."""
    grid, found = field.grid, []
    for axis, size in enumerate(grid.shape):
        for ghost, source in ((-1, 0), (size, size - 1)):
            to, of = list(grid.dimensions), list(grid.dimensions)
            to[axis], of[axis] = ghost, source
            later = grid.stepping_dim + 1
            found.append(Eq(field[(later, *to)], field[(later, *of)]))
    return found


def run(problem: SpatialProblem, n: int) -> Solved:
    """Solve up to output number n."""
    devito.configuration["log-level"] = "ERROR"
    devito.configuration["language"] = "C"
    extent = tuple((size - 1) * problem.spacing for size in problem.shape)
    grid = Grid(problem.shape, extent=extent, dtype=np.float64)
    fields = [TimeFunction(name=name, grid=grid, space_order=2, time_order=1) for name in SPECIES]
    steps, dt = euler_steps(problem)
    rates = reaction(*fields)
    updates, borders = [], []
    for field, rate, diffusivity in zip(fields, rates, DIFFUSIVITY, strict=True):
        spread = diffusivity * field.laplace if diffusivity else 0
        updates.append(Eq(field.forward, field + grid.stepping_dim.spacing * (rate + spread)))
        borders += _mirrored(field) if diffusivity else []
    operator = Operator([*updates, *borders])
    start = problem.start()

    def reset():
        for field, value in zip(fields, start, strict=True):
            halo = [(left, right) for left, right in field.halo[1:]]
            field.data_with_halo[:] = np.pad(value, halo, mode="edge")

    reset()
    operator.apply(time_m=0, time_M=1, dt=dt)  # compiles
    reset()

    def advance():  # an even number of steps ends in the buffer that it began in
        operator.apply(time_m=0, time_M=steps - 1, dt=dt)

    return march(problem, n, advance, lambda: [np.asarray(field.data[0]) for field in fields])


def spatial_solvers(problem: SpatialProblem) -> list[SpatialSolver]:
    """One solver, over a part of the horizon."""
    version = devito.__version__.split("+")[0]
    return [SpatialSolver(f"Devito {version}, explicit Euler, C", partial(run, problem), 0.1, "Devito")]
