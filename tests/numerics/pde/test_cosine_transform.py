"""Cosine transforms: exact for sources linear in time, of second order for others, one operator with the stencil."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.errors import InputError
from ossim.numerics.pde.cosine_transform import SpectralSteps, weights
from ossim.numerics.pde.elliptic import Elliptic
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.rkl2 import diffuse, links

D, DECAY = 20.0, 10.0


def mode_of(grid: Grid, numbers: tuple[int, ...]) -> tuple[np.ndarray, float]:
    """A product of cosines of the box, shape `full_shape`, and the eigenvalue of minus its discrete Laplacian."""
    parts, rate = [], 0.0
    for n, k in zip(grid.shape, numbers, strict=True):
        parts.append(np.cos(np.pi * k * (np.arange(n) + 0.5) / n))
        rate += 4.0 / grid.spacing**2 * np.sin(0.5 * np.pi * k / n) ** 2
    return np.prod(np.meshgrid(*parts, indexing="ij"), axis=0).reshape(grid.full_shape), rate


@pytest.mark.parametrize("shape, numbers", [((20,), (3,)), ((12, 17), (1, 5)), ((6, 9, 7), (2, 0, 1))])
@pytest.mark.parametrize("step", [1e-4, 0.02, 1.0])
def test_exact_for_a_source_linear_in_time(shape, numbers, step):
    grid = Grid("cartesian", shape, 0.3)
    mode, rate = mode_of(grid, numbers)
    rate = DECAY + D * rate
    u = 0.7 * mode
    SpectralSteps(grid, D, DECAY).advance(u, 2.0 * mode, 5.0 * mode, step)
    slope = 3.0 / step
    steady = 2.0 / rate - slope / rate**2  # of 2 + slope t, at t = 0
    exact = (0.7 - steady) * np.exp(-rate * step) + steady + slope * step / rate
    assert u == pytest.approx(exact * mode, rel=1e-10, abs=1e-10 * abs(exact))


def test_weights_are_smooth_across_the_series():
    """Against the integrals they stand for, by a Gauss rule that is exact to rounding here."""
    rates = np.array([0.0, 1e-12, 1e-6, 1e-3, 0.499, 0.501, 3.0, 30.0])
    at, weight = np.polynomial.legendre.leggauss(40)
    at = 0.5 * (at + 1.0)
    kernel = 0.5 * weight * np.exp(-rates[:, None] * (1.0 - at))
    kept, first, second = weights(rates, 1.0)
    assert kept == pytest.approx(np.exp(-rates), rel=1e-15)
    assert first == pytest.approx(np.sum(kernel * (1.0 - at), axis=1), rel=1e-12)
    assert second == pytest.approx(np.sum(kernel * at, axis=1), rel=1e-12)


def test_second_order_for_a_source_that_bends():
    grid = Grid("cartesian", (16, 16), 0.5)
    mode, rate = mode_of(grid, (1, 2))
    rate, errors = 1.0 + 0.5 * rate, []
    exact = (np.sin(2.0) * rate - np.cos(2.0) + np.exp(-2.0 * rate)) / (1.0 + rate**2)  # source sin t, from 0
    for steps in (8, 16, 32, 64):
        solver, u, dt = SpectralSteps(grid, 0.5, 1.0), np.zeros(grid.full_shape), 2.0 / steps
        for k in range(steps):
            solver.advance(u, np.sin(k * dt) * mode, np.sin((k + 1) * dt) * mode, dt)
        errors.append(np.abs(u - exact * mode).max())
    assert np.log2(np.array(errors[:-1]) / np.array(errors[1:])) == pytest.approx(2.0, abs=0.1)


def test_conserves_without_decay():
    grid = Grid("cartesian", (31, 24), 0.2)
    u = np.random.default_rng(1).random(grid.full_shape)
    source = np.random.default_rng(2).random(grid.full_shape)
    before, zero, solver = grid.integral(u.reshape(grid.shape)), np.zeros(grid.full_shape), SpectralSteps(grid, D, 0.0)
    for _ in range(20):
        solver.advance(u, zero, zero, 0.5)
    assert grid.integral(u.reshape(grid.shape)) == pytest.approx(before, rel=1e-12)
    solver.advance(u, zero, source, 0.5)
    gained = 0.25 * grid.integral(source.reshape(grid.shape))
    assert grid.integral(u.reshape(grid.shape)) == pytest.approx(before + gained, rel=1e-12)


@pytest.mark.parametrize("shape", [(40,), (18, 15), (7, 8, 9)])
def test_same_operator_as_the_stencil(shape):
    grid = Grid("cartesian", shape, 0.4)
    random = np.random.default_rng(3)
    u, zero = random.random(grid.full_shape), np.zeros(grid.full_shape)
    slow = u.copy()
    SpectralSteps(grid, 0.05, 0.0).advance(u, zero, zero, 1.0)
    for _ in range(400):
        diffuse(slow, links(grid, 0.05), 1.0 / 400)
    assert u == pytest.approx(slow, abs=1e-5)  # RKL2 is of second order: (lambda dt)^2 / 6 for the fastest mode left
    source, steady, out = random.random(grid.full_shape), np.zeros(grid.full_shape), np.zeros(grid.full_shape)
    SpectralSteps(grid, 3.0, 2.0).steady(source, steady)
    Elliptic(grid, 3.0).solve(zero + 2.0, source, out, 1e-12)
    assert steady == pytest.approx(out, rel=1e-10)


def test_slaved_field_forgets_its_start():
    grid = Grid("cartesian", (16, 16), 0.2)
    before, after, start = np.random.default_rng(4).random((3, *grid.full_shape))
    solver = SpectralSteps(grid, D, DECAY)
    assert solver.slaved(3.0) and not solver.slaved(2.0)
    u, other = start.copy(), np.zeros(grid.full_shape)
    solver.advance(u, before, after, 3.0)
    solver.advance(other, before, after, 3.0)
    assert np.array_equal(u, other)
    whole = start.copy()
    SpectralSteps(grid, D, DECAY, forgotten=0.0).advance(whole, before, after, 3.0)
    assert u == pytest.approx(whole, abs=1e-12)


def test_single_precision():
    grid = Grid("cartesian", (32, 32), 0.2)
    before, after, start = np.random.default_rng(5).random((3, *grid.full_shape))
    u, exact = start.copy(), start.copy()
    SpectralSteps(grid, D, DECAY, precision=np.float32).advance(u, before, after, 0.1)
    SpectralSteps(grid, D, DECAY).advance(exact, before, after, 0.1)
    assert u == pytest.approx(exact, rel=1e-5) and not np.array_equal(u, exact)


def test_what_it_cannot_do_is_refused():
    grid = Grid("cartesian", (8, 8), 0.2)
    with pytest.raises(InputError, match="without mask"):
        SpectralSteps(Grid("cartesian", (8, 8), 0.2, np.eye(8, dtype=bool)), D, DECAY)
    with pytest.raises(InputError, match="without mask"):
        SpectralSteps(Grid("radial", (8,), 0.2), D, DECAY)
    with pytest.raises(InputError, match="diffusivity: must be one number"):
        SpectralSteps(grid, np.ones((8, 8)), DECAY)
    with pytest.raises(InputError, match="decay: must be one number"):
        SpectralSteps(grid, D, -1.0)
    one = np.ones(grid.full_shape)
    with pytest.raises(InputError, match="above 0 days"):
        SpectralSteps(grid, D, DECAY).advance(one.copy(), one, one, 0.0)
    with pytest.raises(InputError, match="no steady state"):
        SpectralSteps(grid, D, 0.0).steady(one, one.copy())
