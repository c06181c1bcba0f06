"""Events that the state itself triggers: thresholds of growing states, and the rise of the observable."""

import numpy as np
import pytest
from engine_cases import clocks, problem, watch

from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp
from ossim.numerics.ode.problem import advance_problem

DATE = 1e-6  # required accuracy of a date [day]
FINE = {"rtol": 1e-10, "atol": 1e-12}  # the solution itself must be good for the date
DEFAULT = {"rtol": 1e-6, "atol": 1e-9}


def hazard_rates(Hn, Hd, a, b, t):
    dHn = a * exp(b * t)
    dHd = 0.5 * a
    return dHn, dHd


HAZARD = System("case_hazard", ("Hn", "Hd"), ("a", "b"), hazard_rates)


def regrowth_rates(clock):
    dclock = 1.0
    return dclock


def lesion_summary(S, R):
    V = S + R
    return V


def lesion_rates(S, R, kill, growth):
    dS = -kill * S
    dR = growth * R
    return dS, dR


def lesion_size(S, R):
    size = S + R
    return size


#: Lesions that shrink and grow again: S falls at `kill`, R grows at `growth`, the observable is the sum of all.
REGROWTH = System(
    "case_regrowth",
    ("clock",),
    (),
    regrowth_rates,
    unit_states=("S", "R"),
    unit_parameters=("kill", "growth"),
    unit_summary=lesion_summary,
    totals=("V",),
    unit_rates=lesion_rates,
    unit_observable=lesion_size,
    max_units=2,
)


def _reached(a, b, threshold):
    """When a (e^(b t) - 1) / b reaches the threshold."""
    return np.log1p(threshold * b / a) / b


A, B = 0.004, 0.03
THRESHOLDS = np.array([0.01, 0.1, 0.5, 1.0, 3.0])


def _clocked(terminal, end=200.0, control=FINE, shallow=np.inf):
    n = THRESHOLDS.size
    threshold = np.column_stack([THRESHOLDS, np.broadcast_to(shallow, n)])
    built = problem(
        HAZARD,
        np.zeros((n, 2)),
        np.tile([A, B], (n, 1)),
        np.linspace(0.0, end, 21),
        clocks=clocks([0, 1], terminal, threshold),
        control=control,
    )
    advance_problem(built, end)
    return built


@pytest.mark.parametrize("terminal", [False, True])
def test_crossing_of_a_threshold_is_dated(terminal):
    built = _clocked([terminal, False])
    np.testing.assert_allclose(built.clocks.crossed[:, 0], _reached(A, B, THRESHOLDS), rtol=0, atol=DATE)


def test_date_is_as_good_as_the_tolerance():
    built = _clocked([False, False], control=DEFAULT)
    # error of the state over its slope, and the step's share of the relative tolerance
    allowed = 100 * DEFAULT["rtol"] * THRESHOLDS / (A + B * THRESHOLDS)
    assert (np.abs(built.clocks.crossed[:, 0] - _reached(A, B, THRESHOLDS)) <= allowed).all()


def test_run_goes_on_after_a_crossing_that_is_not_terminal():
    built = _clocked([False, False])
    np.testing.assert_array_equal(built.runs.time, 200.0)


def test_run_ends_at_a_terminal_crossing():
    built = _clocked([True, False])
    np.testing.assert_array_equal(built.runs.time, built.clocks.crossed[:, 0])
    np.testing.assert_allclose(built.runs.state[:, 0], THRESHOLDS, rtol=1e-8)
    np.testing.assert_allclose(built.runs.state[:, 1], 0.5 * A * built.runs.time, rtol=1e-8)


def test_nothing_is_recorded_after_the_end():
    built = _clocked([True, False])
    after = built.records.time[None, :] > built.runs.time[:, None]
    np.testing.assert_array_equal(np.isnan(built.records.state[:, :, 0]), after)


def test_stopped_run_stays_where_it_is():
    built = _clocked([True, False])
    before = built.runs.state.copy()
    advance_problem(built, 400.0)
    np.testing.assert_array_equal(built.runs.state, before)


def test_crossing_after_the_end_of_the_run_is_not_dated():
    # both thresholds fall into one long step: the second one lies after the terminal one
    end = _reached(A, B, THRESHOLDS)
    built = _clocked([True, False], shallow=0.5 * A * (end + 1e-3))
    assert np.isnan(built.clocks.crossed[:, 1]).all()
    built = _clocked([True, False], shallow=0.5 * A * (end - 1e-3))
    np.testing.assert_allclose(built.clocks.crossed[:, 1], end - 1e-3, rtol=0, atol=DATE)


