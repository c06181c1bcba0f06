"""Steady states and implicit steps on grids of one axis: closed forms of spheres, orders, refused input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg

from ossim.errors import InputError
from ossim.numerics.pde.boundary import exchange
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.implicit import ImplicitSteps
from ossim.numerics.pde.radial import LineSolver
from ossim.numerics.pde.tridiagonal import thomas

ORDER, TOLERANCE = 2.0, 0.1  # decisions: observed order 2.0 +- 0.1


def observed_orders(errors) -> np.ndarray:
    return np.log2(np.asarray(errors[:-1]) / np.asarray(errors[1:]))


def steady(grid: Grid, diffusivity, uptake, source) -> np.ndarray:
    out = np.zeros(grid.full_shape)
    uptake, source = (np.broadcast_to(np.asarray(field, float), grid.full_shape) for field in (uptake, source))
    solved = LineSolver(grid, diffusivity).solve(uptake, source, out)
    assert solved.converged and solved.residual < 1e-9
    return out.reshape(grid.shape)


@pytest.mark.parametrize("matrices", [1, 5])
def test_thomas_agrees_with_dense_elimination(matrices):
    random = np.random.default_rng(1)
    lower, upper = -random.random((2, 9, matrices))
    diagonal = 0.1 - lower - upper
    right = random.random((9, 5))
    found = right.copy()
    thomas(lower, diagonal, upper, found, np.empty_like(diagonal))
    for column in range(5):
        a, b, c = (part[:, column % matrices] for part in (lower, diagonal, upper))
        exact = linalg.solve(np.diag(a[1:], -1) + np.diag(b) + np.diag(c[:-1], 1), right[:, column])
        assert found[:, column] == pytest.approx(exact, rel=1e-12)


def test_sphere_of_cells_that_make_and_a_space_that_consumes():
    """Hahnfeldt 1999: n'' + 2 n'/r - n + s = 0 with s = 1 inside r = 2; held at the exact value at r = 8."""
    outer, edge = 8.0, 2.0
    errors = []
    for n in (64, 128, 256, 512):
        grid = Grid("radial", (n,), outer / n)
        r = grid.centers(0)
        inside = 1.0 - (1.0 + edge) * np.exp(-edge) * np.sinh(r) / r
        exact = np.where(r < edge, inside, (edge * np.cosh(edge) - np.sinh(edge)) * np.exp(-r) / r)
        held = exchange(grid, 1.0).ravel()
        border = (edge * np.cosh(edge) - np.sinh(edge)) * np.exp(-outer) / outer
        found = steady(grid, 1.0, 1.0 + held, (r < edge) + held * border)
        errors.append(np.abs(found - exact).max())
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)
    center = 1.125 * found[0] - 0.125 * found[1]  # even in r: a parabola through the first two cells
    at_one = 0.5 * (found[63] + found[64])
    assert (center, at_one) == pytest.approx((0.59399415, 0.52286144), abs=2 * errors[-1])


