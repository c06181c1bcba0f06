"""Size of the body that a field outlines: disks and balls of known size, holes, walls."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.numerics.fields.grid import Grid
from ossim.numerics.fields.outline import coverage, diameter, touches


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_diameter_of_a_smooth_ball_is_of_second_order(axes):
    errors = []
    for n in (32, 64):
        grid = Grid("cartesian", (n,) * axes, 10.0 / n)
        found = diameter(grid, 1.0 / (1.0 + np.exp((grid.radius - 3.3) / 0.4)), 0.5)
        errors.append(abs(found - 6.6))
    assert errors[1] < 0.02 * 10.0 / 64  # a fiftieth of a cell


def test_diameter_moves_with_the_front_and_not_in_steps():
    grid = Grid("cartesian", (60, 60), 0.2)
    radii = 3.0 + np.linspace(0.0, 0.2, 9)
    found = [diameter(grid, 1.0 / (1.0 + np.exp((grid.radius - r) / 0.2)), 0.5) for r in radii]
    assert np.diff(found) == pytest.approx(2.0 * np.diff(radii), rel=0.2)
    radial = Grid("radial", (40,), 0.2)
    line = [diameter(radial, np.clip((r - radial.centers(0)) + 0.5, 0.0, 1.0), 0.5) for r in radii]
    assert line == pytest.approx(2.0 * radii, abs=1e-9)  # linear, so exact


def test_a_cavity_inside_counts():
    grid = Grid("cartesian", (80, 80), 0.1)
    shell = np.where(grid.radius < 1.5, 0.0, 1.0 / (1.0 + np.exp((grid.radius - 3.0) / 0.1)))
    full = 1.0 / (1.0 + np.exp((grid.radius - 3.0) / 0.1))
    assert diameter(grid, shell, 0.5) == pytest.approx(diameter(grid, full, 0.5), rel=1e-12)


def test_nothing_above_the_level_has_no_size():
    grid = Grid("cartesian", (8, 8), 1.0)
    assert diameter(grid, np.full((8, 8), 0.1), 0.5) == 0.0
    assert diameter(Grid("radial", (8,), 1.0), np.full(8, 0.1), 0.5) == 0.0


def test_touching_the_boundary_is_seen():
    grid = Grid("cartesian", (8, 8), 1.0)
    field = np.zeros((8, 8))
    field[4, 4] = 1.0
    assert not touches(grid, field, 0.5)
    field[0, 3] = 1.0
    assert touches(grid, field, 0.5)
    assert touches(Grid("radial", (8,), 1.0), np.ones(8), 0.5)


def test_cells_outside_tissue_are_not_covered():
    mask = np.ones((20, 20), bool)
    mask[:, 10:] = False
    grid = Grid("cartesian", (20, 20), 0.5, mask)
    covered = coverage(grid, np.where(mask, 1.0, 0.0), 0.5)
    assert not covered[:, 10:].any() and covered[:, :9].min() == 1.0
