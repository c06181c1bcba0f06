"""Tridiagonal systems, many at a time: elimination along the first axis, the systems side by side along the second.

No pivoting: meant for systems with a dominant diagonal, as those of diffusion are. Where off-diagonals are at most 0,
every operation adds terms of one sign, so that a right-hand side of 0 or more gives a solution of 0 or more.

References
----------
L. H. Thomas, "Elliptic problems in linear difference equations over a network", Watson Sci. Comput. Lab. (1949).
"""

from __future__ import annotations

from .compile import field_jit


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
        for j in range(m):
            scale = 1.0 / diagonal[0, j]
            work[0, j] = upper[0, j] * scale
            right[0, j] *= scale
        for i in range(1, n):
            for j in range(m):
                scale = 1.0 / (diagonal[i, j] - lower[i, j] * work[i - 1, j])
                work[i, j] = upper[i, j] * scale
                right[i, j] = (right[i, j] - lower[i, j] * right[i - 1, j]) * scale
        for i in range(n - 2, -1, -1):
            for j in range(m):
                right[i, j] -= work[i, j] * right[i + 1, j]
    else:
        scale = 1.0 / diagonal[0, 0]
        work[0, 0] = upper[0, 0] * scale
        for j in range(m):
            right[0, j] *= scale
        for i in range(1, n):
            below = lower[i, 0]
            scale = 1.0 / (diagonal[i, 0] - below * work[i - 1, 0])
            work[i, 0] = upper[i, 0] * scale
            for j in range(m):
                right[i, j] = (right[i, j] - below * right[i - 1, j]) * scale
        for i in range(n - 2, -1, -1):
            above = work[i, 0]
            for j in range(m):
                right[i, j] -= above * right[i + 1, j]
