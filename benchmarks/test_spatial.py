"""The PDE benchmarks on tiny grids: kernels are right, methods converge, the table has a row for each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import peer_belod, peer_explicit, spatial, spatial_kernels, spatial_ours, spatial_reference, stream
from benchmarks.spatial_peers import SPATIAL_PEERS, Solved, others
from benchmarks.spatial_problem import LAM, Outputs, SpatialProblem, errors, rates, reaction
from benchmarks.spatial_user import as_a_user

PLANE = SpatialProblem("tiny plane", (16, 24), 0.4, 2.0, 4)
BOX = SpatialProblem("tiny box", (8, 16, 12), 0.5, 2.0, 2)  # VEGF starts from 0: a day is ten of its time constants
STEP = 0.0125  # [day] of the reference: its own error stays below 1e-6 here


def test_identical_outputs_have_no_error():
    exact = spatial_reference.solve(PLANE, 0.1)
    assert errors(exact, exact) == (0.0, 0.0, 0.0)


def test_errors_are_relative_and_each_its_own():
    exact = Outputs(np.array([3.0, 4.0]), np.array([1.0, 1.0]), np.array([2.0, 2.0]))
    found = Outputs(np.array([3.0, 4.5]), np.array([1.0]), np.array([2.2, 2.2]))
    assert errors(found._replace(front=np.array([1.0, 1.0])), exact) == pytest.approx((0.1, 0.0, 0.1))


def test_front_is_interpolated():
    """c = .5 exp(-r^2) crosses .1 at r = sqrt(ln 5); the row next to the axis lies half a cell off it."""
    problem = SpatialProblem("fine", (400, 400), 0.02, 1.0)
    front = problem.observe(problem.start())[1]
    assert front == pytest.approx(np.sqrt(np.log(5.0) - 0.01**2), abs=2e-4)  # linear between cells: spacing^2 / 2


@pytest.mark.parametrize("problem", [PLANE, BOX], ids=lambda p: p.key)
def test_kernel_agrees_with_numpy(problem):
    y, new = spatial_kernels.started(problem, 2)
    random = np.random.default_rng(1).uniform(0.01, 0.2, (5, *problem.shape))
    for field, value in zip(y, random, strict=True):
        field[...] = value.reshape(field.shape)
    compiled, k = spatial_kernels.kernels(len(problem.shape)), spatial_kernels.coefficients(problem)
    exact = rates(problem, random)
    compiled.slope((y, new), k, (0.0,))
    np.testing.assert_allclose(np.stack(new).reshape(exact.shape), exact, rtol=1e-12, atol=1e-12)
    compiled.euler((y, new), k, (0.01,))
    np.testing.assert_allclose(np.stack(new).reshape(exact.shape), random + 0.01 * exact, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("problem", [PLANE, BOX], ids=lambda p: p.key)
def test_reference_is_of_second_order(problem):
    fine = spatial_reference.solve(problem, STEP / 2)
    coarse, halved = (errors(spatial_reference.solve(problem, step), fine) for step in (0.1, 0.05))
    assert coarse[0] / halved[0] == pytest.approx(4.0, abs=0.5)  # second order, and the fine one is not exact
    assert max(errors(spatial_reference.solve(problem, STEP), fine)) < 1e-5


@pytest.mark.parametrize("problem", [PLANE, BOX], ids=lambda p: p.key)
def test_explicit_euler_reaches_the_reference(problem):
    exact = spatial_reference.solve(problem, STEP)
    found = peer_explicit.run(problem, problem.n_outputs)
    assert max(errors(found.outputs, exact)) < 1e-3
    assert found.seconds > 0.0 and found.moved > 0.0


@pytest.mark.parametrize("problem", [PLANE, BOX], ids=lambda p: p.key)
def test_be_lod_converges_at_first_order(problem):
    exact = spatial_reference.solve(problem, STEP)
    coarse, fine = (
        np.array(errors(peer_belod.run(problem, step, problem.n_outputs).outputs, exact)) for step in (2e-3, 1e-3)
    )
    assert np.all(coarse[[0, 2]] / fine[[0, 2]] > 1.8)
    assert max(fine) < 1e-2  # VEGF: splitting the source off the decay costs LAM dt / 4


def test_functions_of_ossim_are_those_of_the_problem():
    fields = np.random.default_rng(3).uniform(0.01, 0.2, (5, 100))
    named = dict(zip(spatial_ours.PARAMETERS, spatial_ours.VALUES, strict=True))
    *exact, vegf = reaction(*fields)
    found = spatial_ours.cells(*fields, *(named[key] for key in ("RHO", "GAM", "BET", "ALH", "ALN", "MU", "KM")))
    np.testing.assert_allclose(found, exact, rtol=1e-12, atol=1e-15)
    source = spatial_ours.supply(*fields, *(named[key] for key in ("DELC", "DELH", "QUP", "OME", "MU", "KM")))
    np.testing.assert_allclose(source - LAM * fields[4], vegf, rtol=1e-12)


@pytest.mark.parametrize("problem", [PLANE, BOX], ids=lambda p: p.key)
def test_ossim_reaches_the_reference_at_second_order(problem):
    longer = replace(problem, days=24.0, n_outputs=4)
    exact = spatial_reference.solve(longer, STEP)
    coarse, middle, fine = (errors(spatial_ours.ours(longer, step).outputs, exact) for step in (3.0, 1.5, 0.75))
    assert max(middle) < spatial.ALLOWED
    assert np.log2(coarse[0] / fine[0]) / 2 == pytest.approx(2.0, abs=0.1)


def test_box_of_ossim_changes_nothing_that_counts(monkeypatch):
    problem = SpatialProblem("wide", (96, 96), 0.4, 12.0, 2)
    found = spatial_ours.ours(problem, 1.0).outputs
    assert spatial_ours.Tumor(problem).box.grid.shape < problem.shape
    monkeypatch.setattr(spatial_ours, "MARGIN", 96)
    assert spatial_ours.Tumor(problem).box.complete
    assert max(errors(found, spatial_ours.ours(problem, 1.0).outputs)) < 1e-5  # VEGF that would have left the box


def test_lines_conserve_mass():
    m, g = peer_belod.factors(PLANE, 24, 0.1)[0]
    field = np.random.default_rng(2).uniform(size=(1, 8, 24))
    before = field.sum(axis=-1)
    peer_belod.along_rows(field, 0, 0, np.empty((24, 8)), m, g)
    np.testing.assert_allclose(field.sum(axis=-1), before, rtol=1e-13)


@pytest.mark.parametrize("name", [name for name in SPATIAL_PEERS if name not in ("explicit", "belod")])
def test_other_tool_agrees_with_explicit_euler(name):
    """The same method with the same step: differences are those of round-off."""
    found, absent = others(PLANE, [name])
    if absent:
        pytest.skip(absent[0])
    exact = peer_explicit.run(PLANE, 1).outputs
    assert max(errors(found[0].run(1).outputs, exact)) < 1e-10


def test_call_of_a_user_agrees_with_the_parts_put_together_by_hand():
    square = SpatialProblem("tiny square", (24, 24), 0.4, 2.0, 4)
    exact = spatial_reference.solve(square, 0.02)
    coarse, fine = (max(errors(as_a_user(square, step).outputs, exact)) for step in (0.25, 0.125))
    assert fine < 2e-3 and coarse / fine > 2.5, "of order 2 in the step"
    assert max(errors(spatial_ours.ours(square, 0.125).outputs, exact)) < 2e-3


def test_table(tmp_path, monkeypatch):
    monkeypatch.setattr(spatial_reference, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(spatial, "as_a_user", lambda p: Solved(spatial_reference.solve(p, 0.05), 0.01))
    text = spatial.spatial(PLANE, ("explicit",), repeats=1, part=0.5, step=0.05)
    assert "explicit Euler" in text and "ossim" in text and "*" in text
    assert len(list(tmp_path.iterdir())) == 1


def test_bandwidth():
    assert 0.1 < stream.bandwidth(48, repeats=1) < 10_000.0
