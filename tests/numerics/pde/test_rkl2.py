"""RKL2 on every kind of grid: order against eigenmodes of the Laplacian, conservation, masks, single precision."""

from __future__ import annotations

import numpy as np
import pytest

from ossim.errors import InputError
from ossim.numerics.pde.conductance import cell_diffusivity
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.rkl2 import Links, diffuse, fastest, links, stages, weights

LENGTH = np.pi  # [mm] of every box, so that cos(x) is an eigenmode without flux through its faces
ORDER = 2.0
TOLERANCE = 0.1  # decisions: observed order 2.0 +- 0.1
ROUNDING = 1e-12


def observed_orders(errors) -> np.ndarray:
    return np.log2(np.asarray(errors[:-1]) / np.asarray(errors[1:]))


def advanced(grid: Grid, start: np.ndarray, until: float, steps: int, diffusivity=1.0) -> np.ndarray:
    u = start.reshape(grid.full_shape).copy()
    found = links(grid, diffusivity)
    for _ in range(steps):
        diffuse(u, found, until / steps)
    return u.reshape(grid.shape)


def cosines(grid: Grid) -> np.ndarray:
    """Product of cos(x + pi/2 around the middle) over the axes, an eigenmode with rate -number of axes."""
    parts = np.meshgrid(*(np.cos(grid.centers(a) + 0.5 * LENGTH) for a in range(len(grid.shape))), indexing="ij")
    return np.prod(parts, axis=0)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_order_in_space_and_time_on_boxes(axes):
    errors = []
    for n in (8, 16, 32, 64):
        grid = Grid("cartesian", (n,) * axes, LENGTH / n)
        mode = cosines(grid)
        found = advanced(grid, mode, 0.5, n)
        errors.append(np.abs(found - np.exp(-0.5 * axes) * mode).max())
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_order_on_a_radial_grid():
    """sin(k r) / r with tan(k R) = k R has no flux through the sphere and decays at k^2."""
    k, radius = 4.493409457909064, 1.0
    errors = []
    for n in (16, 32, 64, 128):
        grid = Grid("radial", (n,), radius / n)
        mode = np.sin(k * grid.centers(0)) / grid.centers(0)
        found = advanced(grid, mode, 0.05, n // 4)
        errors.append(np.sqrt(grid.integral((found - np.exp(-(k**2) * 0.05) * mode) ** 2)))
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_order_behind_a_mask_aligned_to_the_grid():
    """Tissue in one half of a box, walled off at an antinode: the mode of the half is untouched by the wall."""
    errors = []
    for n in (8, 16, 32, 64):
        mask = np.zeros((n, 2 * n), bool)
        mask[:, :n] = True
        grid = Grid("cartesian", (n, 2 * n), LENGTH / n, mask)
        x, y = (np.arange(2 * n) + 0.5) * grid.spacing, (np.arange(n) + 0.5) * grid.spacing
        mode = np.where(mask, np.cos(y)[:, None] * np.cos(x), 0.0)
        found = advanced(grid, mode, 0.5, n)
        assert not found[~mask].any()
        errors.append(np.abs(found - np.exp(-1.0) * mode).max())
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_smooth_diffusivity_is_of_second_order():
    """u = 2 + cos(x) e^-t solves u_t = (D u_x)_x + f; here f is left out by comparing with a grid eight times finer."""

    def solution(n: int) -> np.ndarray:
        grid = Grid("cartesian", (n,), LENGTH / n)
        x = grid.centers(0) + 0.5 * LENGTH
        return advanced(grid, 2.0 + np.cos(x), 0.5, n // 2, 1.0 + 0.5 * np.sin(x) ** 2)

    finest = solution(1024)
    errors = [np.abs(solution(n) - finest.reshape(n, -1).mean(axis=1)).max() for n in (16, 32, 64, 128)]
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


@pytest.mark.parametrize("geometry, shape", [("radial", (97,)), ("cartesian", (40, 33)), ("cartesian", (9, 12, 17))])
def test_integral_is_conserved(geometry, shape):
    random = np.random.default_rng(1)
    mask = None if geometry == "radial" else random.random(shape) > 0.3
    grid = Grid(geometry, shape, 0.3, mask)
    start = random.random(shape) if mask is None else random.random(shape) * mask
    found = advanced(grid, start, 3.0, 7, random.random(shape))
    assert grid.integral(found) == pytest.approx(grid.integral(start), rel=ROUNDING)


def test_point_source_spreads_with_variance_two_d_t():
    grid = Grid("cartesian", (201, 201), 0.2)
    start = np.zeros(grid.shape)
    start[100, 100] = 1.0
    found = advanced(grid, start, 10.0, 20, 0.05)
    # exact for the discrete Laplacian too: its second moment grows at 2 D per axis until the boundary is felt
    assert np.sum(found * grid.centers(1) ** 2) / found.sum() == pytest.approx(2 * 0.05 * 10.0, rel=1e-9)


def test_nothing_passes_a_wall():
    mask = np.ones((30, 31), bool)
    mask[:, 15] = False
    grid = Grid("cartesian", mask.shape, 0.2, mask)
    start = np.zeros(grid.shape)
    start[:, :15] = 1.0 + np.random.default_rng(2).random((30, 15))
    found = advanced(grid, start, 50.0, 50, 0.1)
    assert not found[:, 15:].any()


def test_curved_mask_conserves_and_reaches_its_mean():
    n = 64
    around = Grid("cartesian", (n, n), 4.0 / n)
    grid = Grid("cartesian", (n, n), 4.0 / n, around.radius < 1.5)
    start = np.where(grid.mask, 1.0 + around.centers(1), 0.0)
    found = advanced(grid, start, 60.0, 60)
    mean = grid.integral(start) / grid.volumes.sum()
    assert found[grid.mask] == pytest.approx(mean, rel=1e-9)


def test_single_precision_stays_single():
    grid = Grid("cartesian", (20, 24), 0.2)
    found = Links(*(part.astype(np.float32) for part in links(grid, 0.02)))
    u = np.random.default_rng(3).random(grid.full_shape).astype(np.float32)
    exact = advanced(grid, u.astype(float).reshape(grid.shape), 5.0, 5, 0.02)
    for _ in range(5):
        diffuse(u, found, 1.0)
    assert u.dtype == np.float32
    # five steps of three stages, each rounding at 6e-8
    assert u.reshape(grid.shape) == pytest.approx(exact, abs=15 * 6e-8)


def test_stages_cover_the_step():
    for ratio in (0.1, 1.0, 7.3, 250.0):
        count = stages(ratio, 2.0)
        assert count % 2 == 1 and ratio <= (count**2 + count - 2) / 4 * (1 + ROUNDING)
        table = weights(count)
        # a constant slope must advance by exactly the step
        before, now = 0.0, table[0, 2]
        for mu, nu, here, start in table[1:]:
            before, now = now, mu * now + nu * before + here + start
        assert now == pytest.approx(1.0, rel=1e-10)


def test_bound_of_eigenvalues_holds():
    grid = Grid("cartesian", (6, 6), 0.5)
    assert fastest(links(grid, 1.0)) == pytest.approx(8 / 0.5**2)


@pytest.mark.parametrize("value, message", [(-1.0, "0 or more"), (np.nan, "0 or more"), (np.ones(3), "shape")])
def test_bad_diffusivity_is_refused(value, message):
    with pytest.raises(InputError, match=message):
        cell_diffusivity(Grid("cartesian", (8, 8), 0.1), value)
