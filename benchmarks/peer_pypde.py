"""Explicit Euler of P2 in py-pde: its class that takes equations as text, with its numba backend."""

from __future__ import annotations

from functools import partial

import numba
import numpy as np
import pde
import sympy

from .spatial_peers import Solved, SpatialSolver, euler_steps, march
from .spatial_problem import DIFFUSIVITY, SPECIES, SpatialProblem, reaction


def equations() -> dict[str, str]:
    """P2 as text."""
    rates = reaction(*sympy.symbols(SPECIES))
    return {
        name: f"{diffusivity} * laplace({name}) + {rate}" if diffusivity else str(rate)
        for name, rate, diffusivity in zip(SPECIES, rates, DIFFUSIVITY, strict=True)
    }


def run(problem: SpatialProblem, n: int) -> Solved:
    """Solve up to output number n."""
    numba.set_num_threads(1)
    grid = pde.CartesianGrid([(0.0, size * problem.spacing) for size in problem.shape], problem.shape)
    state = pde.FieldCollection([pde.ScalarField(grid, value) for value in problem.start()])
    system = pde.PDE(equations(), bc={"derivative": 0})
    steps, dt = euler_steps(problem)
    solver = pde.EulerSolver(system, backend="numba")
    stepper = solver.make_stepper(state, dt)
    stepper(state.copy(), 0.0, 2.0 * dt)  # compiles
    reached = 0

    def advance():
        nonlocal reached
        stepper(state, reached * steps * dt, (reached + 1) * steps * dt)
        reached += 1

    return march(problem, n, advance, lambda: [np.asarray(field.data) for field in state])


def spatial_solvers(problem: SpatialProblem) -> list[SpatialSolver]:
    """One solver, over a part of the horizon."""
    return [SpatialSolver(f"py-pde {pde.__version__}, text, numba", partial(run, problem), 0.05, "py-pde")]