def test_interstitial_pressure_of_baxter_and_jain():
    alpha, effective = 36.8230, 11.5
    published = np.array([11.49999977, 11.178446, 9.579681])
    errors = []
    for n in (200, 400, 800, 1600):
        grid = Grid("radial", (n,), 1.0 / n)
        found = steady(grid, 1.0, alpha**2 + exchange(grid, 1.0).ravel(), alpha**2 * effective)
        faces = (n // 2, 9 * n // 10, 19 * n // 20)  # these radii are faces: the mean of the two cells
        errors.append(np.abs(np.array([0.5 * (found[face - 1] + found[face]) for face in faces]) - published))
    assert observed_orders(errors)[:, 1:] == pytest.approx(ORDER, abs=TOLERANCE)
    assert errors[-1] == pytest.approx(0.0, abs=(alpha / 1600) ** 2 * effective)


@pytest.mark.parametrize("geometry", ["radial", "cartesian"])
def test_manufactured_steady_state(geometry):
    """a = 2 + cos(pi x) with D = 1 + x^2 / 2 and uptake 1 + x has no flux through 0 and 1."""
    errors = []
    for n in (32, 64, 128, 256):
        grid = Grid(geometry, (n,), 1.0 / n)
        x = (np.arange(n) + 0.5) / n
        a, slope, bend = 2.0 + np.cos(np.pi * x), -np.pi * np.sin(np.pi * x), -(np.pi**2) * np.cos(np.pi * x)
        d = 1.0 + 0.5 * x**2
        spread = d * bend + x * slope + (2.0 * d * slope / x if geometry == "radial" else 0.0)
        found = steady(grid, d, 1.0 + x, (1.0 + x) * a - spread)
        errors.append(np.sqrt(grid.integral((found - a) ** 2)))
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


@pytest.mark.parametrize("method, order, fewest", [("sdirk2", 2.0, 8), ("euler", 1.0, 32)])
def test_order_in_time(method, order, fewest):
    """An eigenmode without flux through the sphere, sin(k r)/r with tan k = k, fed at a rate that grows with time.

    The exact solution of the discrete problem is known too: the source is s(t) times the mode of the matrix itself.
    """
    n = 40
    grid = Grid("radial", (n,), 1.0 / n)
    solver = LineSolver(grid, 1.0)
    uptake = np.full(grid.full_shape, 2.0)
    matrix = np.diag(solver._exchange) + np.diag(solver._lower[1:], -1) + np.diag(solver._upper[:-1], 1)
    rates, modes = linalg.eig(matrix)
    pick = np.argsort(rates.real)[1]
    rate, mode = rates.real[pick] + 2.0, modes[:, pick].real.reshape(grid.full_shape)
    assert rates.real[pick] == pytest.approx(4.493409457909064**2, rel=5e-3)
    errors = []
    for steps in (fewest, 2 * fewest, 4 * fewest, 8 * fewest):
        u, dt = mode.copy(), 0.25 / steps
        stepper = ImplicitSteps(solver, method)
        for k in range(steps):
            fed, then = 40.0 * k * dt * mode, 40.0 * (k + 1) * dt * mode
            assert stepper.advance(u, uptake, fed, dt, source_after=then).converged
        decay = np.exp(-rate * 0.25)
        exact = decay + 40.0 * (0.25 / rate - (1.0 - decay) / rate**2)
        errors.append(np.abs(u - exact * mode).max())
    assert observed_orders(errors)[1:] == pytest.approx(order, abs=TOLERANCE)


def test_implicit_step_conserves_without_uptake():
    grid = Grid("radial", (50,), 0.1)
    random = np.random.default_rng(2)
    stepper = ImplicitSteps(LineSolver(grid, random.random(50)))
    start, zero = random.random(grid.full_shape), np.zeros(grid.full_shape)
    u = start.copy()
    for _ in range(10):
        stepper.advance(u, zero, zero, 3.0)
    assert grid.integral(u.ravel()) == pytest.approx(grid.integral(start.ravel()), rel=1e-12)


def test_a_very_long_step_ends_in_the_steady_state():
    grid = Grid("radial", (50,), 0.1)
    uptake, source, u = 1.0 + np.random.default_rng(3).random((3, *grid.full_shape))
    ImplicitSteps(LineSolver(grid, 0.3)).advance(u, uptake, source, 1e8)
    assert u.ravel() == pytest.approx(steady(grid, 0.3, uptake.ravel(), source.ravel()), rel=1e-6)


def test_backward_euler_keeps_what_is_positive():
    grid = Grid("radial", (60,), 0.1)
    stepper = ImplicitSteps(LineSolver(grid, 0.01), "euler")
    u, zero = np.zeros(grid.full_shape), np.zeros(grid.full_shape)
    u[0, 0, 20] = 1.0
    stepper.advance(u, zero + 3.0, zero, 5.0)
    assert u.min() > 0.0


def test_parts_behind_a_wall_are_solved_apart():
    mask = np.ones(30, bool)
    mask[10], mask[20] = False, False
    grid = Grid("cartesian", (30,), 1.0, mask)
    source = np.where(np.arange(30) < 10, 3.0, 0.0)
    found = steady(grid, 1.0, 2.0, source)
    assert found == pytest.approx(source / 2.0, rel=1e-14)
    assert not found[10:].any()
    with pytest.raises(InputError, match="1 of 3 parts"):
        steady(grid, 1.0, np.arange(30) > 9, source)


def test_what_has_no_steady_state_is_refused():
    grid = Grid("radial", (8,), 1.0)
    with pytest.raises(InputError, match="zero in all of the tissue"):
        steady(grid, 1.0, 0.0, 1.0)
    assert not steady(grid, 1.0, 0.0, 0.0).any()
    with pytest.raises(InputError, match="0 or more"):
        steady(grid, 1.0, np.where(np.arange(8) == 3, -1.0, 1.0), 1.0)
    with pytest.raises(InputError, match="finite"):
        steady(grid, 1.0, 1.0, np.nan)
    with pytest.raises(InputError, match="shape"):
        LineSolver(grid, 1.0).solve(np.ones(8), np.ones(8), np.ones(8))
    with pytest.raises(InputError, match="above 0 days"):
        ImplicitSteps(LineSolver(grid, 1.0)).advance(*np.ones((3, *grid.full_shape)), 0.0)
    with pytest.raises(InputError, match="method"):
        ImplicitSteps(LineSolver(grid, 1.0), "heun")
