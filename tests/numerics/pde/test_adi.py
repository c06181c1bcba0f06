"""Alternating directions: order 2 in time, conservation, stability on planes with any mask, refusal where unstable."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from ossim.errors import InputError
from ossim.numerics.pde.adi import AlternatingSteps
from ossim.numerics.pde.grid import Grid

ORDER, TOLERANCE = 2.0, 0.1  # decisions: observed order 2.0 +- 0.1


def observed_orders(errors) -> np.ndarray:
    return np.log2(np.asarray(errors[:-1]) / np.asarray(errors[1:]))


def matrix_of(advance, grid: Grid) -> np.ndarray:
    """The matrix of a linear map of fields, column by column."""
    columns = []
    for number in range(grid.size):
        u = np.zeros(grid.size)
        u[number] = 1.0
        field = u.reshape(grid.full_shape)
        advance(field)
        columns.append(field.ravel().copy())
    return np.array(columns).T


def masked(shape=(7, 9), seed=1) -> tuple[Grid, np.ndarray]:
    random = np.random.default_rng(seed)
    return Grid("cartesian", shape, 0.5, random.random(shape) > 0.3), 10.0 ** random.uniform(-2.0, 0.0, shape)


@pytest.mark.parametrize("axes", [2, 3])
def test_manufactured_solution_in_space_and_time(axes):
    """u = 2 + cos t prod cos x on (0, pi)^axes."""
    errors = []
    for n in (8, 16, 32, 64):
        grid = Grid("cartesian", (n,) * axes, np.pi / n)
        places = np.meshgrid(*[(np.arange(n) + 0.5) * grid.spacing] * axes, indexing="ij")
        mode = np.prod([np.cos(place) for place in places], axis=0).reshape(grid.full_shape)
        u, dt, solver = 2.0 + mode, 2.0 / n, AlternatingSteps(grid, 0.7)
        for k in range(n):
            middle = (k + 0.5) * dt
            solver.advance(u, dt, (0.7 * axes * np.cos(middle) - np.sin(middle)) * mode)
        errors.append(np.abs(u - 2.0 - np.cos(2.0) * mode).max())
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_second_order_in_time_behind_a_mask():
    grid, diffusivity = masked()
    tiny = 1e-7
    operator = (
        matrix_of(lambda u: AlternatingSteps(grid, diffusivity).advance(u, tiny), grid) - np.eye(grid.size)
    ) / tiny
    start, errors = np.random.default_rng(2).random(grid.size), []
    exact = expm(0.5 * operator) @ start
    for steps in (16, 32, 64, 128):
        u, solver = start.reshape(grid.full_shape).copy(), AlternatingSteps(grid, diffusivity)
        for _ in range(steps):
            solver.advance(u, 0.5 / steps)
        errors.append(np.abs(u.ravel() - exact).max())
    assert observed_orders(errors)[:2] == pytest.approx(ORDER, abs=TOLERANCE)


@pytest.mark.parametrize("shape", [(40, 33), (9, 12, 17)])
def test_integral_is_conserved(shape):
    grid = Grid("cartesian", shape, 0.3)
    u = np.random.default_rng(3).random(grid.full_shape)
    total, solver = u.sum(), AlternatingSteps(grid, 0.4)
    for _ in range(20):
        solver.advance(u, 0.5)
    assert u.sum() == pytest.approx(total, rel=1e-12)
    solver.advance(u, 0.5, np.full(grid.full_shape, 2.0))
    assert u.sum() == pytest.approx(total + grid.size, rel=1e-12)


def test_masks_leak_nothing_and_conserve():
    grid, diffusivity = masked((20, 24))
    inside = grid.mask.reshape(grid.full_shape)
    u = np.where(inside, np.random.default_rng(4).random(grid.full_shape), 0.0)
    total, solver = u.sum(), AlternatingSteps(grid, diffusivity)
    for _ in range(20):
        solver.advance(u, 0.5)
    assert not u[~inside].any() and u.sum() == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("step", [0.1, 10.0, 1e4])
def test_no_step_grows_on_a_plane_behind_any_mask(seed, step):
    grid, diffusivity = masked(seed=seed)
    solver = AlternatingSteps(grid, diffusivity)
    amplification = matrix_of(lambda u: solver.advance(u, step), grid)
    assert np.abs(np.linalg.eigvals(amplification)).max() <= 1.0 + 1e-9
    # and in the norm of (1 + B) u, as derived at the head of the module: no growth in between either
    lower, diagonal, upper = solver._systems[1]
    field = np.eye(grid.size).reshape(grid.size, *grid.shape)
    weighted = diagonal * field
    weighted[:, 1:] += lower[1:] * field[:, :-1]
    weighted[:, :-1] += upper[:-1] * field[:, 1:]
    b = weighted.reshape(grid.size, -1).T
    assert np.linalg.norm(b @ amplification @ np.linalg.inv(b), 2) <= 1.0 + 1e-9


def test_one_diffusivity_takes_the_same_steps_as_a_field_of_it():
    grid = Grid("cartesian", (11, 14), 0.3)
    u = np.random.default_rng(5).random(grid.full_shape)
    same = u.copy()
    whole = Grid("cartesian", grid.shape, 0.3, np.ones(grid.shape, bool))
    AlternatingSteps(grid, 0.2).advance(u, 1.0)
    AlternatingSteps(whole, np.full(grid.shape, 0.2)).advance(same, 1.0)
    assert u == pytest.approx(same, rel=1e-13)


def test_what_is_unstable_is_refused():
    shape = (6, 6, 6)
    with pytest.raises(InputError, match="unstable in three dimensions"):
        AlternatingSteps(Grid("cartesian", shape, 0.2, np.random.default_rng(6).random(shape) > 0.2), 1.0)
    with pytest.raises(InputError, match="unstable in three dimensions"):
        AlternatingSteps(Grid("cartesian", shape, 0.2), np.random.default_rng(7).random(shape))
    with pytest.raises(InputError, match="one axis"):
        AlternatingSteps(Grid("radial", (8,), 0.2), 1.0)
    with pytest.raises(InputError, match="above 0 days"):
        AlternatingSteps(Grid("cartesian", (8, 8), 0.2), 1.0).advance(np.ones((1, 8, 8)), -1.0)
