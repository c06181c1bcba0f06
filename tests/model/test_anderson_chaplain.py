"""Endothelial cells of Anderson and Chaplain 1998: number, sign, a plain scheme beside it, and order of convergence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import ossim

NAME = "anderson_chaplain1998"
D, ALPHA, CHI, RHO, BETA, GAMMA, ETA = 0.00035, 0.6, 0.38, 0.34, 0.05, 0.1, 0.1
#: wide, few clusters: what a grid of some tens of cells resolves
SMOOTH = {"sprout_width": 0.02, "sprout_clusters": 2.0, "endothelial_diffusivity": 0.002}


def run(times, cells: int, step: float, **parameters):
    space = {"geometry": "plane", "spacing": 1.0 / cells, "step": step, "error_estimate": False}
    return ossim.simulate(NAME, times, parameters=parameters, space=space)


def inner(u: np.ndarray, axis: int) -> np.ndarray:
    """Sum of a cell and the next one along an axis, over the inner faces."""
    head, tail = [slice(None)] * 2, [slice(None)] * 2
    head[axis], tail[axis] = slice(1, None), slice(None, -1)
    return u[tuple(head)] + u[tuple(tail)]


def plain(cells: int, time: float, d: float, width: float, clusters: float) -> np.ndarray:
    """Central differences of the equations as they are printed, and SciPy; shape (3, y, x): n, f, c."""
    h = 1.0 / cells
    place = (np.arange(cells) + 0.5) * h
    y, x = np.meshgrid(place, place, indexing="ij")
    n = np.exp(-(x**2) / width) * np.sin(clusters * np.pi * y) ** 2
    start = np.stack([n, 0.75 * np.exp(-(x**2) / 0.45), np.exp(-((1 - x) ** 2) / 0.45)])

    def slope(_, flat):
        n, f, c = flat.reshape(3, cells, cells)
        dn = np.zeros_like(n)
        for axis in (0, 1):
            sensitivity = CHI / (1.0 + ALPHA * 0.5 * inner(c, axis))
            speed = (sensitivity * np.diff(c, axis=axis) + RHO * np.diff(f, axis=axis)) / h
            flow = speed * 0.5 * inner(n, axis) - d * np.diff(n, axis=axis) / h
            edges = [(1, 1) if number == axis else (0, 0) for number in (0, 1)]
            dn -= np.diff(np.pad(flow, edges), axis=axis) / h
        return np.stack([dn, BETA * n - GAMMA * n * f, -ETA * n * c]).ravel()

    return solve_ivp(slope, (0.0, time), start.ravel(), rtol=1e-7, atol=1e-10).y[:, -1].reshape(3, cells, cells)


def test_endothelial_cells_keep_their_number_and_stay_positive():
    ds = run([0.0, 2.0, 4.0, 8.0], 100, 0.1)
    total = ds["total_endothelial_cells"].values
    assert int(ds["status"]) == 0
    np.testing.assert_allclose(total, total[0], rtol=1e-12)
    for name in ("endothelial_cells", "fibronectin", "angiogenic_factor"):
        assert float(ds[name].min()) >= 0.0
    # sin^2 has the mean 1/2 along the vessel
    assert total[0] == pytest.approx(0.25 * np.sqrt(np.pi * 0.001), rel=1e-3)


def test_cells_go_to_the_tumor_and_only_they_change_the_rest():
    ds = run([0.0, 2.0, 4.0], 100, 0.1)
    n = ds["endothelial_cells"]
    center = (n * ds["x"]).sum(("x", "y")) / n.sum(("x", "y"))
    assert np.all(np.diff(center) > 0.1)
    far = ds.sel(x=slice(0.3, 0.5))  # where no cell has been
    np.testing.assert_allclose(far["angiogenic_factor"][2], far["angiogenic_factor"][0], rtol=1e-6)
    taken = ds["angiogenic_factor"][0] - ds["angiogenic_factor"][2]
    assert float(taken.min()) >= 0.0 and float(taken.max()) > 1e-3


def test_agrees_with_central_differences_ever_closer_on_finer_grids():
    differences = []
    for cells in (32, 64, 128):
        ds = run([0.0, 1.0], cells, 0.5 / cells, **SMOOTH)
        n, f, c = plain(cells, 1.0, 0.002, 0.02, 2.0)
        found = ds.isel(time=1)
        differences.append(np.abs(found["endothelial_cells"] - n).sum().item() / n.sum())
        assert np.abs(found["fibronectin"] - f).max() < 2e-3 * 32 / cells
        assert np.abs(found["angiogenic_factor"] - c).max() < 2e-3 * 32 / cells
    assert differences[-1] < 5e-3
    # the limiter cuts extrema, first order in their cells alone, so that the sum falls a little slower than h^2
    assert np.log2(np.array(differences[:-1]) / np.array(differences[1:])).min() > 1.5


def test_steps_converge_at_order_two():
    def fields(step):
        last = run([0.0, 1.0], 40, step, **SMOOTH).isel(time=1)
        return np.stack([last[name].values for name in ("endothelial_cells", "fibronectin", "angiogenic_factor")])

    found = [fields(1.0 / count) for count in (10, 20, 40, 80)]
    changes = np.array([np.abs(one - other).sum() for one, other in pairwise(found)])
    assert np.log2(changes[:-1] / changes[1:]) == pytest.approx(2.0, abs=0.2)
