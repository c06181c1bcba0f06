"""The active box: nothing is lost when it is cut, pasted or grown, and a front in it runs as on the whole grid."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.errors import InputError
from ossim.numerics.pde.active_box import ActiveBox, around
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.reaction import Reaction, react
from ossim.numerics.pde.rkl2_uniform import UniformMotion
from ossim.numerics.pde.store import Store


def logistic(u, rho):
    du = rho * u * (1.0 - u)
    return du


GROWTH = Reaction("active_logistic", ("u",), ("rho",), logistic)
RHO = np.array([0.1])


def test_box_holds_what_is_above_the_level_and_a_margin():
    whole = Grid("cartesian", (100, 120), 0.2)
    field = np.zeros(whole.shape)
    field[40:50, 3:8] = 1.0
    box = around(whole, [field], margin=6)
    assert box.bounds == ((29, 61), (0, 32))  # 22 and 17 cells with the margin, rounded up, moved inside
    assert box.cut(field).sum() == field.sum() and not box.complete
    assert around(whole, [field + 1.0], margin=1).complete


def test_cut_and_paste_are_inverse_and_leave_the_rest():
    whole = Grid("cartesian", (20, 30, 25), 0.2)
    random = np.random.default_rng(1)
    field = random.random(whole.shape)
    kept, box = field.copy(), ActiveBox(whole, ((2, 18), (5, 21), (0, 16)))
    box.paste(box.cut(field).reshape(box.grid.full_shape).copy(), field)
    assert np.array_equal(field, kept)
    box.paste(np.zeros(box.grid.full_shape), field)
    assert not box.cut(field).any()
    assert field.sum() == pytest.approx(kept.sum() - box.cut(kept).sum(), rel=1e-12)


def test_mask_goes_along():
    mask = np.random.default_rng(2).random((40, 40)) > 0.5
    box = ActiveBox(Grid("cartesian", mask.shape, 0.2, mask), ((8, 24), (0, 16)))
    assert np.array_equal(box.grid.mask, mask[8:24, :16])


def test_faces_on_the_boundary_of_the_grid_are_not_watched():
    whole = Grid("cartesian", (40, 40), 0.2)
    box = ActiveBox(whole, ((0, 16), (8, 24)))
    part = np.zeros(box.grid.full_shape)
    part[0, 0, 8] = 1.0
    assert not box.reached([part])
    part[0, 8, 1] = 1.0
    assert box.reached([part]) and not box.reached([part], guard=1) and not box.reached([part], level=2.0)
    part[0, 8, 1], part[0, 15, 8] = 0.0, 1.0
    assert box.reached([part])


def test_front_in_a_growing_box_runs_as_on_the_whole_grid():
    whole = Grid("cartesian", (128, 128), 0.2)
    start = 0.5 * np.exp(-(whole.radius**2))

    def advanced(store, motion):
        react(GROWTH, store, RHO, 0.5)
        motion.diffuse(store["u"], 1.0)
        react(GROWTH, store, RHO, 0.5)

    exact, motion = Store(whole, ("u",)), UniformMotion(whole, 0.02)
    exact["u"][...] = start

    def bound(field):
        box = around(whole, [field], margin=8)
        store = Store(box.grid, ("u",))
        store["u"][...] = box.cut(field)
        return box, store, UniformMotion(box.grid, 0.02)

    field, grown = start.copy(), 0
    box, store, inside = bound(field)
    for _ in range(60):
        advanced(exact, motion)
        advanced(store, inside)
        if box.reached([store["u"]], guard=4):
            box.paste(store["u"], field)
            box, store, inside = bound(field)
            grown += 1
    box.paste(store["u"], field)
    assert grown >= 2
    # what was cut off was below 1e-12 and has grown by exp(.1 * 60) at most
    assert field == pytest.approx(exact["u"][0], abs=1e-12 * np.exp(6.0))


def test_diffusion_in_the_box_conserves():
    whole = Grid("cartesian", (64, 64), 0.2)
    field = np.exp(-4.0 * whole.radius**2)
    before, box = field.sum(), around(whole, [field], margin=1, level=1e-3)
    part = np.ascontiguousarray(box.cut(field)).reshape(box.grid.full_shape)
    UniformMotion(box.grid, 0.05).diffuse(part, 20.0)
    box.paste(part, field)
    assert field.sum() == pytest.approx(before, rel=1e-12)


def test_bad_input_is_refused():
    whole = Grid("cartesian", (20, 20), 0.2)
    with pytest.raises(InputError, match="anywhere"):
        around(whole, [np.zeros(whole.shape)], margin=2)
    with pytest.raises(InputError, match="margin"):
        around(whole, [np.ones(whole.shape)], margin=0)
    with pytest.raises(InputError, match="Cartesian"):
        around(Grid("radial", (20,), 0.2), [np.ones(20)], margin=2)
