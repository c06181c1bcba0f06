"""Conjugate gradients for diffusion and uptake on flat arrays, with one V-cycle of multigrid as preconditioner.

The iteration is in the precision of the fields it is given, whatever that of the V-cycle. The step uses the change of
the residual (Polak-Ribiere), so that a preconditioner that rounds does no harm. What a residual takes is done chunk by
chunk while it is in cache. Sums are taken in eight strands of fixed order within a chunk, in double precision over
chunks.

References
----------
G. H. Golub, Q. Ye, "Inexact preconditioned conjugate gradient method with inner-outer iteration", SIAM J. Sci. Comput.
21 (1999) 1305.
A. Greenbaum, "Estimating the attainable accuracy of recursively computed residual methods", SIAM J. Matrix Anal. Appl.
18 (1997) 535.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.pde.compile import apart_jit, field_jit
from ossim.numerics.pde.multigrid import cycle, refresh

CHUNK = 2048  # [cell] a multiple of eight
CARRIED = 1e-10  # a residual carried along in double precision is true to far less; below this it is taken anew


@apart_jit
def dot(a, b, start, n):
    """Return the sum of a b over n cells from `start`; n is rounded up to a multiple of eight."""
    x, y = a[start:], b[start:]
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = a.dtype.type(0.0)
    for i in range((n + 7) // 8):
        s0 += x[8 * i] * y[8 * i]
        s1 += x[8 * i + 1] * y[8 * i + 1]
        s2 += x[8 * i + 2] * y[8 * i + 2]
        s3 += x[8 * i + 3] * y[8 * i + 3]
        s4 += x[8 * i + 4] * y[8 * i + 4]
        s5 += x[8 * i + 5] * y[8 * i + 5]
        s6 += x[8 * i + 6] * y[8 * i + 6]
        s7 += x[8 * i + 7] * y[8 * i + 7]
    return np.float64(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)))


@apart_jit
def apply(u, diagonal, gx, gy, gz, out, start, n, sy, sz, deep):
    """out = A u in n cells from `start`; sy, sz are the distances to neighbors along y and z, `deep` is for a box."""
    c, d, o = u[start : start + n], diagonal[start : start + n], out[start : start + n]
    e, w, ge, gw = u[start + 1 :], u[start - 1 :], gx[start:], gx[start - 1 :]
    s, t, gs, gt = u[start + sy :], u[start - sy :], gy[start:], gy[start - sy :]
    if deep:
        f, b, gf, gb = u[start + sz :], u[start - sz :], gz[start:], gz[start - sz :]
        for i in range(n):
            near = ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i] + gf[i] * f[i] + gb[i] * b[i]
            o[i] = d[i] * c[i] - near
    else:
        for i in range(n):
            o[i] = d[i] * c[i] - (ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i])


@apart_jit
def _scaled(source, out, start, n, factor):
    s, o = source[start : start + n], out[start : start + n]
    kind = out.dtype.type
    for i in range(n):
        o[i] = kind(factor * s[i])


@apart_jit
def _turn(z, p, start, n, factor, beta):
    s, t = z[start : start + n], p[start : start + n]
    for i in range(n):
        t[i] = factor * s[i] + beta * t[i]


@apart_jit
def _forward(x, p, r, ap, start, n, alpha):
    y, s, t, a = x[start : start + n], p[start : start + n], r[start : start + n], ap[start : start + n]
    for i in range(n):
        y[i] += alpha * s[i]
        t[i] -= alpha * a[i]


@apart_jit
def _subtract_from(b, r, start, n):
    s, t = b[start : start + n], r[start : start + n]
    for i in range(n):
        t[i] = s[i] - t[i]


@field_jit
def _missing(x, b, r, system, level):
    """r = b - A x; return the 2-norm of r."""
    start, nz, ny, nx = level
    n, total = nz * ny * nx, 0.0
    diagonal, gx, gy, gz = system
    for first in range(0, n, CHUNK):
        at, count = start + first, min(CHUNK, n - first)
        apply(x, diagonal, gx, gy, gz, r, at, count, nx, ny * nx, nz > 1)
        _subtract_from(b, r, at, count)
        total += dot(r, r, at, count)
    return math.sqrt(total)


@field_jit
def _along(p, ap, system, level):
    """ap = A p; return p A p."""
    start, nz, ny, nx = level
    n, total = nz * ny * nx, 0.0
    diagonal, gx, gy, gz = system
    for first in range(0, n, CHUNK):
        at, count = start + first, min(CHUNK, n - first)
        apply(p, diagonal, gx, gy, gz, ap, at, count, nx, ny * nx, nz > 1)
        total += dot(p, ap, at, count)
    return total


@field_jit
def _go(x, p, r, ap, start, n, alpha):
    """Go along p by alpha; return the 2-norm of the residual that is left."""
    total = 0.0
    for first in range(0, n, CHUNK):
        at, count = start + first, min(CHUNK, n - first)
        _forward(x, p, r, ap, at, count, alpha)
        total += dot(r, r, at, count)
    return math.sqrt(total)


@field_jit
def _total(a, b, start, n):
    """Return the sum of a b."""
    total = 0.0
    for first in range(0, n, CHUNK):
        total += dot(a, b, start + first, min(CHUNK, n - first))
    return total


@field_jit
def conjugate(x, b, vectors, system, fresh, hierarchy, table, weights, matrix, pivots, row, same, tolerance, most, eps):
    """Solve A x = b from the given x; return iterations and the residual relative to b.

    Parameters
    ----------
    x, b : flat arrays of which the first level counts
    vectors : the residual r, the direction p and A p, of the same kind
    system : diagonal, gx, gy, gz of that kind
    fresh : uptake, exchange, gx, gy, gz of the V-cycle, whose diagonals follow (`refresh`) where it is needed
    hierarchy : u, right, work, gx, gy, gz, diagonal, inverse, scale of the V-cycle
    same : whether r is `right` itself; else it is divided by its norm for the V-cycle
    most : number of iterations
    eps : rounding of that kind
    """
    r, p, ap = vectors
    kind = x.dtype.type
    u, right, work, hx, hy, hz, hd, inverse, scale = hierarchy
    start, nz, ny, nx = table[0]
    n = nz * ny * nx
    size = math.sqrt(_total(b, b, start, n))
    norm = _missing(x, b, r, system, table[0])
    count, old, alpha, begin = 0, 1.0, 0.0, True
    # what was carried along is not true where much cancelled on the way
    anew = tolerance < CARRIED or eps * norm > 0.1 * tolerance * size
    if norm > tolerance * size:
        taken, exchange, fx, fy, fz = fresh
        refresh(taken, exchange, fx, fy, fz, hd, inverse, table, matrix)
    while count < most and norm > tolerance * size:  # false for NaN too
        factor = 1.0
        if not same:
            factor = norm
            _scaled(r, right, start, n, 1.0 / norm)
        cycle(u, right, work, hx, hy, hz, hd, inverse, scale, row, table, weights, matrix, pivots)
        new = factor * _total(u, r, start, n)
        if begin:
            _scaled(u, p, start, n, factor)  # what p holds from another solve, which may have failed, is not read
        else:
            beta = -alpha * factor * _total(u, ap, start, n) / old
            _turn(u, p, start, n, kind(factor), kind(beta))
        alpha = new / _along(p, ap, system, table[0])
        norm = _go(x, p, r, ap, start, n, kind(alpha))
        old, begin = new, False
        count += 1
        if anew and not norm > tolerance * size:
            norm, begin = _missing(x, b, r, system, table[0]), True
    return count, norm / size if size > 0.0 else 0.0
