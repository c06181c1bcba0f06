"""The written-out solution of a sparse linear system against LAPACK."""

import numpy as np
import pytest

from ossim.numerics.codegen.sparse_lu import entry, factor_lines, pivot_order, substitution_lines

ROUNDING = 1e-11  # diagonally dominant: condition below 1e3


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Run the lines that solve the system, as Python."""
    n = len(right)
    places = [(int(i), int(j)) for i, j in zip(*np.nonzero(matrix), strict=True)]
    lines, order, there = factor_lines(n, places)
    scope = {entry(place): matrix[place] for place in places} | {f"x{i}": right[i] for i in range(n)}
    exec("\n".join((*lines, *substitution_lines(order, there, "x"))), scope)
    return np.array([scope[f"x{i}"] for i in range(n)])


@pytest.mark.parametrize("density", [0.0, 0.1, 0.3, 1.0])
@pytest.mark.parametrize("n", [1, 2, 7, 14])
def test_solution_is_that_of_lapack(n, density):
    rng = np.random.default_rng(n)
    for _ in range(5):
        matrix = rng.normal(size=(n, n)) * (rng.uniform(size=(n, n)) < density)
        matrix += np.diag(np.abs(matrix).sum(axis=1) + 1.0)
        right = rng.normal(size=n)
        np.testing.assert_allclose(_solve(matrix, right), np.linalg.solve(matrix, right), rtol=ROUNDING, atol=ROUNDING)


def test_order_of_pivots_avoids_fill():
    # an arrow with its head first fills the whole matrix if eliminated in order, and nothing if the head comes last
    n = 8
    arrow = {(i, i) for i in range(n)} | {(0, i) for i in range(n)} | {(i, 0) for i in range(n)}
    assert pivot_order(n, arrow)[-1] == 0 or pivot_order(n, arrow)[-2] == 0
    assert factor_lines(n, arrow)[2] == arrow


def test_entries_that_are_never_there_are_not_computed():
    lines, _, there = factor_lines(3, {(0, 0), (1, 1), (2, 2)})
    assert there == {(0, 0), (1, 1), (2, 2)}
    assert all("_m" not in line.split("=")[0] for line in lines)


def test_missing_diagonal_is_part_of_the_factors():
    assert (1, 1) in factor_lines(2, {(0, 0), (0, 1), (1, 0)})[2]
