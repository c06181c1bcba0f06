"""The coefficients of the methods satisfy the equations that give them their order."""

import numpy as np
import pytest

from ossim.numerics.codegen.tableaus import RODAS4, TSIT5

# Tsit5 is published with 16 digits; RODAS in the transformed form, whose coefficients reach 50, with 16 digits
EXPLICIT_ROUNDING, ROSENBROCK_ROUNDING = 2e-14, 2e-12
SLOPE_ROUNDING = 2e-13  # sums of interpolant coefficients up to 200
THETAS = np.linspace(0.05, 1.0, 20)


def _square(rows, n):
    table = np.zeros((n, n))
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


A = _square(TSIT5.a, TSIT5.stages)
B, C = A[-1], np.array(TSIT5.c)
INTERPOLANT = np.array(TSIT5.interpolant)


def _trees(weights, a, c):
    """Elementary weights and densities of all rooted trees up to order five (Hairer, Norsett, Wanner, table 2.2)."""
    ac, ac2, ac3 = a @ c, a @ c**2, a @ c**3
    return {
        "1": (weights.sum(), 1, 1),
        "2": (weights @ c, 2, 2),
        "3a": (weights @ c**2, 3, 3),
        "3b": (weights @ ac, 6, 3),
        "4a": (weights @ c**3, 4, 4),
        "4b": (weights @ (c * ac), 8, 4),
        "4c": (weights @ ac2, 12, 4),
        "4d": (weights @ (a @ ac), 24, 4),
        "5a": (weights @ c**4, 5, 5),
        "5b": (weights @ (c**2 * ac), 10, 5),
        "5c": (weights @ (c * ac2), 15, 5),
        "5d": (weights @ (c * (a @ ac)), 30, 5),
        "5e": (weights @ ac**2, 20, 5),
        "5f": (weights @ ac3, 20, 5),
        "5g": (weights @ (a @ (c * ac)), 40, 5),
        "5h": (weights @ (a @ ac2), 60, 5),
        "5i": (weights @ (a @ (a @ ac)), 120, 5),
    }


TREES = tuple(_trees(B, A, C))


def test_rows_of_tsit5_add_up_to_its_nodes():
    np.testing.assert_allclose(A.sum(axis=1), C, atol=EXPLICIT_ROUNDING)


def test_tsit5_is_explicit_and_its_last_stage_opens_the_next_step():
    np.testing.assert_array_equal(np.triu(A), 0.0)
    assert C[-1] == 1.0
    assert C[-2] == 1.0


def test_stage_nodes_are_distinct_up_to_the_last_two():
    assert TSIT5.nodes == tuple(dict.fromkeys(TSIT5.c))
    assert TSIT5.nodes[0] == 0.0 and TSIT5.nodes[-1] == 1.0
    assert RODAS4.nodes[0] == 0.0 and RODAS4.nodes[-1] == 1.0


@pytest.mark.parametrize("tree", TREES)
def test_tsit5_meets_the_conditions_of_order_five(tree):
    weight, density, _ = _trees(B, A, C)[tree]
    assert weight == pytest.approx(1.0 / density, abs=EXPLICIT_ROUNDING)


@pytest.mark.parametrize("tree", [tree for tree in TREES if not tree.startswith("5")])
def test_embedded_result_of_tsit5_has_order_four(tree):
    weight, density, _ = _trees(B - np.array(TSIT5.error), A, C)[tree]
    assert weight == pytest.approx(1.0 / density, abs=EXPLICIT_ROUNDING)


def test_error_estimate_of_tsit5_sees_the_fifth_order():
    weights = _trees(np.array(TSIT5.error), A, C)
    assert max(abs(weights[tree][0]) for tree in TREES if tree.startswith("5")) > 1e-5


@pytest.mark.parametrize("tree", [tree for tree in TREES if not tree.startswith("5")])
def test_interpolant_of_tsit5_meets_the_conditions_of_order_four_everywhere(tree):
    for theta in THETAS:
        weights = INTERPOLANT @ theta ** np.arange(INTERPOLANT.shape[1])
        weight, density, order = _trees(weights, A, C)[tree]
        assert weight == pytest.approx(theta**order / density, abs=EXPLICIT_ROUNDING)


