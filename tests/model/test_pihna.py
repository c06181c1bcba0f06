"""The five fields of Swanson 2011: what must hold whatever the values, and what the config expects."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import ossim

NAME = "pihna2011"
CELLS = ("normoxic_cells", "hypoxic_cells", "necrosis", "vessels")
#: nothing turns hypoxic or dies, and there are no vessels
GROWTH_ONLY = {
    "hypoxia_rate": 0.0, "hypoxic_death_rate": 0.0, "necrosis_contact_rate": 0.0, "initial_vessels": 0.0,
}  # fmt: skip
#: nothing is born
NO_BIRTH = {"growth_rate": 0.0, "vessel_growth_rate": 0.0}


def run(times, space=None, **parameters):
    default = {"size": 20.0, "spacing": 0.4, "error_estimate": False}
    return ossim.simulate(NAME, times, parameters=parameters, space=default | (space or {}))


def occupied(ds):
    return sum(ds[name] for name in CELLS)


def test_sparse_cells_alone_follow_fisher():
    """Mobility and logistic term differ from 1 by the fraction of cells, some 1e-6 here, and so do the results."""
    shared = {"growth_rate": 0.05, "cell_diffusivity": 0.1, "seed_radius": 3.0, "seed_fraction": 1e-7}
    space = {"geometry": "plane", "size": 30.0, "spacing": 0.5, "step": 0.5, "error_estimate": False}
    found = ossim.simulate(NAME, [0.0, 40.0], parameters=shared | GROWTH_ONLY, space=space)
    expected = ossim.simulate("fisher_kpp", [0.0, 40.0], parameters=shared, space=space)
    for name in ("hypoxic_cells", "necrosis", "vessels"):
        assert not found[name].any()
    largest = float(expected["tumor_cells"].max())
    np.testing.assert_allclose(found["normoxic_cells"], expected["tumor_cells"], rtol=1e-6, atol=1e-6 * largest)


def test_crowded_cells_alone_grow_logistically_where_they_cannot_move():
    shared = {"growth_rate": 0.05, "cell_diffusivity": 0.0, "seed_radius": 3.0, "seed_fraction": 0.9}
    space = {"size": 10.0, "spacing": 0.5, "step": 0.5, "error_estimate": False}
    found = ossim.simulate(NAME, [0.0, 60.0], parameters=shared | GROWTH_ONLY, space=space)
    expected = ossim.simulate("fisher_kpp", [0.0, 60.0], parameters=shared, space=space)
    np.testing.assert_allclose(found["normoxic_cells"], expected["tumor_cells"], rtol=1e-12, atol=1e-15)


def test_front_of_crowded_cells_is_that_of_fisher():
    """The front is pulled by its sparse edge, where the mobility is 1; Bramson's lag is the same."""
    shared = {"growth_rate": 0.1, "cell_diffusivity": 0.1, "seed_radius": 3.0, "seed_fraction": 0.9}
    space = {"geometry": "line", "size": 120.0, "spacing": 0.4, "error_estimate": False}
    times = [0.0, 150.0, 200.0]
    found = ossim.simulate(NAME, times, parameters=shared | GROWTH_ONLY, space=space)["tumor_diameter"].diff("time")
    expected = ossim.simulate("fisher_kpp", times, parameters=shared, space=space)["tumor_diameter"].diff("time")
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-2)


def test_without_birth_nothing_is_gained_or_lost():
    ds = run([0.0, 40.0, 80.0, 160.0], **NO_BIRTH)
    total = sum(ds[f"total_{name}"] for name in CELLS)
    assert int(ds["status"]) == 0
    np.testing.assert_allclose(total, total[0], rtol=1e-11)
    # and there was something to lose
    assert float(ds["total_necrosis"][-1]) > 0.1 * float(ds["total_normoxic_cells"][0])


