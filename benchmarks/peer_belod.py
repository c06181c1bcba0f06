"""BioFVM's algorithm on P2, written here: explicit reaction, then backward Euler along one axis after the other (LOD).

Each line is a tridiagonal system with constant coefficients, eliminated once. Decay of VEGF is part of the lines, in
equal shares per axis, as in BioFVM. Lines along the last axis are solved eight at a time from a transposed copy.

References
----------
Ghaffarizadeh, Friedman, Macklin 2016, Bioinformatics 32:1256, doi 10.1093/bioinformatics/btv730
"""

from __future__ import annotations

import math
from functools import cache, partial

import numba
import numpy as np

from .spatial_kernels import OPTIONS, Apart, react, started
from .spatial_peers import Solved, SpatialSolver, march
from .spatial_problem import DIFFUSIVITY, LAM, SpatialProblem, errors
from .spatial_reference import reference

LANES = 8
TARGET = 1e-3
FIRST_STEP = 0.02  # [day]
ACCEPTED = (0.7, 1.0)  # of the target
BYTES_PER_SWEEP = 2 * 4 * 8  # per cell: four fields read and written


@numba.njit(pipeline_class=Apart, **OPTIONS)
def along_rows(f, z, first, w, m, g):
    """Solve `LANES` lines along the last axis."""
    nx = f.shape[2]
    for l in range(LANES):
        w[0, l] = f[z, first + l, 0] * m[0]
    for x in range(nx - 1):
        for l in range(LANES):
            w[x + 1, l] = f[z, first + l, x + 1] * m[x + 1] + g[x + 1] * w[x, l]
    for l in range(LANES):
        f[z, first + l, nx - 1] = w[nx - 1, l]
    for back in range(nx - 1):
        x = nx - 2 - back
        for l in range(LANES):
            w[x, l] += g[x] * w[x + 1, l]
            f[z, first + l, x] = w[x, l]


@numba.njit(pipeline_class=Apart, **OPTIONS)
def eliminate(row, before, m, g):
    """Forward elimination of one row of lines across it."""
    for x in range(row.size):
        row[x] = row[x] * m + g * before[x]


@numba.njit(pipeline_class=Apart, **OPTIONS)
def substitute(row, after, g):
    """Back substitution of one row of lines across it."""
    for x in range(row.size):
        row[x] += g * after[x]


@numba.njit(pipeline_class=Apart, **OPTIONS)
def react_row(c, h, n, v, a, dt):
    """Explicit Euler of the reaction without the decay of VEGF."""
    for x in range(c.size):
        dc, dh, dn, dv, da = react(c[x], h[x], n[x], v[x], a[x])
        a[x] += dt * (da + LAM * a[x])
        c[x] += dt * dc
        h[x] += dt * dh
        n[x] += dt * dn
        v[x] += dt * dv


@numba.njit(**{**OPTIONS, "_nrt": True})
def advance(c, h, n, v, a, w, mx, my, mz, dt, steps):
    """Take so many steps; `mx`, `my` and `mz` hold m and g of c and h, of v and of a, shape (3, 2, n)."""
    nz, ny, nx = c.shape
    for _ in range(steps):
        for z in range(nz):
            for first in range(0, ny, LANES):
                for r in range(first, first + LANES):
                    react_row(c[z, r], h[z, r], n[z, r], v[z, r], a[z, r], dt)
                for f, kind in ((c, 0), (h, 0), (v, 1), (a, 2)):
                    along_rows(f, z, first, w, mx[kind, 0], mx[kind, 1])
            for f, kind in ((c, 0), (h, 0), (v, 1), (a, 2)):
                for x in range(nx):
                    f[z, 0, x] *= my[kind, 0, 0]
                for r in range(1, ny):
                    eliminate(f[z, r], f[z, r - 1], my[kind, 0, r], my[kind, 1, r])
                for r in range(ny - 2, -1, -1):
                    substitute(f[z, r], f[z, r + 1], my[kind, 1, r])
        if nz > 1:
            for f, kind in ((c, 0), (h, 0), (v, 1), (a, 2)):
                for r in range(ny):
                    for x in range(nx):
                        f[0, r, x] *= mz[kind, 0, 0]
                    for z in range(1, nz):
                        eliminate(f[z, r], f[z - 1, r], mz[kind, 0, z], mz[kind, 1, z])
                    for z in range(nz - 2, -1, -1):
                        substitute(f[z, r], f[z + 1, r], mz[kind, 1, z])


def factors(problem: SpatialProblem, size: int, dt: float) -> np.ndarray:
    """m and g of lines of `size` cells for c and h, v, a: d_i = m_i b_i + g_i d_{i-1}, then u_i = d_i + g_i u_{i+1}."""
    found = np.empty((3, 2, size))
    for kind, row in enumerate((0, 3, 4)):
        k = dt * DIFFUSIVITY[row] / problem.spacing**2
        decay = dt * LAM / len(problem.shape) if row == 4 else 0.0
        g = 0.0
        for i in range(size):
            neighbors = (i > 0) + (i < size - 1)
            m = 1.0 / (1.0 + decay + neighbors * k - k * g)
            g = k * m
            found[kind, :, i] = m, g
    return found


def run(problem: SpatialProblem, step: float, n: int) -> Solved:
    """Solve up to output number n with steps of at most `step` [day]."""
    nz, ny, nx = problem.full_shape
    if ny % LANES:
        raise ValueError(f"the second last axis must have a multiple of {LANES} cells, not {ny}")
    steps = math.ceil(problem.interval / step - 1e-9)
    dt = problem.interval / steps
    y = started(problem, 1)[0]
    fixed = (np.empty((nx, LANES)), *(factors(problem, size, dt) for size in (nx, ny, nz)), dt)
    advance(*y, *fixed, 0)  # compiles
    found = march(problem, n, lambda: advance(*y, *fixed, steps), lambda: y)
    moved = (16.0 + BYTES_PER_SWEEP * len(problem.shape)) * problem.cells * steps * n
    return Solved(found.outputs, found.seconds, moved, 5 * 8 * problem.cells)


@cache
def step_for(problem: SpatialProblem, exact, target: float, which: int | None, n: int) -> float:
    """The step that brings error number `which` (None: the largest) over n outputs just below the target [day]."""
    step = FIRST_STEP
    for _ in range(6):
        found = errors(run(problem, step, n).outputs, exact())
        reached = (max(found) if which is None else found[which]) / target
        if ACCEPTED[0] <= reached <= ACCEPTED[1]:
            break
        step = min(step * 0.9 / reached, problem.interval)
    return step


def spatial_solvers(problem: SpatialProblem, target: float = TARGET) -> list[SpatialSolver]:
    """With the step for the target of the error in mass, and with that for all three errors (on a part)."""

    def exact():
        return reference(problem).outputs

    def solver(label, which, part, bar):
        n = max(round(part * problem.n_outputs), 1)
        step = step_for(problem, exact, target, which, n)
        return SpatialSolver(f"BE-LOD, {label}, dt {step:.2g} d", partial(run, problem, step), part, bar)

    return [solver("mass", 0, 1.0, "BE-LOD"), solver("all errors", None, 0.05, "")]
