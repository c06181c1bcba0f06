"""Lane arithmetic equals NumPy, and what one lane holds never reaches another."""

import numpy as np
import pytest
from engine_cases import FATE, problem
from numba import njit

from ossim.numerics.ode.problem import advance_problem, aligned
from ossim.numerics.simd import elementary, lanes

exp, log, pow = elementary.exp, elementary.log, elementary.pow
load, store = lanes.load, lanes.store
minimum, maximum, where_positive = lanes.minimum, lanes.maximum, lanes.where_positive
absolute, sqrt = lanes.absolute, lanes.sqrt

OPERATIONS = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "negative": lambda x, y: -x,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "where_positive": lambda x, y: np.where(x > 0, x, y),
    "absolute": lambda x, y: np.abs(x),
    "sqrt": lambda x, y: np.sqrt(np.abs(x)),
    "with_float": lambda x, y: 2.0 * x + 0.5,
}


@njit
def _apply(x, y, out, n):
    for block in range(n):
        a, b = load(x, block), load(y, block)
        results = (
            a + b, a - b, a * b, a / b, -a, minimum(a, b), maximum(a, b), where_positive(a, a, b),
            absolute(a), sqrt(absolute(a)), 2.0 * a + 0.5,
        )  # fmt: skip
        for row, result in enumerate(results):
            store(out, row * n + block, result)


def _evaluate(x, y):
    n = x.size // 8
    left, right, out = aligned(n), aligned(n), aligned(len(OPERATIONS) * n)
    left[:], right[:] = x, y
    _apply(left, right, out, n)
    return dict(zip(OPERATIONS, out.reshape(len(OPERATIONS), -1), strict=True))


@pytest.fixture(scope="module")
def wide():
    rng = np.random.default_rng(1)
    sign = rng.choice([-1.0, 1.0], (2, 8000))
    return sign * np.exp(rng.uniform(-300, 300, (2, 8000)))


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_equals_numpy(name, wide):
    x, y = wide
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(_evaluate(x, y)[name], OPERATIONS[name](x, y))


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "where_positive"])
def test_nan_in_the_first_argument_survives(name):
    found = _evaluate(np.full(8, np.nan), np.ones(8))[name]
    assert np.isnan(found).all()


def test_nan_condition_selects_the_second_value():
    np.testing.assert_array_equal(_evaluate(np.full(8, np.nan), np.ones(8))["where_positive"], 1.0)


@pytest.mark.parametrize("lane", range(8))
def test_nan_in_one_lane_leaves_the_bits_of_the_others(lane, wide):
    x, y = wide[:, :8].copy()
    before = _evaluate(x, y)
    x[lane], y[lane] = np.nan, np.inf
    after = _evaluate(x, y)
    others = np.arange(8) != lane
    for name in OPERATIONS:
        np.testing.assert_array_equal(before[name][others].view(np.int64), after[name][others].view(np.int64))


@pytest.mark.parametrize("lane", [0, 3, 7])
def test_failing_run_leaves_the_bits_of_its_neighbors(lane):
    parameters = np.column_stack([np.linspace(-0.5, 0.3, 8), np.zeros(8), np.zeros(8)])
    healthy = problem(FATE, np.ones((8, 1)), parameters)
    advance_problem(healthy, 20.0)
    parameters[lane, 0] = np.nan
    mixed = problem(FATE, np.ones((8, 1)), parameters)
    advance_problem(mixed, 20.0)
    others = np.arange(8) != lane
    assert mixed.runs.status[lane] != 0
    np.testing.assert_array_equal(mixed.runs.state[others], healthy.runs.state[others])
    np.testing.assert_array_equal(mixed.runs.n_steps[others], healthy.runs.n_steps[others])
