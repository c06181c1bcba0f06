"""One V-cycle of multigrid, a symmetric preconditioner of diffusion and uptake: two sweeps down, two up, on each level.

Sweeps are those of a Chebyshev polynomial in the Jacobi iteration, fields go up by linear interpolation and down by its
transpose, and the coarsest level is eliminated. All arrays are flat (`levels`); where a neighbor is missing, the
conductance to it is zero, so that a stencil is one loop over all cells.

References
----------
U. Trottenberg, C. W. Oosterlee, A. Schueller, "Multigrid" (2001), sections 2.1, 2.8.4, 7.
M. Adams, M. Brezina, J. Hu, R. Tuminaro, J. Comput. Phys. 188 (2003) 593: polynomial smoothers.
"""

from __future__ import annotations

import math

import numpy as np

from ossim.numerics.pde.compile import apart_jit, field_jit

FASTEST = 2.0  # no eigenvalue of D^-1 A is larger, by Gershgorin's circles
SLOWEST = {2: 0.5, 3: 1.0 / 3.0}  # by number of axes: eigenvalues above this are left to the sweeps


def sweep_weights(axes: int) -> tuple[float, float]:
    """Return the weights of the two sweeps: inverse roots of the Chebyshev polynomial on what they have to damp."""
    middle, half = 0.5 * (FASTEST + SLOWEST[axes]), 0.5 * (FASTEST - SLOWEST[axes])
    return tuple(1.0 / (middle + half * math.cos(angle * math.pi)) for angle in (0.75, 0.25))


@apart_jit
def smooth(u, right, inverse, gx, gy, gz, out, start, nz, ny, nx, weight):
    """Jacobi sweep with a weight: out = u + weight D^-1 (right - A u)."""
    n, sy, sz = nz * ny * nx, nx, ny * nx
    c, r, d, o = u[start : start + n], right[start : start + n], inverse[start : start + n], out[start : start + n]
    e, w, ge, gw = u[start + 1 : start + 1 + n], u[start - 1 : start - 1 + n], gx[start : start + n], gx[start - 1 :]
    s, t, gs, gt = u[start + sy :], u[start - sy :], gy[start:], gy[start - sy :]
    one = u.dtype.type(1.0)
    rest = one - weight
    if nz > 1:
        f, b, gf, gb = u[start + sz :], u[start - sz :], gz[start:], gz[start - sz :]
        for i in range(n):
            near = ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i] + gf[i] * f[i] + gb[i] * b[i]
            o[i] = rest * c[i] + weight * d[i] * (r[i] + near)
    else:
        for i in range(n):
            o[i] = rest * c[i] + weight * d[i] * (r[i] + ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i])


@apart_jit
def residual(u, right, diagonal, gx, gy, gz, scale, out, start, nz, ny, nx):
    """out = scale (right - A u)."""
    n, sy, sz = nz * ny * nx, nx, ny * nx
    c, r, d, o = u[start : start + n], right[start : start + n], diagonal[start : start + n], out[start : start + n]
    e, w, ge, gw, q = u[start + 1 :], u[start - 1 :], gx[start:], gx[start - 1 :], scale[start:]
    s, t, gs, gt = u[start + sy :], u[start - sy :], gy[start:], gy[start - sy :]
    if nz > 1:
        f, b, gf, gb = u[start + sz :], u[start - sz :], gz[start:], gz[start - sz :]
        for i in range(n):
            near = ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i] + gf[i] * f[i] + gb[i] * b[i]
            o[i] = q[i] * (r[i] - d[i] * c[i] + near)
    else:
        for i in range(n):
            o[i] = q[i] * (r[i] - d[i] * c[i] + ge[i] * e[i] + gw[i] * w[i] + gs[i] * s[i] + gt[i] * t[i])


@apart_jit
def _begin(right, inverse, out, start, n, weight):
    r, d, o = right[start : start + n], inverse[start : start + n], out[start : start + n]
    for i in range(n):
        o[i] = weight * d[i] * r[i]


