"""The method that each run chooses for itself: right, never much dearer than the better one, and its own affair."""

import numpy as np
import pytest
from engine_cases import events, exposure, problem

from ossim.dosing import compile_events, dose_rows
from ossim.numerics.arrays import NON_FINITE, OK
from ossim.numerics.codegen.kernel import compile_kernel
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import sqrt
from ossim.numerics.linear_pk import disposition_modes
from ossim.numerics.ode.method_switch import EXPLICIT, STIFF
from ossim.numerics.ode.problem import advance_problem

DAYS = 40.0
NEVER_DEARER = 1.3  # the promise: cost over that of the better method
RATES = (5.0, 50.0, 200.0, 800.0, 3200.0)  # per day


def relay_rates(V, F, x, growth, kill, fast):
    uptake = V / (V + 500.0)
    dV = V * (growth * (1.0 - V / 5000.0) - kill * x * F)
    dF = fast * (uptake * (1.0 + 0.3 * x) - F)
    return dV, dF


#: A tumor V and a factor F that follows it at the rate `fast`, under a drug x.
RELAY = System("case_relay", ("V", "F"), ("growth", "kill", "fast"), relay_rates, inputs=("x",))


def _relay(fast, rtol=1e-6, method="auto", stops=(DAYS,), threads=1):
    fast = np.atleast_1d(fast)
    n = fast.size
    modes = disposition_modes(np.full(n, 30.0), np.full(n, 20.0))
    table = compile_events(dose_rows([dict(time=0, amt=10, ii=1, addl=int(DAYS) - 1)]), ("drug",), DAYS)
    parameters = np.column_stack([np.full(n, 0.1), np.full(n, 0.6), fast])
    state = np.column_stack([np.full(n, 300.0), np.full(n, 0.375)])
    built = problem(
        RELAY, state, parameters, np.arange(1.0, DAYS), first_step=1e-4, exposure=exposure(RELAY, modes),
        doses=events(table, n, modes.size), control={"rtol": rtol, "atol": 1e-9},
    )  # fmt: skip
    for stop in stops:
        advance_problem(built, stop, threads, method)
    return built


def _relative_cost():
    return compile_kernel(RELAY, "rodas4").cost / compile_kernel(RELAY).cost


@pytest.mark.parametrize("rtol", [1e-4, 1e-6])
@pytest.mark.parametrize("fast", RATES)
def test_cost_is_close_to_that_of_the_better_method(fast, rtol):
    explicit = _relay(fast, rtol, "tsit5").runs.n_steps[0]
    stiff = _relay(fast, rtol, "rodas4").runs.n_steps[0]
    # not more than if all steps were those of the dearer method, which bounds what a mixture has cost
    chosen = _relay(fast, rtol).runs
    dearest = max(1.0, _relative_cost()) if chosen.method[0] == STIFF else 1.0
    assert chosen.n_steps[0] * dearest <= NEVER_DEARER * min(explicit, stiff * _relative_cost()) + 2 * 64


def test_fast_rates_choose_the_stiff_method_and_slow_ones_do_not():
    chosen = _relay(RATES).runs.method
    assert chosen[0] == EXPLICIT
    assert chosen[-1] == STIFF


@pytest.mark.parametrize("fast", RATES)
def test_solution_does_not_depend_on_the_method(fast):
    exact = _relay(fast, 1e-10, "rodas4").records.state
    found = _relay(fast, 1e-7).records.state
    np.testing.assert_allclose(found, exact, rtol=1e-5)


def test_run_that_never_leaves_takes_the_course_of_the_explicit_method():
    chosen, explicit = _relay(5.0), _relay(5.0, method="tsit5")
    np.testing.assert_array_equal(chosen.records.state, explicit.records.state)


def test_choice_is_each_runs_own():
    together = _relay(RATES)
    for index, fast in enumerate(RATES):
        alone = _relay(fast)
        np.testing.assert_array_equal(alone.records.state[0], together.records.state[index])
        assert alone.runs.n_steps[0] == together.runs.n_steps[index]


def test_threads_do_not_change_the_bits():
    one, two = _relay(RATES * 4), _relay(RATES * 4, threads=2)
    np.testing.assert_array_equal(one.records.state, two.records.state)


def test_stops_in_between_move_the_solution_by_no_more_than_the_tolerance():
    whole, parts = _relay(RATES), _relay(RATES, stops=(0.3, 7.7, 20.0, DAYS))
    np.testing.assert_allclose(parts.runs.state, whole.runs.state, rtol=1e-5)


def test_failure_is_flagged_by_either_method():
    built = _relay([800.0, np.nan, 5.0])
    assert (built.runs.status != 0).tolist() == [False, True, False]


def edge_rates(F, B, fast):
    dF = fast * (1.0 - F)
    dB = sqrt(B) * F - B
    return dF, dB


#: A fast F, and a B that rests at zero, where its derivative is infinite and the Jacobian is no number.
EDGE = System("case_edge", ("F", "B"), ("fast",), edge_rates)


@pytest.mark.parametrize(("method", "status"), [("auto", OK), ("rodas4", NON_FINITE)])
def test_run_whose_jacobian_is_no_number_goes_on_with_the_explicit_method(method, status):
    built = problem(EDGE, np.zeros((2, 2)), np.full((2, 1), 3000.0), np.array([DAYS]), first_step=1e-4)
    advance_problem(built, DAYS, method=method)
    assert (built.runs.status == status).all()
    if status == OK:
        np.testing.assert_allclose(built.runs.state, [[1.0, 0.0]] * 2, atol=1e-6)


def test_a_dose_does_not_drive_a_stiff_run_back_to_small_steps():
    """Infusions a week apart into a factor of 3000 per day: the short steps after each are no reason to leave."""
    rows = [dict(time=1.0 + 7.0 * k, amt=10.0, dur=0.2) for k in range(5)]
    modes = disposition_modes(np.full(1, 30.0), np.full(1, 1.0))
    table = compile_events(dose_rows(rows), ("drug",), DAYS)
    steps = {}
    for method in ("auto", "rodas4"):
        built = problem(
            RELAY, np.array([[300.0, 0.375]]), np.array([[0.1, 0.6, 3000.0]]), np.array([DAYS]), first_step=1e-4,
            exposure=exposure(RELAY, modes), doses=events(table, 1, modes.size), control={"rtol": 1e-6, "atol": 1e-9},
        )  # fmt: skip
        for stop in np.arange(1.0, DAYS + 1.0):  # stopped every day, as by a strategy
            advance_problem(built, stop, 1, method)
        steps[method] = built.runs.n_steps[0]
    # what is lost is one stretch of each method before the first trial, and trials of the explicit method
    assert steps["auto"] < steps["rodas4"] + 4 * 64
