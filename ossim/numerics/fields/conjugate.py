"""Conjugate gradients for diffusion and uptake on flat arrays, with one V-cycle of multigrid as preconditioner.

The iteration is in double precision whatever the precision of the V-cycle, which sees the residual divided by its norm.
The step uses the change of the residual (Polak-Ribiere), so that a preconditioner that rounds does no harm. Sums are
taken in eight strands of fixed order.

References
----------
G. H. Golub, Q. Ye, "Inexact preconditioned conjugate gradient method with inner-outer iteration", SIAM J. Sci. Comput.
21 (1999) 1305.
"""

from __future__ import annotations

import math

from .compile import apart_jit, field_jit
from .multigrid import cycle


@apart_jit
def dot(a, b, start, n):
    """Return the sum of a b over n cells from `start`; n is rounded up to a multiple of eight."""
    x, y = a[start:], b[start:]
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range((n + 7) // 8):
        s0 += x[8 * i] * y[8 * i]
        s1 += x[8 * i + 1] * y[8 * i + 1]
        s2 += x[8 * i + 2] * y[8 * i + 2]
        s3 += x[8 * i + 3] * y[8 * i + 3]
        s4 += x[8 * i + 4] * y[8 * i + 4]
        s5 += x[8 * i + 5] * y[8 * i + 5]
        s6 += x[8 * i + 6] * y[8 * i + 6]
        s7 += x[8 * i + 7] * y[8 * i + 7]
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@apart_jit
def apply(u, diagonal, gx, gy, gz, out, start, nz, ny, nx):
    """out = A u."""
    n, sy, sz = nz * ny * nx, nx, ny * nx
    c, d, o = u[start : start + n], diagonal[start : start + n], out[start : start + n]
    e, w, ge, gw = u[start + 1 :], u[start - 1 :], gx[start:], gx[start - 1 :]
    s, t, gs, gt = u[start + sy :], u[start - sy :], gy[start:], gy[start - sy :]
    if nz > 1:
        f, b, gf, gb = u[start + sz :], u[start - sz :], gz[start:], gz[start - sz :]
        for i in range(n):
            near = ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i] + gf[i] * f[i] + gb[i] * b[i]
            o[i] = d[i] * c[i] - near
    else:
        for i in range(n):
            o[i] = d[i] * c[i] - (ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i])


@apart_jit
def _narrow(source, out, start, n, factor):
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
def _forward(x, p, r, before, ap, start, n, alpha):
    y, s, t, o, a = (
        x[start : start + n],
        p[start : start + n],
        r[start : start + n],
        before[start : start + n],
        ap[start : start + n],
    )
    for i in range(n):
        y[i] += alpha * s[i]
        o[i] = t[i]
        t[i] -= alpha * a[i]


@apart_jit
def _subtract(b, ax, r, start, n):
    s, t, o = b[start : start + n], ax[start : start + n], r[start : start + n]
    for i in range(n):
        o[i] = s[i] - t[i]


@field_jit
def conjugate(x, b, vectors, system, hierarchy, table, weights, matrix, pivots, row, tolerance, most):
    """Solve A x = b from the given x; return iterations and the residual relative to b.

    Parameters
    ----------
    x, b : flat arrays of which the first level counts, float64
    vectors : r, the r before, p and A p, of the same kind
    system : diagonal, gx, gy, gz in float64
    hierarchy : u, right, work, gx, gy, gz, diagonal, inverse, scale of the V-cycle
    most : number of iterations
    """
    r, before, p, ap = vectors
    diagonal, gx, gy, gz = system
    u, right, work, hx, hy, hz, hd, inverse, scale = hierarchy
    start, nz, ny, nx = table[0]
    n = nz * ny * nx
    size = math.sqrt(dot(b, b, start, n))
    count, old, fresh = 0, 1.0, True
    apply(x, diagonal, gx, gy, gz, ap, start, nz, ny, nx)
    _subtract(b, ap, r, start, n)
    norm = math.sqrt(dot(r, r, start, n))
    while count < most and norm > tolerance * size:  # false for NaN too
        _narrow(r, right, start, n, 1.0 / norm)
        cycle(u, right, work, hx, hy, hz, hd, inverse, scale, row, table, weights, matrix, pivots)
        new = norm * dot(u, r, start, n)
        beta = 0.0 if fresh else (new - norm * dot(u, before, start, n)) / old
        _turn(u, p, start, n, norm, beta)
        apply(p, diagonal, gx, gy, gz, ap, start, nz, ny, nx)
        _forward(x, p, r, before, ap, start, n, new / dot(p, ap, start, n))
        old, fresh = new, False
        count += 1
        norm = math.sqrt(dot(r, r, start, n))
        if not norm > tolerance * size:  # say what is true, not what was carried along
            apply(x, diagonal, gx, gy, gz, ap, start, nz, ny, nx)
            _subtract(b, ap, r, start, n)
            norm = math.sqrt(dot(r, r, start, n))
            fresh = True
    return count, norm / size if size > 0 else 0.0
