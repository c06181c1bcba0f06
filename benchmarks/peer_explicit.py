"""Explicit Euler of P2 in one fused numba sweep at the largest stable step: the yardstick of what brute force costs."""

from __future__ import annotations

from functools import partial

from .spatial_kernels import coefficients, kernels, started
from .spatial_peers import Solved, SpatialSolver, euler_steps, march
from .spatial_problem import SpatialProblem

BYTES = 2 * 5 * 8  # per cell and step: five fields read and written


def run(problem: SpatialProblem, n: int) -> Solved:
    """Solve up to output number n."""
    euler, k = kernels(len(problem.shape)).euler, coefficients(problem)
    y, new = started(problem, 2)
    steps, dt = euler_steps(problem)
    euler((y, new), k, (0.0,))  # compiles

    def advance():
        for _ in range(steps // 2):
            euler((y, new), k, (dt,))
            euler((new, y), k, (dt,))

    found = march(problem, n, advance, lambda: y)
    held = BYTES * problem.cells
    return Solved(found.outputs, found.seconds, float(held) * steps * n, held)


def spatial_solvers(problem: SpatialProblem) -> list[SpatialSolver]:
    """One solver, over the whole horizon."""
    return [SpatialSolver("explicit Euler, fused, numba", partial(run, problem))]
