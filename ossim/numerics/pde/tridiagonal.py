"""Tridiagonal systems, many at a time: elimination along the first axis, the systems side by side along the second.

No pivoting: meant for systems with a dominant diagonal, as those of diffusion are. Where off-diagonals are at most 0,
every operation adds terms of one sign, so that a right-hand side of 0 or more gives a solution of 0 or more.

References
----------
L. H. Thomas, "Elliptic problems in linear difference equations over a network", Watson Sci. Comput. Lab. (1949).
"""

from __future__ import annotations

from ossim.numerics.pde.compile import apart_jit, field_jit


@field_jit
def thomas(lower, diagonal, upper, right, work):
    """Solve lower_i x_{i-1} + diagonal_i x_i + upper_i x_{i+1} = right_i for every column.

    Parameters
    ----------
    lower, diagonal, upper : shape (n, m), or (n, 1) for one matrix for all m systems
    right : shape (n, m); becomes the solution
    work : the shape of `diagonal`
    """
    n, m = right.shape
    if diagonal.shape[1] == m:
        _start(diagonal[0], upper[0], right[0], work[0])
        for i in range(1, n):
            _eliminate(lower[i], diagonal[i], upper[i], right[i], right[i - 1], work[i], work[i - 1])
        for i in range(n - 2, -1, -1):
            _substitute(right[i], right[i + 1], work[i])
    else:
        scale = 1.0 / diagonal[0, 0]
        work[0, 0] = upper[0, 0] * scale
        _scale(right[0], scale)
        for i in range(1, n):
            scale = 1.0 / (diagonal[i, 0] - lower[i, 0] * work[i - 1, 0])
            work[i, 0] = upper[i, 0] * scale
            _combine(right[i], right[i - 1], scale, -lower[i, 0] * scale)
        for i in range(n - 2, -1, -1):
            _combine(right[i], right[i + 1], 1.0, -work[i, 0])


@apart_jit
def _start(diagonal, upper, right, work):
    for j in range(right.size):
        scale = 1.0 / diagonal[j]
        work[j] = upper[j] * scale
        right[j] *= scale


@apart_jit
def _eliminate(lower, diagonal, upper, right, before, work, work_before):
    for j in range(right.size):
        scale = 1.0 / (diagonal[j] - lower[j] * work_before[j])
        work[j] = upper[j] * scale
        right[j] = (right[j] - lower[j] * before[j]) * scale


@apart_jit
def _substitute(right, after, work):
    for j in range(right.size):
        right[j] -= work[j] * after[j]


@apart_jit
def _scale(right, scale):
    for j in range(right.size):
        right[j] *= scale


@apart_jit
def _combine(right, other, scale, weight):
    for j in range(right.size):
        right[j] = right[j] * scale + weight * other[j]
