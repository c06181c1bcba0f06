"""Explicit Euler of P2 in JAX: one compiled loop in double precision on one core of the CPU."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp

from .spatial_peers import Solved, SpatialSolver, euler_steps, march
from .spatial_problem import SpatialProblem, reaction


def _spread(f):
    padded = jnp.pad(f, 1, mode="edge")
    middle = slice(1, -1)
    total = -2.0 * f.ndim * f
    for axis in range(f.ndim):
        for moved in (slice(None, -2), slice(2, None)):
            total = total + padded[tuple(moved if i == axis else middle for i in range(f.ndim))]
    return total


def run(problem: SpatialProblem, n: int) -> Solved:
    """Solve up to output number n."""
    jax.config.update("jax_enable_x64", True)
    steps, dt = euler_steps(problem)

    def step(_, y):
        rates = reaction(*y)
        return tuple(
            f + dt * (rate + conductance * _spread(f) if conductance else rate)
            for f, rate, conductance in zip(y, rates, problem.conductances, strict=True)
        )

    loop = jax.jit(lambda y, count: jax.lax.fori_loop(0, count, step, y))
    y = tuple(jnp.asarray(field) for field in problem.start())
    jax.block_until_ready(loop(y, 2))  # compiles

    def advance():
        nonlocal y
        y = jax.block_until_ready(loop(y, steps))

    return march(problem, n, advance, lambda: [jax.device_get(field) for field in y])


def spatial_solvers(problem: SpatialProblem) -> list[SpatialSolver]:
    """One solver, over a part of the horizon."""
    return [SpatialSolver(f"JAX {jax.__version__}, explicit Euler", partial(run, problem), 0.05)]
