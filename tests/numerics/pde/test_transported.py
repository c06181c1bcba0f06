"""Fields at rest or nearly so with those that evolve: closed forms, order in time, and functions of place."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ossim.errors import InputError
from ossim.numerics.elementwise import exp, sin
from ossim.numerics.pde.evolve import Ended, advance, settle
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.problem import bind
from ossim.numerics.pde.system import FieldSystem, Transported


def decay(u, a, rate):
    du = -rate * u + 0.0 * a
    return du


def fed(u, a, rate):
    du = rate * a - u
    return du


def saturating(u, a, speed):
    uptake = speed * (0.5 * u + 1.0 / (1.0 + a))
    supply = 0.4 * speed
    return uptake, supply


def made(u, speed):
    uptake = speed
    supply = speed * u
    return uptake, supply


def waves(x, y, count):
    u = sin(count * pi * x) * sin(count * pi * x) * exp(-y * y)
    return u


def sloping(x, r):
    uptake = 1.0 + 0.0 * r
    supply = 1.0 + x
    return uptake, supply


def taken(loss, r):
    uptake = 0.0 * r
    supply = 0.0 * r - loss
    return uptake, supply


def lost(rate):
    uptake = rate
    supply = 0.0 * rate
    return uptake, supply


AT_REST = (np.sqrt(1.21 + 0.8) - 1.1) / 1.0  # of `saturating` with u = 1: 0.5 a^2 + 1.1 a - 0.4 = 0


def observed_order(errors) -> np.ndarray:
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


@pytest.mark.parametrize("speed, first", [(2.0, 0.0), (2000.0, AT_REST)])
def test_field_whose_uptake_saturates_follows_at_order_two(speed, first):
    """Slow from nothing, or slaved from rest; SciPy solves the same cell."""
    law = Transported("a", "D", saturating, at_rest=False)
    system = FieldSystem("test_saturating", ("u",), ("rate", "speed", "D"), fed, transported=(law,))

    def slope(time, y):
        u, a = y
        return [0.6 * a - u, speed * (0.4 - (0.5 * u + 1.0 / (1.0 + a)) * a)]

    exact = solve_ivp(slope, (0.0, 4.0), [1.0, first], "Radau", rtol=1e-11, atol=1e-13).y[:, -1]
    errors = []
    for steps in (40, 80, 160, 320):
        start = {"u": 1.0, "a": first}
        problem = bind(system, Grid("radial", (8,), 1.0), {"rate": 0.6, "speed": speed, "D": 1.0}, start)
        assert advance(problem, 4.0, 4.0 / steps).ended is Ended.ok
        found = np.array([problem.field("u")[0], problem.field("a")[0]])
        errors.append(np.abs(found / exact - 1.0).max())
    assert errors[-1] < 1e-4
    assert observed_order(errors)[1:] == pytest.approx(2.0, abs=0.15)


def test_field_at_rest_is_at_rest_after_every_step():
    law = Transported("a", "D", made)
    system = FieldSystem("test_made", ("u",), ("rate", "speed", "D"), decay, transported=(law,))
    grid = Grid("cartesian", (24, 32), 0.2)
    start = 2.5 + np.add.outer(np.cos(grid.centers(0)), np.sin(grid.centers(1)))
    problem = bind(system, grid, {"rate": 0.5, "speed": 3.0, "D": 0.7}, {"u": 0.4 * start})
    assert advance(problem, 2.0, 0.25).ended is Ended.ok
    a, u = problem.field("a"), problem.field("u")
    padded = np.pad(a, 1, mode="edge")
    spread = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2] - 4.0 * a
    missing = 0.7 * spread / 0.2**2 - 3.0 * a + 3.0 * u
    # the solver stops at 1e-8 of the source
    assert np.linalg.norm(missing) < 1e-7 * np.linalg.norm(3.0 * u)
    assert grid.integral(a) == pytest.approx(grid.integral(u), rel=1e-7)


def test_system_without_evolving_fields_is_settled_and_stays():
    """a'' = k a / D between walls held at 1: a = cosh(x w) / cosh(L w)."""
    law = Transported("a", "D", lost, boundary="edge")
    system = FieldSystem("test_lost", (), ("rate", "D", "edge"), transported=(law,))
    errors = []
    for n in (80, 160, 320):
        grid = Grid("cartesian", (n,), 4.0 / n)
        problem = bind(system, grid, {"rate": 2.0, "D": 0.5, "edge": 1.0})
        assert settle(problem) is Ended.ok
        found, x = problem.field("a").copy(), grid.centers(0)
        errors.append(np.abs(found - np.cosh(2.0 * x) / np.cosh(4.0)).max())
        outcome = advance(problem, 100.0, np.inf)
        assert outcome.ended is Ended.ok and outcome.at_rest and outcome.steps == 1
        assert problem.field("a") == pytest.approx(found, rel=1e-12)
    assert observed_order(errors) == pytest.approx(2.0, abs=0.1)


def test_oxygen_consumed_at_a_constant_rate_in_a_sphere():
    """c = c0 - q (R^2 - r^2) / (6 D): fluxes of a parabola are exact, but for the half cell at the surface."""
    law = Transported("c", "D", taken, boundary="edge")
    system = FieldSystem("test_oxygen", (), ("loss", "D", "edge"), transported=(law,))
    errors = []
    for n in (25, 50, 100):
        grid = Grid("radial", (n,), 2.0 / n)
        problem = bind(system, grid, {"loss": 3.0, "D": 2.0, "edge": 1.5})
        assert settle(problem) is Ended.ok
        exact = 1.5 - 3.0 * (4.0 - grid.centers(0) ** 2) / 12.0
        errors.append(np.abs(problem.field("c") - exact).max())
    assert observed_order(errors) == pytest.approx(2.0, abs=0.1)


def test_functions_may_ask_for_the_place():
    law = Transported("a", "D", sloping)
    system = FieldSystem("test_sloping", (), ("D",), transported=(law,))
    grid = Grid("cartesian", (30,), 0.05)
    problem = bind(system, grid, {"D": 0.0})
    assert settle(problem) is Ended.ok
    assert problem.field("a") == pytest.approx(1.0 + grid.centers(0), rel=1e-14)


def test_start_is_a_function_of_place_that_may_use_a_sine():
    system = FieldSystem("test_waves", ("u",), ("count",), start=waves)
    grid = Grid("cartesian", (6, 10), 0.1)
    y, x = np.meshgrid(grid.centers(0), grid.centers(1), indexing="ij")
    problem = bind(system, grid, {"count": 3.0})
    assert problem.field("u") == pytest.approx(np.sin(3 * np.pi * x) ** 2 * np.exp(-(y**2)), rel=1e-14)


def test_start_and_balance_may_not_ask_for_what_is_not_there():
    grid = Grid("cartesian", (8,), 1.0)
    with pytest.raises(ValueError, match="'count', which is no coordinate or parameter"):
        bind(FieldSystem("test_no_count", ("u",), (), start=waves), grid, {})
    law = Transported("a", "D", saturating)
    with pytest.raises(ValueError, match="no field or parameter called 'a'"):
        problem = bind(FieldSystem("test_self", ("u",), ("speed", "D"), transported=(law,)), grid, ONE, {"u": 1.0})
        settle(problem)


def test_parts_of_tissue_without_any_loss_are_refused():
    law = Transported("c", "D", taken)
    with pytest.raises(InputError, match="no steady state"):
        settle(bind(FieldSystem("test_closed", (), ("loss", "D"), transported=(law,)), Grid("radial", (8,), 1.0), ONE))


ONE = {"speed": 1.0, "D": 1.0, "loss": 1.0}
