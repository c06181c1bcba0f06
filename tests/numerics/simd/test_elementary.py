"""exp, log and pow of the kernels against NumPy, and what they do outside their range."""

import numpy as np
import pytest
from numba import njit

from ossim.numerics import elementwise
from ossim.numerics.ode.problem import aligned
from ossim.numerics.simd import elementary, lanes

exp, log, pow = elementary.exp, elementary.log, elementary.pow
load, store = lanes.load, lanes.store

ULPS = 4  # units in the last place; minimax and fdlibm polynomials reach about 1
NORMAL = 708.0  # e^+-708 spans the normal doubles


@njit
def _all_lanes(x, y, out, n):
    for block in range(n):
        a, b = load(x, block), load(y, block)
        store(out, block, exp(a))
        store(out, n + block, log(a))
        store(out, 2 * n + block, pow(a, b))


@njit
def _floats(x, y, out):
    for i in range(x.size):
        out[0, i], out[1, i], out[2, i] = exp(x[i]), log(x[i]), pow(x[i], y[i])


def _on_lanes(x, y):
    blocks = -(-x.size // 8)
    left, right, out = aligned(blocks), aligned(blocks), aligned(3 * blocks)
    left[: x.size], right[: x.size] = x, y
    _all_lanes(left, right, out, blocks)
    return out.reshape(3, -1)[:, : x.size]


def _on_floats(x, y):
    out = np.empty((3, x.size))
    _floats(x, y, out)
    return out


@pytest.fixture(params=[_on_lanes, _on_floats], ids=["lanes", "floats"])
def evaluate(request):
    return request.param


def _ulps(found, expected):
    return np.abs(found - expected) / np.spacing(np.abs(expected))


def test_exp_over_the_normal_range(evaluate):
    x = np.random.default_rng(1).uniform(-NORMAL, NORMAL, 80_000)
    assert _ulps(evaluate(x, x)[0], np.exp(x)).max() <= ULPS


def test_log_over_the_normal_range(evaluate):
    x = np.exp(np.random.default_rng(2).uniform(-NORMAL, NORMAL, 80_000))
    assert _ulps(evaluate(x, x)[1], np.log(x)).max() <= ULPS


def test_log_close_to_one(evaluate):
    rng = np.random.default_rng(3)
    x = 1.0 + rng.uniform(-0.3, 0.4, 80_000) * 10.0 ** rng.uniform(-15, 0, 80_000)
    x = x[x != 1.0]
    assert _ulps(evaluate(x, x)[1], np.log(x)).max() <= ULPS


def test_pow_of_results_between_one_over_e_and_e(evaluate):
    rng = np.random.default_rng(4)
    x = np.exp(rng.uniform(-5, 5, 80_000))
    y = np.clip(rng.uniform(-1, 1, 80_000) / np.abs(np.log(x)), -10, 10)
    assert _ulps(evaluate(x, y)[2], x**y).max() <= ULPS


def test_pow_of_large_results_loses_what_the_rounded_logarithm_costs(evaluate):
    rng = np.random.default_rng(5)
    x, y = np.exp(rng.uniform(-50, 50, 80_000)), rng.uniform(-10, 10, 80_000)
    # e^z turns half an ulp of z = y log x into |z| / 2 ulp of the result
    allowed = ULPS + np.abs(y * np.log(x))
    assert (_ulps(evaluate(x, y)[2], x**y) <= allowed).all()


def test_exact_values(evaluate):
    found = evaluate(np.array([0.0, 1.0]), np.array([2.0, -3.0]))
    assert found[0, 0] == 1.0
    assert found[1, 1] == 0.0
    assert found[2, 1] == 1.0


def test_nan_and_negative_arguments_are_never_hidden(evaluate):
    wrong = np.array([np.nan, -1.0, -1e-12, -1e-300, -1e300, -np.inf])
    found = evaluate(wrong, np.full(wrong.size, 2.0 / 3.0))
    assert np.isnan(found[0, 0])
    assert np.isnan(found[1:]).all()
    assert np.isnan(evaluate(np.ones(1), np.array([np.nan]))[2]).all()


def test_power_of_zero_is_zero(evaluate):
    found = evaluate(np.array([0.0, -0.0]), np.array([2.0 / 3.0, 2.0]))[2]
    assert (found >= 0.0).all()
    assert (found < 1e-200).all()


def test_beyond_the_normal_range_values_saturate(evaluate):
    found = evaluate(np.array([-1e4, 1e4, np.inf, 1e-310]), np.ones(4))
    assert 0.0 < found[0, 0] < 1e-307
    assert (found[0, 1:3] > 8e307).all()
    assert found[1, 2] == pytest.approx(1024 * np.log(2.0))
    assert found[1, 3] < -708.0


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "absolute"])
def test_numpy_form_of_unary_functions(name):
    x = np.linspace(0.1, 3.0, 5)
    expected = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "absolute": np.abs}[name](x)
    np.testing.assert_array_equal(getattr(elementwise, name)(x), expected)


def test_numpy_form_of_selection():
    np.testing.assert_array_equal(elementwise.where_positive([-1.0, 0.0, 2.0, np.nan], 5.0, 7.0), [7, 7, 5, 7])