def test_necrosis_never_recedes_and_space_is_never_overfull():
    """From nearly full tissue, too; the splitting may pass 1 by its error, at order 2 in the step."""
    ds = run(np.linspace(0.0, 120.0, 13), {"size": 35.0}, seed_fraction=0.96)
    assert int(ds["status"]) == 0
    assert float(ds["necrosis"].diff("time").min()) >= 0.0
    assert float(occupied(ds).max()) <= 1.0 + 1e-9
    assert min(float(ds[name].min()) for name in (*CELLS, "angiogenic_factor")) >= 0.0


@pytest.mark.parametrize("q, omega", [(1.66e-12, 0.0), (2e-4, 20.0)])
def test_one_cell_of_tissue_agrees_with_scipy(q, omega):
    """Without gradients the fields are five rates; the second case has an uptake that saturates and counts."""
    start = {"normoxic_cells": 0.3, "hypoxic_cells": 0.1, "necrosis": 0.01, "vessels": 0.03}
    rho, beta, gamma, ah, an, mu = 0.0685, 0.00685, 0.05, 0.00685, np.log(2) / 50, np.log(2) / 15
    km, dc, dh, decay, full = 0.575, 1.42e-6, 5.22e-4, 15.6, 2.39e5

    def slope(_, y):
        c, h, n, v, a = y
        share, free = v / (c + h + v), 1.0 - (c + h + n + v)
        sprout = mu * a / (km + a) * v * free
        return [
            rho * c * free + gamma * h * share - beta * c * (1 - share) - an * n * c,
            -gamma * h * share + beta * c * (1 - share) - ah * h * (1 - share) - an * n * h,
            ah * h * (1 - share) + an * n * (c + h + v),
            sprout - an * n * v,
            full * (dc * c + dh * h) - q * full * sprout - omega * v * a - decay * a,
        ]

    first = [*start.values(), 0.0]
    exact = solve_ivp(slope, (0.0, 40.0), first, "Radau", rtol=1e-10, atol=1e-14).y[:, -1]
    space = {"size": 4.0, "spacing": 0.5, "step": 0.01, "error_estimate": False}
    # too little to be seen, as the tumor fills the grid and must not touch its boundary
    level = {"detection_level": 1.0, "factor_per_vessel_cell": q, "factor_washout": omega}
    ds = ossim.simulate(NAME, [0.0, 40.0], start, parameters=level, space=space)
    found = [float(ds[name].isel(time=1, r=3)) for name in (*CELLS, "angiogenic_factor")]
    np.testing.assert_allclose(found, exact, rtol=2e-5)


def test_steps_converge_at_order_two():
    """From a state in which the factor, whose decay takes an hour and a half, has come to rest."""
    names = (*CELLS, "angiogenic_factor")
    grid, uptake = {"size": 20.0, "spacing": 0.5, "error_estimate": False}, {"factor_per_vessel_cell": 2e-4}
    first = ossim.simulate(NAME, [0.0, 4.0], parameters=uptake, space=grid | {"step": 0.05}).isel(time=1)
    start = {name: first[name].values for name in names}

    def fields(step):
        ds = ossim.simulate(NAME, [0.0, 32.0], start, parameters=uptake, space=grid | {"step": step}).isel(time=1)
        return np.stack([ds[name] / float(ds[name].max()) for name in names])

    found = [fields(step) for step in (1.0, 0.5, 0.25, 0.125)]
    changes = np.array([np.abs(one - other).max() for one, other in pairwise(found)])
    # faster where the factor goes from slaved to resolved, as it does over these steps
    assert np.log2(changes[:-1] / changes[1:]).min() > 1.9


def test_rim_is_normoxic_and_core_necrotic():
    """What the config expects: a rim outside, hypoxia behind it, vessels more than before, and a dead core."""
    ds = ossim.simulate(NAME, [0.0, 120.0, 240.0], space={"spacing": 0.5, "step": 1.0, "error_estimate": False})
    last = ds.isel(time=2)
    place = {name: float(ds["r"][last[name].values.argmax()]) for name in CELLS[:3]}
    assert place["normoxic_cells"] > place["hypoxic_cells"] + 5.0 > place["necrosis"] + 10.0
    assert float(last["necrosis"][0]) > 0.5 and float(last["vessels"].max()) > 1.5 * 0.03
    assert float(last["vessels"][0]) < 0.03