@apart_jit
def _add_row(source, row, start, n, weight):
    s = source[start : start + n]
    for i in range(n):
        row[i + 1] += weight * s[i]


@apart_jit
def _restrict_row(row, out, start, n, near, far):
    o = out[start : start + n]
    for i in range(n):
        o[i] = near * (row[2 * i + 1] + row[2 * i + 2]) + far * (row[2 * i] + row[2 * i + 3])


@apart_jit
def _interpolate_row(row, scale, out, start, pairs, near, far):
    q, o = scale[start : start + 2 * pairs], out[start : start + 2 * pairs]
    for i in range(pairs):
        here = near * row[i + 1]
        o[2 * i] += q[2 * i] * (here + far * row[i])
        o[2 * i + 1] += q[2 * i + 1] * (here + far * row[i + 2])


@field_jit
def _restrict(fine, coarse, row, above, below):
    """Transpose of `_interpolate`, from the flat array `fine` into the flat array `coarse`."""
    at, nz, ny, nx = above
    to, mz, my, mx = below
    kind = fine.dtype.type
    near, far = kind(0.75), kind(0.25)
    for k in range(mz):
        for j in range(my):
            for i in range(2 * mx + 2):
                row[i] = kind(0.0)
            for dk in range(-1 if nz > 1 else 0, 3 if nz > 1 else 1):
                kf = 2 * k + dk if nz > 1 else k
                if kf < 0 or kf >= nz:
                    continue
                wz = kind(1.0) if nz == 1 else (near if dk == 0 or dk == 1 else far)
                for dj in range(-1 if ny > 1 else 0, 3 if ny > 1 else 1):
                    jf = 2 * j + dj if ny > 1 else j
                    if jf < 0 or jf >= ny:
                        continue
                    wy = kind(1.0) if ny == 1 else (near if dj == 0 or dj == 1 else far)
                    _add_row(fine, row, at + (kf * ny + jf) * nx, nx, wz * wy)
            here = to + (k * my + j) * mx
            if nx > 1:
                _restrict_row(row, coarse, here, mx, near, far)
            else:
                coarse[here] = row[1]


