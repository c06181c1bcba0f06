"""Steps by cosine transforms against a matrix exponential, against multigrid, and where they must hand over."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import expm

from ossim.errors import InputError
from ossim.numerics.pde.elliptic import Elliptic
from ossim.numerics.pde.grid import Grid
from ossim.numerics.pde.implicit import ImplicitSteps
from ossim.numerics.pde.problem import bind
from ossim.numerics.pde.spectral_uptake import SpectralUptake
from ossim.numerics.pde.system import FieldSystem, Transported

GRID = Grid("cartesian", (9, 12), 0.3)
DIFFUSIVITY = 0.8


def operator(grid: Grid, diffusivity: float, uptake: np.ndarray) -> np.ndarray:
    """The matrix of D lap - uptake, cell by cell."""
    n = grid.size
    index, matrix = np.arange(n).reshape(grid.shape), -np.diag(uptake.ravel())
    for axis in range(index.ndim):
        here, there = (
            np.take(index, part, axis).ravel() for part in (range(grid.shape[axis] - 1), range(1, grid.shape[axis]))
        )
        k = diffusivity / grid.spacing**2
        for a, b in ((here, there), (there, here)):
            matrix[a, b] += k
            matrix[a, a] -= k
    return matrix


def exact(u, uptake, source, step):
    """The solution after `step` for constant uptake and source."""
    matrix = operator(GRID, DIFFUSIVITY, uptake)
    rest = np.linalg.solve(matrix, -source.ravel())
    return (rest + expm(step * matrix) @ (u.ravel() - rest)).reshape(u.shape)


@pytest.fixture
def fields():
    random = np.random.default_rng(3)
    u, source = random.random((2, *GRID.full_shape))
    return u, 10.0 + 0.8 * random.random(GRID.full_shape), source


def steps(otherwise=None) -> SpectralUptake:
    return SpectralUptake(GRID, DIFFUSIVITY, otherwise or ImplicitSteps(Elliptic(GRID, DIFFUSIVITY)))


def marched(stepper, fields, total, count):
    u, uptake, source = (field.copy() for field in fields)
    for _ in range(count):
        assert stepper.advance(u, uptake, source, total / count, 1e-12).converged
    return u


def test_equal_uptake_is_exact_in_time(fields):
    """For a constant source, in one step of any length."""
    u, _, source = fields
    uptake = np.full(GRID.full_shape, 3.0)
    for step in (0.01, 0.4, 30.0):
        found = marched(steps(), (u, uptake, source), step, 1)
        assert found == pytest.approx(exact(u, uptake, source, step), rel=1e-11)


def test_uneven_uptake_is_of_order_two(fields):
    expected = exact(*fields, 0.5)
    errors = [np.abs(marched(steps(), fields, 0.5, n) - expected).max() for n in (8, 16, 32, 64)]
    assert np.log2(errors[-2] / errors[-1]) == pytest.approx(2.0, abs=0.1)
    assert errors[-1] < 1e-5


def test_long_step_ends_at_rest(fields):
    """As with multigrid: a step of many decay times forgets its start."""
    u, uptake, source = fields
    rest = np.zeros(GRID.full_shape)
    Elliptic(GRID, DIFFUSIVITY).solve(uptake, source, rest, 1e-12)
    for _ in range(3):  # what the bracket at the start still holds of the start shrinks from step to step
        steps().advance(u, uptake, source, 1e6, 1e-12)
    assert u == pytest.approx(rest, rel=1e-6)


def test_linear_source_and_guess(fields):
    """Halving the step with a source and an uptake that change: order two; a guess only saves terms."""
    u, uptake, source = fields
    later, more = 2.0 * source, uptake + 0.3

    def run(count, guess):
        found, stepper, terms = u.copy(), steps(), 0
        ends = []
        for k in range(count):
            parts = [
                (1 - s) * a + s * b for s in (k / count, (k + 1) / count) for a, b in ((uptake, more), (source, later))
            ]
            known = guess[k] if guess else None
            done = stepper.advance(found, parts[0], parts[1], 0.5 / count, 1e-10, parts[3], parts[2], known)
            terms += done.iterations
            ends.append(found.copy())
        return ends, terms

    by_count = [run(count, None)[0][-1] for count in (16, 32, 64, 128)]
    changes = [np.abs(a - b).max() for a, b in pairwise(by_count)]
    assert np.log2(changes[-2] / changes[-1]) == pytest.approx(2.0, abs=0.15)
    blind, terms = run(8, None)
    known, fewer = run(8, blind)
    assert known[-1] == pytest.approx(blind[-1], rel=1e-8) and fewer < terms
    multigrid = ImplicitSteps(Elliptic(GRID, DIFFUSIVITY))
    found = u.copy()
    for k in range(128):
        parts = [(1 - s) * a + s * b for s in (k / 128, (k + 1) / 128) for a, b in ((uptake, more), (source, later))]
        multigrid.advance(found, parts[0], parts[1], 0.5 / 128, 1e-10, parts[3], parts[2])
    assert by_count[-1] == pytest.approx(found, rel=1e-4)


def test_uptake_too_uneven_goes_to_the_other_solver(fields):
    u, uptake, source = fields
    uptake[0, 2, 3] = 20.0
    expected, found = u.copy(), u.copy()
    ImplicitSteps(Elliptic(GRID, DIFFUSIVITY)).advance(expected, uptake, source, 0.1)
    steps().advance(found, uptake, source, 0.1)
    assert np.array_equal(found, expected)


def test_field_stays_above_zero_and_nan_does_not_loop(fields):
    u, uptake, source = fields
    u[...] = source[...] = 0.0
    source[0, 4, 4] = 1.0
    stepper = steps()
    for _ in range(5):
        stepper.advance(u, uptake, source, 2.0)
    assert u.min() > -1e-15 * u.max() and u.max() > 0.0
    source[0, 0, 0] = np.nan
    assert not stepper.advance(u, uptake, source, 2.0).converged


def even(u, base):
    uptake = base + 0.0 * u
    supply = u
    return uptake, supply


def grown(u, a, base):
    du = base * a - u
    return du


@pytest.mark.parametrize(
    "grid, permeability, spectral",
    [
        (GRID, 1.0, True),
        (Grid("radial", (12,), 0.3), 1.0, False),
        (Grid("cartesian", (9, 12), 0.3, np.arange(108).reshape(9, 12) > 3), 1.0, False),
        (GRID, np.linspace(1.0, 2.0, 108).reshape(9, 12), False),
    ],
)
def test_chosen_where_nothing_masks_and_the_diffusivity_is_one_number(grid, permeability, spectral):
    law = Transported("a", "D", even, at_rest=False)
    system = FieldSystem("test_chosen", ("u",), ("base", "D"), grown, transported=(law,))
    problem = bind(system, grid, {"base": 1.0, "D": 1.0}, {"u": 0.1}, permeability)
    assert isinstance(problem.carried[0].steps, SpectralUptake) is spectral


def test_refusals(fields):
    with pytest.raises(InputError, match="above 0 days"):
        steps().advance(*fields, 0.0)
    with pytest.raises(InputError, match="without mask"):
        SpectralUptake(Grid("radial", (8,), 1.0), 1.0, ImplicitSteps(Elliptic(Grid("radial", (8,), 1.0), 1.0)))
