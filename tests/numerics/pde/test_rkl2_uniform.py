"""Diffusion with one diffusivity in a box: the same numbers as the general steps, in double and in single precision."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.errors import InputError
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.motion import Motion
from ossim.numerics.pde.rkl2 import diffuse, links
from ossim.numerics.pde.rkl2_uniform import UniformMotion


@pytest.mark.parametrize("shape", [(4,), (37,), (12, 5), (30, 41), (4, 4, 4), (7, 9, 12)])
@pytest.mark.parametrize("step", [0.1, 4.0, 60.0])
def test_same_steps_as_with_links(shape, step):
    grid = Grid("cartesian", shape, 0.3)
    u = np.random.default_rng(1).random(grid.full_shape)
    exact, total = u.copy(), u.sum()
    count = UniformMotion(grid, 0.05).diffuse(u, step)
    assert count == diffuse(exact, links(grid, 0.05), step)
    assert u == pytest.approx(exact, rel=1e-13, abs=1e-13)
    assert u.sum() == pytest.approx(total, rel=1e-12)


def test_motions_keep_single_precision():
    grid = Grid("cartesian", (20, 24), 0.2)
    u = np.random.default_rng(2).random(grid.full_shape).astype(np.float32)
    exact = u.astype(float)
    for diffusivity in (0.01, 0.03):
        UniformMotion(grid, diffusivity).diffuse(u, 2.0)
        UniformMotion(grid, diffusivity).diffuse(exact, 2.0)
    assert u.dtype == np.float32
    assert u == pytest.approx(exact, abs=10 * 6e-8)  # ten stages at most, each rounding at 6e-8


def test_motion_leaves_the_links_alone_until_a_mobility_sets_them():
    grid = Grid("cartesian", (12, 15), 0.3)
    random = np.random.default_rng(4)
    u, mobility = random.random((2, *grid.full_shape))
    even, exact, motion = u.copy(), u.copy(), Motion(grid, np.full(grid.shape, 0.05))
    motion.diffuse(even, 2.0)
    diffuse(exact, links(grid, 0.05), 2.0)
    assert even == pytest.approx(exact, rel=1e-13)
    motion.scale(mobility)
    scaled, exact = u.copy(), u.copy()
    motion.diffuse(scaled, 2.0)
    diffuse(exact, links(grid, 0.05 * mobility[0]), 2.0, motion.rate)
    assert scaled == pytest.approx(exact, rel=1e-13)


def test_nothing_moves_without_diffusivity():
    grid = Grid("cartesian", (8, 8), 1.0)
    u = np.random.default_rng(3).random(grid.full_shape)
    before = u.copy()
    assert UniformMotion(grid, 0.0).diffuse(u, 1.0) == 0 and np.array_equal(u, before)


def test_what_it_cannot_do_is_refused():
    with pytest.raises(InputError, match="without mask"):
        UniformMotion(Grid("cartesian", (8, 8), 1.0, np.eye(8, dtype=bool)), 1.0)
    with pytest.raises(InputError, match="without mask"):
        UniformMotion(Grid("radial", (8,), 1.0), 1.0)
    with pytest.raises(InputError, match="one number"):
        UniformMotion(Grid("cartesian", (8,), 1.0), np.ones(8))