@field_jit
def _interpolate(coarse, scale, fine, row, above, below):
    """Add the linear interpolation of the flat array `coarse`, times `scale`, to the flat array `fine`."""
    at, nz, ny, nx = above
    to, mz, my, mx = below
    kind = fine.dtype.type
    near, far = kind(0.75), kind(0.25)
    for k in range(nz):
        for j in range(ny):
            for i in range(mx + 2):
                row[i] = kind(0.0)
            for side_z in range(2 if nz > 1 else 1):
                kc = (k // 2 if side_z == 0 else k // 2 - 1 + 2 * (k % 2)) if nz > 1 else k
                if kc < 0 or kc >= mz:
                    continue
                wz = kind(1.0) if nz == 1 else (near if side_z == 0 else far)
                for side_y in range(2 if ny > 1 else 1):
                    jc = (j // 2 if side_y == 0 else j // 2 - 1 + 2 * (j % 2)) if ny > 1 else j
                    if jc < 0 or jc >= my:
                        continue
                    wy = kind(1.0) if ny == 1 else (near if side_y == 0 else far)
                    _add_row(coarse, row, to + (kc * my + jc) * mx, mx, wz * wy)
            here = at + (k * ny + j) * nx
            if nx > 1:
                _interpolate_row(row, scale, fine, here, nx // 2, near, far)
                if nx % 2 == 1:
                    last = here + nx - 1
                    fine[last] += scale[last] * (near * row[mx] + far * row[mx - 1])
            else:
                fine[here] += scale[here] * row[1]


@field_jit
def factor(diagonal, gx, gy, gz, level, matrix):
    """Write the Cholesky factor of the coarsest level into `matrix`; cells outside tissue get a pivot of 0."""
    start, nz, ny, nx = level
    n = nz * ny * nx
    for i in range(n):
        for j in range(i + 1):
            matrix[i, j] = 0.0
        matrix[i, i] = diagonal[start + i]
        if i >= 1:
            matrix[i, i - 1] -= gx[start + i - 1]
        if i >= nx and ny > 1:
            matrix[i, i - nx] -= gy[start + i - nx]
        if i >= nx * ny and nz > 1:
            matrix[i, i - nx * ny] -= gz[start + i - nx * ny]
    for j in range(n):
        pivot = matrix[j, j]
        for k in range(j):
            pivot -= matrix[j, k] * matrix[j, k]
        inverse = 1.0 / math.sqrt(pivot) if pivot > 1e-14 * matrix[j, j] else 0.0
        matrix[j, j] = inverse
        for i in range(j + 1, n):
            value = matrix[i, j]
            for k in range(j):
                value -= matrix[i, k] * matrix[j, k]
            matrix[i, j] = value * inverse


@field_jit
def _eliminate(matrix, right, out, work, start, n):
    for i in range(n):
        value = np.float64(right[start + i])
        for k in range(i):
            value -= matrix[i, k] * work[k]
        work[i] = value * matrix[i, i]
    for back in range(n):
        i = n - 1 - back
        value = work[i]
        for k in range(i + 1, n):
            value -= matrix[k, i] * work[k]
        work[i] = value * matrix[i, i]
        out[start + i] = out.dtype.type(work[i])


@apart_jit
def _diagonals(exchange, uptake, diagonal, inverse, start, n):
    g, q, d, v = exchange[start : start + n], uptake[start : start + n], diagonal[start : start + n], inverse[start:]
    zero, one = exchange.dtype.type(0.0), exchange.dtype.type(1.0)
    for i in range(n):
        total = g[i] + q[i]
        d[i] = total
        v[i] = one / total if total > zero else zero


@apart_jit
def _add_pairs(row, out, pairs):
    for i in range(pairs):
        out[i] += row[2 * i] + row[2 * i + 1]


@field_jit
def refresh(uptake, exchange, gx, gy, gz, diagonal, inverse, table, matrix):
    """Take over a new uptake, of which the first level is given, into the diagonals of all levels."""
    for level in range(table.shape[0]):
        start, nz, ny, nx = table[level]
        _diagonals(exchange, uptake, diagonal, inverse, start, nz * ny * nx)
        if level + 1 < table.shape[0]:
            to, mz, my, mx = table[level + 1]
            for i in range(to, to + mz * my * mx):
                uptake[i] = exchange.dtype.type(0.0)
            for k in range(nz):
                for j in range(ny):
                    here = start + (k * ny + j) * nx
                    there = to + ((k // 2 if nz > 1 else k) * my + (j // 2 if ny > 1 else j)) * mx
                    if nx == 1:
                        uptake[there] += uptake[here]
                    else:
                        _add_pairs(uptake[here : here + nx], uptake[there : there + mx], nx // 2)
                        if nx % 2 == 1:
                            uptake[there + mx - 1] += uptake[here + nx - 1]
    factor(diagonal, gx, gy, gz, table[table.shape[0] - 1], matrix)


@field_jit
def cycle(u, right, work, gx, gy, gz, diagonal, inverse, scale, row, table, weights, matrix, pivots):
    """Write the V-cycle of `right` into `u`, both on the first level of flat arrays; the other levels are work."""
    last = table.shape[0] - 1
    first, second = weights[0], weights[1]
    for level in range(last):
        start, nz, ny, nx = table[level]
        _begin(right, inverse, work, start, nz * ny * nx, first)
        smooth(work, right, inverse, gx, gy, gz, u, start, nz, ny, nx, second)
        residual(u, right, diagonal, gx, gy, gz, scale, work, start, nz, ny, nx)
        _restrict(work, right, row, table[level], table[level + 1])
    start, nz, ny, nx = table[last]
    _eliminate(matrix, right, u, pivots, start, nz * ny * nx)
    for up in range(last):
        level = last - 1 - up
        start, nz, ny, nx = table[level]
        _interpolate(u, scale, u, row, table[level], table[level + 1])
        smooth(u, right, inverse, gx, gy, gz, work, start, nz, ny, nx, second)
        smooth(work, right, inverse, gx, gy, gz, u, start, nz, ny, nx, first)
