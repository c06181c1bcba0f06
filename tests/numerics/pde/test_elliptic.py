"""Steady states on planes and boxes: against a direct solver, orders, masks, parts, precision, failures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.linalg import expm
from scipy.sparse.linalg import spsolve

from ossim.errors import InputError
from ossim.numerics.pde.conductance import cartesian_faces
from ossim.numerics.pde.elliptic import Elliptic
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.implicit import ImplicitSteps
from ossim.numerics.pde.multigrid import cycle

ORDER, TOLERANCE = 2.0, 0.1  # decisions: observed order 2.0 +- 0.1


def observed_orders(errors) -> np.ndarray:
    return np.log2(np.asarray(errors[:-1]) / np.asarray(errors[1:]))


def matrix_of(grid: Grid, diffusivity) -> sparse.csr_matrix:
    """-div(D grad) assembled face by face."""
    numbers = np.arange(grid.size).reshape(grid.full_shape)
    total = sparse.csr_matrix((grid.size, grid.size))
    for axis, face in enumerate(cartesian_faces(grid, diffusivity)):
        if face.size > 1:
            here = np.moveaxis(numbers, axis, 0)
            i, j, g = here[:-1].ravel(), here[1:].ravel(), np.moveaxis(face, axis, 0)[:-1].ravel()
            for row, column, sign in ((i, i, 1), (j, j, 1), (i, j, -1), (j, i, -1)):
                total = total + sparse.csr_matrix((sign * g, (row, column)), shape=total.shape)
    return total


def solved(grid: Grid, diffusivity, uptake, source, precision=np.float64, tolerance=1e-10) -> np.ndarray:
    out = np.zeros(grid.full_shape)
    fields = (np.broadcast_to(np.asarray(f, float), grid.shape).reshape(grid.full_shape) for f in (uptake, source))
    found = Elliptic(grid, diffusivity, precision).solve(*fields, out, tolerance)
    assert found.converged and found.residual <= tolerance
    return out.reshape(grid.shape)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(23, 40), (9, 64), (5, 7, 12), (13, 12, 11)])
def test_agrees_with_a_direct_solver_behind_any_mask(shape, precision):
    random = np.random.default_rng(1)
    mask = random.random(shape) > 0.25
    grid = Grid("cartesian", shape, 0.3, mask)
    diffusivity = np.where(random.random(shape) > 0.1, 10.0 ** random.uniform(-2, 1, shape), 0.0)
    uptake, source = 0.1 + random.random(shape), random.normal(size=shape)
    found = solved(grid, diffusivity, uptake, source, precision)
    inside = mask.ravel()
    system = (matrix_of(grid, diffusivity) + sparse.diags(uptake.ravel())).tocsc()[inside][:, inside]
    exact = spsolve(system, source.ravel()[inside])
    # an eigenvalue of the matrix is at least .1, so that the error is at most ten times the residual
    allowed = 10.0 * 1e-10 * np.linalg.norm(source[mask])
    assert np.linalg.norm(found[mask] - exact) <= allowed
    assert not found[~mask].any()


@pytest.mark.parametrize("axes", [2, 3])
def test_manufactured_solution(axes):
    """a = 2 + prod cos(pi x), D = 1 + x^2 / 2 along the last axis, uptake 1 + x: no flux through the unit box."""
    errors = []
    for n in (8, 16, 32, 64):
        grid = Grid("cartesian", (n,) * axes, 1.0 / n)
        places = np.meshgrid(*[(np.arange(n) + 0.5) / n] * axes, indexing="ij")
        x, mode = places[-1], np.prod([np.cos(np.pi * place) for place in places], axis=0)
        slope = -np.pi * np.sin(np.pi * x) * np.prod([np.cos(np.pi * place) for place in places[:-1]], axis=0)
        d = 1.0 + 0.5 * x**2
        source = (1.0 + x) * (2.0 + mode) + axes * np.pi**2 * d * mode - x * slope
        errors.append(np.sqrt(np.mean((solved(grid, d, 1.0 + x, source) - 2.0 - mode) ** 2)))
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_manufactured_solution_behind_a_mask_aligned_to_the_grid():
    errors = []
    for n in (8, 16, 32, 64):
        mask = np.zeros((n, 2 * n), bool)
        mask[:, :n] = True
        grid = Grid("cartesian", mask.shape, 1.0 / n, mask)
        x, y = (np.arange(2 * n) + 0.5) / n, ((np.arange(n) + 0.5) / n)[:, None]
        mode = np.cos(np.pi * x) * np.cos(np.pi * y)
        found = solved(grid, 1.0, 3.0, 6.0 + (3.0 + 2 * np.pi**2) * mode)
        errors.append(np.abs(found - 2.0 - mode)[mask].max())
    assert observed_orders(errors) == pytest.approx(ORDER, abs=TOLERANCE)


def test_iterations_do_not_grow_with_the_grid():
    random, counts = np.random.default_rng(2), []
    for n in (64, 128, 256, 255):
        whole = Grid("cartesian", (n, n), 20.0 / n)
        grid = Grid("cartesian", (n, n), 20.0 / n, whole.radius < 9.0)
        source, out = random.random(grid.full_shape), np.zeros(grid.full_shape)
        counts.append(Elliptic(grid, 1.0).solve(np.full(grid.full_shape, 0.5), source, out).iterations)
    assert max(counts) <= 10 and max(counts) - min(counts) <= 2


@pytest.mark.parametrize("uptake", [10.0, 1e-4])
def test_thin_walls_and_jumps_of_diffusivity_still_converge(uptake):
    """The coarse levels cannot see a wall of two cells: more iterations, but no failure."""
    whole = Grid("cartesian", (128, 128), 0.2)
    wall = (whole.radius > 6.0) & (whole.radius < 6.4)
    source = np.where(whole.radius < 4.0, 1.0, 0.0).reshape(whole.full_shape)
    for mask, diffusivity in (
        (~wall, 20.0),
        (None, np.where(wall, 0.2, 20.0)),
        (None, 20.0 - 19.98 * (whole.radius < 5)),
    ):
        grid, out = Grid("cartesian", whole.shape, 0.2, mask), np.zeros(whole.full_shape)
        found = Elliptic(grid, diffusivity).solve(np.full(whole.full_shape, uptake), source, out)
        assert found.converged and found.iterations < 60
        assert np.sum(out) * uptake == pytest.approx(source.sum(), rel=1e-6)  # all that comes in is taken up


def test_preconditioner_is_symmetric_and_positive():
    random = np.random.default_rng(3)
    for shape in ((21, 34), (6, 13, 10)):
        grid = Grid("cartesian", shape, 0.5, random.random(shape) > 0.2)
        solver = Elliptic(grid, random.uniform(0.1, 1.0, shape))
        uptake, source = 0.2 + random.random((2, *grid.full_shape))
        solver.solve(uptake, source, np.zeros(grid.full_shape))
        levels, (u, right, *rest) = solver._levels, solver._hierarchy

        def applied(field, levels=levels, u=u, right=right, rest=rest, solver=solver):
            levels.view(right)[...] = field
            cycle(u, right, *rest, solver._row, levels.table, solver._weights, solver._matrix, solver._pivots)
            return levels.view(u).copy()

        a, b = random.normal(size=(2, *grid.full_shape)) * grid.mask.reshape(grid.full_shape)
        assert np.sum(a * applied(b)) == pytest.approx(np.sum(b * applied(a)), rel=1e-10)
        assert np.sum(a * applied(a)) > 0.0


def test_masks_leak_nothing():
    mask = np.ones((30, 41), bool)
    mask[:, 20] = False
    grid = Grid("cartesian", mask.shape, 0.2, mask)
    source = np.where(np.arange(41) < 20, 1.0 + np.random.default_rng(4).random(mask.shape), 0.0)
    found = solved(grid, 5.0, 1.0, source)
    assert not found[:, 20:].any()
    assert grid.integral(found) == pytest.approx(grid.integral(source), rel=1e-8)  # all that comes in is taken up


def test_source_of_one_sign_gives_a_solution_of_one_sign():
    grid = Grid("cartesian", (48, 48), 0.2)
    random = np.random.default_rng(5)
    everywhere = solved(grid, 1.0, 1.0 + random.random(grid.shape), 1e-3 + random.random(grid.shape))
    assert everywhere.min() > 0.0
    point = np.zeros(grid.shape)
    point[5, 5] = 1.0
    assert solved(grid, 0.01, 1.0, point).min() >= -1e-10  # tolerance times the norm of the source


def test_parts_and_cells_without_diffusivity():
    grid = Grid("cartesian", (16, 16), 1.0)
    diffusivity = np.ones(grid.shape)
    diffusivity[:, 8], diffusivity[3, 3] = 0.0, 0.0
    uptake, source = np.full(grid.shape, 2.0), np.where(np.arange(16) < 9, 3.0, 0.0) * np.ones(grid.shape)
    uptake[:, 9:] = 0.0  # nothing enters there and nothing is consumed
    found = solved(grid, diffusivity, uptake, source)
    assert found[:, :9] == pytest.approx(1.5, rel=1e-9) and not found[:, 9:].any()
    uptake[3, 3] = 0.0
    with pytest.raises(InputError, match="1 of 19 parts"):
        solved(grid, diffusivity, uptake, source)


def test_warm_start_saves_iterations_and_repeats_agree():
    grid = Grid("cartesian", (64, 64), 0.2)
    random, solver = np.random.default_rng(6), None
    solver, out = Elliptic(grid, 20.0), np.zeros(grid.full_shape)
    uptake, source = 10.0 + random.random(grid.full_shape), random.random(grid.full_shape)
    cold = solver.solve(uptake, source, out)
    first = out.copy()
    assert solver.solve(uptake, source, out).iterations == 0
    other = np.zeros(grid.full_shape)
    solver.solve(2.0 * uptake, source, other)
    warm = solver.solve(uptake * 1.001, source, out)
    assert 0 < warm.iterations < cold.iterations
    out[...] = 0.0
    solver.solve(uptake, source, out)
    assert np.array_equal(out, first)


@pytest.mark.parametrize("shape", [(61, 40), (17, 24, 15)])
def test_single_precision_is_as_exact_as_its_tolerance(shape):
    random = np.random.default_rng(8)
    grid = Grid("cartesian", shape, 0.3, random.random(shape) > 0.2)
    diffusivity, uptake = 10.0 ** random.uniform(-1, 1, shape), 0.1 + random.random(grid.full_shape)
    source, exact, found = random.random(grid.full_shape), np.zeros(grid.full_shape), np.zeros(grid.full_shape)
    outside = ~grid.mask.reshape(grid.full_shape)
    uptake[outside] = source[outside] = 0.0
    Elliptic(grid, diffusivity).solve(uptake, source, exact, 1e-12)
    single = Elliptic(grid, diffusivity, arithmetic=np.float32)
    assert single.solve(uptake, source, found, 2e-5).converged
    # an eigenvalue of the matrix is at least .1: the error is at most ten times the residual, and as much by rounding
    assert np.linalg.norm(found - exact) <= 2.0 * 10.0 * 2e-5 * np.linalg.norm(source)
    assert found.dtype == np.float64 and not found[outside].any()
    with pytest.raises(InputError, match="at least 1e-05 in single precision"):
        single.solve(uptake, source, found, 1e-8)


@pytest.mark.parametrize("arithmetic", [np.float64, np.float32])
def test_solvers_that_share_memory_leave_each_other_alone(arithmetic):
    random, grid = np.random.default_rng(9), Grid("cartesian", (40, 33), 0.2)
    source, uptake = random.random((2, *grid.full_shape)), 1.0 + random.random((2, *grid.full_shape))
    kinds = {"precision": np.float32, "arithmetic": arithmetic}
    first = Elliptic(grid, 3.0, **kinds)
    second = Elliptic(grid, 0.2, **kinds, beside=first)
    alone = [Elliptic(grid, diffusivity, **kinds) for diffusivity in (3.0, 0.2)]
    for _ in range(3):
        for number, shared in enumerate((first, second)):
            one, two = np.zeros(grid.full_shape), np.zeros(grid.full_shape)
            shared.solve(uptake[number], source[number], one, 1e-4)
            alone[number].solve(uptake[number], source[number], two, 1e-4)
            assert np.array_equal(one, two)


@pytest.mark.parametrize("arithmetic", [np.float64, np.float32])
def test_a_failed_solve_leaves_nothing_behind_for_the_next(arithmetic):
    random, grid = np.random.default_rng(10), Grid("cartesian", (40, 33), 0.2)
    source, uptake = random.random(grid.full_shape), np.ones(grid.full_shape)
    kinds = {"precision": np.float32, "arithmetic": arithmetic}
    first = Elliptic(grid, 3.0, **kinds)
    second = Elliptic(grid, 0.2, **kinds, beside=first)
    huge = np.full(grid.full_shape, 1e200 if arithmetic is np.float64 else 1e30)
    assert not first.solve(uptake, source, huge, 1e-4).converged
    for solver in (first, second):
        assert solver.solve(uptake, source, np.zeros(grid.full_shape), 1e-4).converged


@pytest.mark.parametrize("scale", [1e-24, 1e-16, 1.0, 1e16])
def test_single_precision_holds_sources_of_any_usual_size(scale):
    random, grid = np.random.default_rng(11), Grid("cartesian", (40, 33), 0.2)
    source, uptake = scale * random.random(grid.full_shape), np.ones(grid.full_shape)
    found, exact = np.zeros((2, *grid.full_shape))
    assert Elliptic(grid, 3.0, arithmetic=np.float32).solve(uptake, source, found, 1e-4).converged
    Elliptic(grid, 3.0).solve(uptake, source, exact, 1e-10)
    np.testing.assert_allclose(found, exact, rtol=1e-3)


def test_memory_is_shared_with_solvers_of_the_same_kind_only():
    grid = Grid("cartesian", (40, 33), 0.2)
    for other in (Elliptic(Grid("cartesian", (20, 33), 0.2), 1.0), Elliptic(grid, 1.0, np.float32)):
        with pytest.raises(ValueError, match="same grid"):
            Elliptic(grid, 1.0, beside=other)
    with pytest.raises(InputError, match="out: has shape"):
        Elliptic(grid, 1.0).solve(*np.ones((2, *grid.full_shape)), np.zeros((1, 50, 50)))


def test_what_does_not_converge_says_so():
    grid = Grid("cartesian", (64, 64), 0.2)
    source, out = np.random.default_rng(7).random(grid.full_shape), np.zeros(grid.full_shape)
    found = Elliptic(grid, 20.0, most=2).solve(np.ones(grid.full_shape), source, out)
    assert found.iterations == 2 and found.residual > 1e-8 and not found.converged


def test_no_iteration_without_source():
    grid = Grid("cartesian", (20, 20), 0.2)
    out, zero = np.ones(grid.full_shape), np.zeros(grid.full_shape)
    assert Elliptic(grid, 1.0).solve(zero, zero, out) == (0, 0.0, True)
    assert not out.any()


def test_what_has_no_steady_state_is_refused():
    grid = Grid("cartesian", (8, 8), 0.2)
    one = np.ones(grid.full_shape)
    with pytest.raises(InputError, match="zero in all of the tissue"):
        Elliptic(grid, 1.0).solve(0.0 * one, one, one.copy())
    with pytest.raises(InputError, match="0 or more"):
        Elliptic(grid, 1.0).solve(-one, one, one.copy())
    with pytest.raises(InputError, match="finite"):
        Elliptic(grid, 1.0).solve(one, np.nan * one, one.copy())
    with pytest.raises(InputError, match="precision"):
        Elliptic(grid, 1.0, np.int32)


def test_radial_grids_have_the_same_interface():
    grid = Grid("radial", (20,), 0.2)
    out = np.zeros(grid.full_shape)
    assert Elliptic(grid, 1.0).solve(np.full(grid.full_shape, 4.0), np.ones(grid.full_shape), out).converged
    assert out == pytest.approx(0.25, rel=1e-12)


def test_implicit_steps_behind_a_mask_are_of_second_order():
    random = np.random.default_rng(8)
    grid = Grid("cartesian", (9, 10), 0.5, random.random((9, 10)) > 0.2)
    diffusivity = random.uniform(0.1, 0.3, grid.shape)
    inside = grid.mask.reshape(grid.full_shape)
    uptake = 0.5 + random.random(grid.full_shape)
    start = np.where(inside, random.random(grid.full_shape), 0.0)
    system = matrix_of(grid, diffusivity).toarray() + np.diag(uptake.ravel())
    exact = (expm(-0.5 * system) @ start.ravel()).reshape(grid.full_shape)
    stepper, zero, errors = ImplicitSteps(Elliptic(grid, diffusivity)), np.zeros(grid.full_shape), []
    for steps in (4, 8, 16, 32):
        u = start.copy()
        for _ in range(steps):
            assert stepper.advance(u, uptake, zero, 0.5 / steps, tolerance=1e-12).converged
        errors.append(np.abs(u - exact)[inside].max())
    assert observed_orders(errors)[1:] == pytest.approx(ORDER, abs=TOLERANCE)
