"""Size of the body that a field outlines: disks and balls of known size, holes, walls."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.outline import ball, diameter, partly, touches


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


def test_cells_outside_tissue_do_not_count():
    mask = np.ones((20, 20), bool)
    mask[:, 10:] = False
    grid, full = Grid("cartesian", (20, 20), 0.5, mask), np.where(mask, 1.0, 0.0)
    assert diameter(grid, full, 0.5) == pytest.approx(2.0 * np.sqrt(50.0 / np.pi), rel=1e-12)
    assert ball(grid, grid.integral(partly(full, 0.5, 0.5))) == pytest.approx(2.0 * np.sqrt(50.0 / np.pi), rel=1e-12)


@pytest.mark.parametrize(("geometry", "axes"), [("radial", 1), ("cartesian", 2), ("cartesian", 3)])
def test_tissue_that_counts_in_part_gives_the_ball_of_a_thin_border_to_second_order(geometry, axes):
    errors = []
    for n in (32, 64):
        reach = 5.0 if geometry == "radial" else 10.0
        grid = Grid(geometry, (n,) * axes, reach / n)
        border = np.clip(0.5 + (3.3 - grid.radius) / 1.6, 0.0, 1.0)  # linear, so that the counted part is too
        found = ball(grid, grid.integral(partly(border, 0.5, 0.5)))
        thickness, dimensions = 0.5 * 1.6, 3 if geometry == "radial" else axes
        steps = np.linspace(3.3 - 0.5 * thickness, 3.3 + 0.5 * thickness, 20001)
        mean = np.trapezoid(steps**dimensions, steps) / thickness  # of balls of all radii within the border
        errors.append(abs(found - 2.0 * mean ** (1.0 / dimensions)))
    assert errors[1] < 0.02 * 10.0 / 64


def test_a_flat_border_that_passes_the_level_does_not_jump_where_tissue_counts_in_part():
    grid = Grid("radial", (100,), 0.2)
    heights = np.linspace(0.2, 0.8, 61)
    fields = [np.where(grid.radius < 8.0, 1.0, np.where(grid.radius < 14.0, height, 0.0)) for height in heights]
    sharp = [diameter(grid, field, 0.5) for field in fields]
    soft = [ball(grid, grid.integral(partly(field, 0.5, 0.5))) for field in fields]
    assert max(np.diff(sharp)) > 10.0
    assert max(np.diff(soft)) < 1.1 and soft[0] == pytest.approx(16.0) and soft[-1] == pytest.approx(28.0)
