"""Reactions cell by cell: the order of both steps against the logistic curve, and orders that do not exist."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.numerics.fields.grid import Grid
from ossim.numerics.fields.reaction import Reaction, react, source
from ossim.numerics.fields.store import Store


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