def test_interpolant_of_tsit5_meets_both_ends_of_the_step():
    powers = np.arange(INTERPOLANT.shape[1])
    np.testing.assert_array_equal(INTERPOLANT[:, 0], 0.0)
    np.testing.assert_allclose(INTERPOLANT.sum(axis=1), B, atol=EXPLICIT_ROUNDING)
    first, last = np.eye(TSIT5.stages)[[0, -1]]
    np.testing.assert_allclose(INTERPOLANT[:, 1], first, atol=EXPLICIT_ROUNDING)
    np.testing.assert_allclose(INTERPOLANT @ powers, last, atol=SLOPE_ROUNDING)


def _rodas():
    """RODAS in the form of its order conditions: alpha_ij, beta_ij = alpha_ij + gamma_ij, weights b."""
    n = len(RODAS4.c)
    a, c = _square(RODAS4.a, n), _square(RODAS4.coupling, n)
    gamma = np.linalg.inv(np.eye(n) / RODAS4.gamma - c)
    alpha = a @ gamma
    weights = np.append(a[-1, :-1], 1.0) @ gamma
    return alpha, gamma, weights


def test_rodas4_nodes_follow_from_its_coefficients():
    alpha, gamma, _ = _rodas()
    np.testing.assert_allclose(alpha.sum(axis=1), RODAS4.c, atol=ROSENBROCK_ROUNDING)
    np.testing.assert_allclose(gamma.sum(axis=1), RODAS4.d, atol=ROSENBROCK_ROUNDING)
    np.testing.assert_allclose(np.diag(gamma), RODAS4.gamma, atol=ROSENBROCK_ROUNDING)


def _rosenbrock_conditions(weights, alpha, gamma):
    """Conditions up to order four (Hairer, Wanner, Solving ODEs II, table IV.7.1)."""
    nodes, beta = alpha.sum(axis=1), alpha + gamma
    reach = beta.sum(axis=1)
    return {
        "1": (weights.sum(), 1.0),
        "2": (weights @ reach, 2.0),
        "3a": (weights @ nodes**2, 3.0),
        "3b": (weights @ (beta @ reach), 6.0),
        "4a": (weights @ nodes**3, 4.0),
        "4b": (weights @ (nodes * (alpha @ reach)), 8.0),
        "4c": (weights @ (beta @ nodes**2), 12.0),
        "4d": (weights @ (beta @ (beta @ reach)), 24.0),
    }


@pytest.mark.parametrize("condition", ["1", "2", "3a", "3b", "4a", "4b", "4c", "4d"])
def test_rodas4_meets_the_conditions_of_order_four(condition):
    alpha, gamma, weights = _rodas()
    found, density = _rosenbrock_conditions(weights, alpha, gamma)[condition]
    assert found == pytest.approx(1.0 / density, abs=ROSENBROCK_ROUNDING)


@pytest.mark.parametrize("condition", ["1", "2", "3a", "3b"])
def test_embedded_result_of_rodas4_has_order_three(condition):
    alpha, gamma, weights = _rodas()
    embedded = weights - gamma[-1]  # the last stage is the difference of the two results
    found, density = _rosenbrock_conditions(embedded, alpha, gamma)[condition]
    assert found == pytest.approx(1.0 / density, abs=ROSENBROCK_ROUNDING)


def test_rodas4_is_stiffly_accurate():
    alpha, gamma, weights = _rodas()
    np.testing.assert_allclose(weights, (alpha + gamma)[-1], atol=ROSENBROCK_ROUNDING)


def test_rodas4_is_l_stable():
    alpha, gamma, weights = _rodas()
    beta, n = alpha + gamma, len(weights)
    for z in -np.logspace(-2, 8, 60):
        response = 1.0 + z * weights @ np.linalg.solve(np.eye(n) - z * beta, np.ones(n))
        assert abs(response) <= 1.0
    assert abs(response) < 1e-6
