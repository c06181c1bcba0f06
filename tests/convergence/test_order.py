"""Order of convergence of each integrator, measured at fixed steps on problems with closed solutions.

A step is forced by `max_step` under tolerances that accept everything. The order is the slope of a straight line
through five errors, each at half the step of the one before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from engine_cases import exposure, problem

from ossim.numerics.codegen.system import System
from ossim.numerics.codegen.tableaus import RODAS4, TSIT5
from ossim.numerics.elementwise import log
from ossim.numerics.linear_pk import Modes
from ossim.numerics.ode.problem import advance_problem

HORIZON = 4.0
ACCEPT_ALL = 1e8
EXPLICIT_MARGIN, STIFF_MARGIN = 0.1, 0.2


def logistic_rates(V, a):
    dV = a * V * (1.0 - V)
    return dV


def timed_rates(V, a, t):
    dV = a * t * V
    return dV


def gompertz_rates(V, a, K):
    dV = a * V * log(K / V)
    return dV


def driven_rates(V, x, k):
    dV = x - k * V
    return dV


@dataclass(frozen=True)
class Case:
    """A problem, its solution at times of shape (n,), and the coarsest number of steps per method and place."""

    system: System
    state: tuple[float, ...]
    parameters: tuple[float, ...]
    solution: Callable
    coarsest: Mapping[str, int]
    modes: tuple[float, ...] = field(default=())


def _logistic(t):
    return 1.0 / (1.0 + 19.0 * np.exp(-2.0 * t))


def _driven(t):
    return np.exp(-0.5 * t) + 2.0 * (np.exp(-3.0 * t) - np.exp(-0.5 * t)) / (0.5 - 3.0)


CASES = {
    "logistic": Case(
        System("case_logistic", ("V",), ("a",), logistic_rates),
        (0.05,),
        (2.0,),
        lambda t: _logistic(t)[:, None],
        {"explicit": 32, "explicit_dense": 32, "stiff": 32, "stiff_dense": 32},
    ),
    "explicit_in_time": Case(
        System("case_timed", ("V",), ("a",), timed_rates),
        (1.0,),
        (0.3,),
        lambda t: np.exp(0.15 * t * t)[:, None],
        {"explicit": 16, "explicit_dense": 32, "stiff": 32, "stiff_dense": 16},
    ),
    "gompertz": Case(
        System("case_gompertz", ("V",), ("a", "K"), gompertz_rates),
        (0.05,),
        (2.0, 1.0),
        lambda t: np.exp(np.log(0.05) * np.exp(-2.0 * t))[:, None],
        {"explicit": 64, "explicit_dense": 64, "stiff": 128, "stiff_dense": 64},
    ),
    "driven_by_a_drug": Case(
        System("case_driven", ("V",), ("k",), driven_rates, inputs=("x",)),
        (1.0,),
        (0.5,),
        lambda t: _driven(t)[:, None],
        {"explicit": 16, "explicit_dense": 32, "stiff": 16, "stiff_dense": 32},
        modes=(3.0,),
    ),
}


def _error(case: Case, advance: Callable, n_steps: int, times: np.ndarray) -> float:
    parts = {}
    if case.modes:
        parts["exposure"] = exposure(case.system, Modes(np.array([case.modes]), np.ones((1, 1))))
        parts["exposure"].value[:] = 2.0
    step = HORIZON / n_steps
    control = {"rtol": ACCEPT_ALL, "atol": ACCEPT_ALL, "max_step": step, "signed": True}
    built = problem(case.system, [case.state], [case.parameters], times, first_step=step, control=control, **parts)
    advance(case.system, built)
    assert built.runs.n_steps[0] == n_steps
    return np.abs(built.records.state[0] - case.solution(times)).max()


def _measured_order(case: Case, advance: Callable, place: str) -> float:
    counts = case.coarsest[place] * 2 ** np.arange(5)
    # most of these points lie inside a step of every grid; the shared ones end a step of each
    dense = np.linspace(0.0, HORIZON, 7 * 64 + 1)[1:]
    shared = np.linspace(0.0, HORIZON, 9)[1:]
    times = dense if place.endswith("dense") else shared
    errors = [_error(case, advance, int(count), times) for count in counts]
    return -np.polyfit(np.log2(counts), np.log2(errors), 1)[0]


def _explicit(system, built):
    advance_problem(built, HORIZON)


def _stiff(system, built):
    advance_problem(built, HORIZON, method="rodas4")


@pytest.mark.parametrize("name", CASES)
def test_tsit5_has_its_order(name):
    order = _measured_order(CASES[name], _explicit, "explicit")
    assert order == pytest.approx(TSIT5.order, abs=EXPLICIT_MARGIN)


@pytest.mark.parametrize("name", CASES)
def test_dense_output_of_tsit5_has_order_five(name):
    # The interpolant meets the order conditions up to 4, so each step adds an error of h^5 between its ends. That
    # error is not carried on to the next step, unlike the error of the method: both are of order 5 over an interval.
    order = _measured_order(CASES[name], _explicit, "explicit_dense")
    assert order == pytest.approx(5, abs=EXPLICIT_MARGIN)


@pytest.mark.parametrize("name", CASES)
def test_rodas4_has_its_order(name):
    order = _measured_order(CASES[name], _stiff, "stiff")
    assert order == pytest.approx(RODAS4.order, abs=STIFF_MARGIN)


@pytest.mark.parametrize("name", CASES)
def test_dense_output_of_rodas4_has_order_four(name):
    # third-order interpolant: h^4 inside a step, not carried on
    order = _measured_order(CASES[name], _stiff, "stiff_dense")
    assert order == pytest.approx(4, abs=STIFF_MARGIN)