def test_date_does_not_depend_on_where_the_run_is_interrupted():
    whole, parts = _clocked([False, False]), _clocked([False, False], end=1.0)
    for stop in (7.3, 50.0, 51.0, 200.0):
        advance_problem(parts, stop)
    np.testing.assert_allclose(parts.clocks.crossed[:, 0], whole.clocks.crossed[:, 0], rtol=0, atol=DATE)


KILL, GROWTH = np.array([0.05, 0.1, 0.3, 0.02]), np.array([0.01, 0.004, 0.02, 0.015])
SHRINKING, GROWING = 80.0, 20.0


def _watched(control=FINE, stops=(1500.0,), factor=1.2, margin=5.0, n_units=1):
    n = KILL.size
    lesion = [SHRINKING, GROWING]
    state = np.tile([0.0, *lesion, *(lesion if n_units == 2 else (0.0, 0.0))], (n, 1))
    parameters = np.tile(np.column_stack([KILL, GROWTH]), (1, 2))
    watched = watch(n)
    watched.lowest[:] = n_units * (SHRINKING + GROWING)
    built = problem(
        REGROWTH,
        state,
        parameters,
        n_units=n_units,
        watch=watched,
        control={**control, "watch_factor": factor, "watch_margin": margin},
    )
    for stop in stops:
        advance_problem(built, stop)
    return built


def _regrown(factor, margin, n_units=1):
    """Lowest value, and when the sum has risen over it by the factor and the margin."""
    lowest, dates = [], []
    for kill, growth in zip(KILL, GROWTH, strict=True):
        bottom = np.log(kill * SHRINKING / (growth * GROWING)) / (kill + growth)

        def size(t, kill=kill, growth=growth):
            return n_units * (SHRINKING * np.exp(-kill * t) + GROWING * np.exp(growth * t))

        lowest.append(size(bottom))
        limit = max(factor * lowest[-1], lowest[-1] + margin)
        low, high = bottom, bottom + 1000.0
        for _ in range(80):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if size(middle) < limit else (low, middle)
        dates.append(high)
    return np.array(lowest), np.array(dates)


@pytest.mark.parametrize(("factor", "margin"), [(1.2, 5.0), (1.0, 30.0), (1.05, 0.0)])
def test_rise_over_the_minimum_is_dated_as_well_as_small_steps_show_it(factor, margin):
    built = _watched({"rtol": 1e-12, "atol": 1e-12, "max_step": 0.05}, factor=factor, margin=margin)
    lowest, dates = _regrown(factor, margin)
    np.testing.assert_allclose(built.watch.crossed, dates, rtol=0, atol=2e-3)
    np.testing.assert_allclose(built.watch.lowest, lowest, rtol=1e-6)


@pytest.mark.parametrize("n_units", [1, 2])
@pytest.mark.parametrize(("factor", "margin"), [(1.2, 5.0), (1.0, 30.0), (1.05, 0.0)])
def test_rise_over_the_minimum_is_dated(factor, margin, n_units):
    built = _watched(factor=factor, margin=margin, n_units=n_units)
    _, dates = _regrown(factor, margin, n_units)
    np.testing.assert_allclose(built.watch.crossed, dates, rtol=0, atol=DATE)


def test_rise_is_noticed_once():
    built = _watched()
    first = built.watch.crossed.copy()
    assert not built.watch.active.any()
    advance_problem(built, 2000.0)
    np.testing.assert_array_equal(built.watch.crossed, first)


def test_watching_does_not_move_the_solution():
    watched, plain = _watched(), _watched(factor=np.inf)
    np.testing.assert_array_equal(watched.runs.state, plain.runs.state)


def test_rise_date_does_not_depend_on_where_the_run_is_interrupted():
    whole, parts = _watched(), _watched(stops=(3.7, 20.0, 55.0, 56.0, 300.0, 1500.0))
    np.testing.assert_allclose(parts.watch.crossed, whole.watch.crossed, rtol=0, atol=DATE)


def test_outputs_inside_a_step_leave_units_that_are_not_in_use_alone():
    # one lesion of two: the states of the other are no part of the steps, nor of the sums made of the outputs
    times = np.linspace(0.0, 40.0, 33)
    state = np.array([[0.0, SHRINKING, GROWING, 0.0, 0.0]])
    built = problem(REGROWTH, state, [[0.1, 0.01, 0.1, 0.01]], times, n_units=1, control=FINE)
    advance_problem(built, 40.0)
    np.testing.assert_array_equal(built.records.state[0, :, 3:], 0.0)
    exact = np.column_stack([SHRINKING * np.exp(-0.1 * times), GROWING * np.exp(0.01 * times)])
    np.testing.assert_allclose(built.records.state[0, :, 1:3], exact, rtol=1e-8)
