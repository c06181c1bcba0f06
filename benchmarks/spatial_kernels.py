"""Compiled right-hand side of P2: one sweep of explicit Euler, or one stage of RKL2, over all species at once.

Each sweep reads every field once from memory and writes it once; a row is worked on in vector registers.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numba
import numpy as np
from numba.core.compiler import CompilerBase, DefaultPassBuilder

from ossim.numerics.pde.grid import staggered

from .spatial_problem import SpatialProblem, reaction

OPTIONS = {"error_model": "numpy", "_nrt": False, "fastmath": {"contract", "nsz", "arcp"}, "boundscheck": False}


class Apart(CompilerBase):
    """Compile as usual, with the promise that no two array arguments overlap: without it rows are not vectorized."""

    def define_pipelines(self):
        """The usual passes."""
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


react = numba.njit(forceinline=True, **OPTIONS)(reaction)


class Kernels(NamedTuple):
    """Compiled for one number of axes: `euler(y, new, k, dt)`, `slope(y, dy, k)` and `stage(...)` of RKL2.

    `y`, `new` and `dy` are tuples of five arrays (nz, ny, nx), `k` the conductances of c, v and a [1/day].
    """

    euler: object
    slope: object
    stage: object


def allocate(problem: SpatialProblem, sets: int) -> list[tuple[np.ndarray, ...]]:
    """Return `sets` tuples of five fields with three axes, whose starts do not alias in cache."""
    fields = staggered(5 * sets, problem.full_shape)
    return [fields[5 * i : 5 * i + 5] for i in range(sets)]


def started(problem: SpatialProblem, sets: int) -> list[tuple[np.ndarray, ...]]:
    """The same, with the first of them at time 0."""
    found = allocate(problem, sets)
    for field, value in zip(found[0], problem.start(), strict=True):
        field[...] = value.reshape(field.shape)
    return found


def coefficients(problem: SpatialProblem) -> tuple[float, float, float]:
    """Conductances of c and h, of v, and of a [1/day]."""
    k = problem.conductances
    return k[0], k[3], k[4]


@functools.cache
def kernels(axes: int) -> Kernels:
    """Compile for two or three axes."""
    three = axes == 3
    inlined = numba.njit(forceinline=True, **OPTIONS)

    @inlined
    def spread(f, z, r, x, zb, zf, ru, rd, l, g):
        total = (f[z, r, l] + f[z, r, g]) + (f[z, ru, x] + f[z, rd, x])
        if three:
            return total + (f[zb, r, x] + f[zf, r, x]) - 6.0 * f[z, r, x]
        return total - 4.0 * f[z, r, x]

    @inlined
    def slopes(c, h, n, v, a, k, z, r, x, zb, zf, ru, rd, l, g):
        dc, dh, dn, dv, da = react(c[z, r, x], h[z, r, x], n[z, r, x], v[z, r, x], a[z, r, x])
        dc += k[0] * spread(c, z, r, x, zb, zf, ru, rd, l, g)
        dh += k[0] * spread(h, z, r, x, zb, zf, ru, rd, l, g)
        dv += k[1] * spread(v, z, r, x, zb, zf, ru, rd, l, g)
        da += k[2] * spread(a, z, r, x, zb, zf, ru, rd, l, g)
        return dc, dh, dn, dv, da

    def swept(update):
        """A loop over all cells around `update(args, k, z, r, x, zb, zf, ru, rd, l, g)`."""

        @numba.njit(pipeline_class=Apart, **OPTIONS)
        def sweep(args, k, w):
            nz, ny, nx = args[0][0].shape
            for z in range(nz):
                zb, zf = max(z - 1, 0), min(z + 1, nz - 1)
                for r in range(ny):
                    ru, rd = max(r - 1, 0), min(r + 1, ny - 1)
                    update(args, k, w, z, r, 0, zb, zf, ru, rd, 0, 1)
                    for l in range(nx - 2):  # no index is below 0 for the compiler to see, or it gathers
                        update(args, k, w, z, r, l + 1, zb, zf, ru, rd, l, l + 2)
                    update(args, k, w, z, r, nx - 1, zb, zf, ru, rd, nx - 2, nx - 1)

        return sweep

    @inlined
    def euler(args, k, w, z, r, x, zb, zf, ru, rd, l, g):
        (c, h, n, v, a), (c1, h1, n1, v1, a1) = args
        dc, dh, dn, dv, da = slopes(c, h, n, v, a, k, z, r, x, zb, zf, ru, rd, l, g)
        dt = w[0]
        c1[z, r, x] = c[z, r, x] + dt * dc
        h1[z, r, x] = h[z, r, x] + dt * dh
        n1[z, r, x] = n[z, r, x] + dt * dn
        v1[z, r, x] = v[z, r, x] + dt * dv
        a1[z, r, x] = a[z, r, x] + dt * da

    @inlined
    def slope(args, k, w, z, r, x, zb, zf, ru, rd, l, g):
        (c, h, n, v, a), (c1, h1, n1, v1, a1) = args
        dc, dh, dn, dv, da = slopes(c, h, n, v, a, k, z, r, x, zb, zf, ru, rd, l, g)
        c1[z, r, x] = dc
        h1[z, r, x] = dh
        n1[z, r, x] = dn
        v1[z, r, x] = dv
        a1[z, r, x] = da

    @inlined
    def stage(args, k, w, z, r, x, zb, zf, ru, rd, l, g):
        (c, h, n, v, a), (c1, h1, n1, v1, a1), (c0, h0, n0, v0, a0), (cs, hs, ns, vs, as_) = args
        dc, dh, dn, dv, da = slopes(c, h, n, v, a, k, z, r, x, zb, zf, ru, rd, l, g)
        m, e, o, q, p = w
        c1[z, r, x] = m * c[z, r, x] + e * c1[z, r, x] + o * c0[z, r, x] + q * dc + p * cs[z, r, x]
        h1[z, r, x] = m * h[z, r, x] + e * h1[z, r, x] + o * h0[z, r, x] + q * dh + p * hs[z, r, x]
        n1[z, r, x] = m * n[z, r, x] + e * n1[z, r, x] + o * n0[z, r, x] + q * dn + p * ns[z, r, x]
        v1[z, r, x] = m * v[z, r, x] + e * v1[z, r, x] + o * v0[z, r, x] + q * dv + p * vs[z, r, x]
        a1[z, r, x] = m * a[z, r, x] + e * a1[z, r, x] + o * a0[z, r, x] + q * da + p * as_[z, r, x]

    return Kernels(swept(euler), swept(slope), swept(stage))
