"""Reactions cell by cell: order of both steps against the logistic curve, orders that do not exist; integrals."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.reaction import Reaction, react, source
from ossim.numerics.pde.store import Store
from ossim.numerics.pde.totals import VOLUME, Totals, integrate


def logistic(u, rho):
    du = rho * u * (1.0 - u)
    return du


@pytest.mark.parametrize("order", [2, 3])
def test_order_of_the_step(order):
    reaction, errors = Reaction(f"order_{order}", ("u",), ("rho",), logistic, order=order), []
    start = np.linspace(0.01, 0.9, 12)
    exact = 1.0 / (1.0 + (1.0 / start - 1.0) * np.exp(-3.0))
    for steps in (8, 16, 32, 64):
        store = Store(Grid("cartesian", (12,), 1.0), ("u",))
        store["u"][...] = start
        for _ in range(steps):
            assert react(reaction, store, np.array([1.0]), 3.0 / steps) >= 0.0
        errors.append(np.abs(store["u"].ravel() - exact).max())
    assert np.log2(np.array(errors[:-1]) / np.array(errors[1:]))[1:] == pytest.approx(order, abs=0.15)


def test_other_orders_are_refused():
    with pytest.raises(ValueError, match="order must be 2 or 3"):
        source(Reaction("order_4", ("u",), ("rho",), logistic, order=4))


def shares(u, v, rho):
    both, more = u * v, rho * u
    return both, more


@pytest.mark.parametrize("geometry, shape", [("cartesian", (13, 21)), ("radial", (37,)), ("cartesian", (5, 6, 7))])
def test_integrals_are_those_of_numpy_over_the_tissue(geometry, shape):
    rng = np.random.default_rng(5)
    mask = rng.random(shape) > 0.2 if geometry == "cartesian" else None
    grid = Grid(geometry, shape, 0.3, mask)
    store = Store(grid, ("u", "v", VOLUME))
    u, v = rng.random(shape), rng.random(shape)
    for name, values in (("u", u), ("v", v), (VOLUME, grid.volumes)):
        store[name][...] = values.reshape(grid.full_shape)
    found = integrate(Totals("shares", ("u", "v"), ("rho",), shares), store, np.array([2.5]))
    assert found["both"] == pytest.approx(grid.integral(u * v), rel=1e-13)
    assert found["more"] == pytest.approx(grid.integral(2.5 * u), rel=1e-13)
