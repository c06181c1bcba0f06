"""The Rosenbrock method on stiff problems, with doses, against closed forms and against the explicit method."""

import numpy as np
import pytest
from compartments import THREE, Drug, amounts
from engine_cases import TURNOVER, events, exposure, problem

from ossim.dosing import compile_events, dose_rows
from ossim.model import model
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.problem import advance_problem, make_control, make_problem, make_records, make_runs

FINE = {"rtol": 1e-9, "atol": 1e-13}
END = 10.0


def three_compartment_rates(A1, A2, A3, k10, k12, k21, k13, k31):
    dA1 = -(k10 + k12 + k13) * A1 + k21 * A2 + k31 * A3
    dA2 = k12 * A1 - k21 * A2
    dA3 = k13 * A1 - k31 * A3
    return dA1, dA2, dA3


COMPARTMENTS = System(
    "case_three_compartments",
    ("A1", "A2", "A3"),
    ("k10", "k12", "k21", "k13", "k31"),
    three_compartment_rates,
)


def robertson_rates(A, B, C):
    dA = -0.04 * A + 1e4 * B * C
    dB = 0.04 * A - 1e4 * B * C - 3e7 * B * B
    dC = 3e7 * B * B
    return dA, dB, dC


ROBERTSON = System("case_robertson", ("A", "B", "C"), (), robertson_rates)


def _micro_rates(drug: Drug) -> list[float]:
    (q2, v2), (q3, v3) = drug.peripheral
    return [drug.clearance / drug.volume, q2 / drug.volume, q2 / v2, q3 / drug.volume, q3 / v3]


@pytest.mark.parametrize("rows", [[dict(time=0, amt=50, ii=2, addl=4)], [dict(time=1, amt=50, dur=0.04, ii=3, addl=2)]])
def test_compartments_as_states_follow_the_matrix_exponential(rows):
    times = np.array([0.5, 1.02, 2.0, 5.3, END])
    table = compile_events(dose_rows(rows), ("drug",), END)
    built = problem(
        COMPARTMENTS, [[0.0] * 3], [_micro_rates(THREE)], times, doses=events(table, 1, 0, state=0), control=FINE
    )
    advance_problem(built, END, method="rodas4")
    expected = amounts(THREE, table, times)[:, 1:]
    np.testing.assert_allclose(built.records.state[0], expected, rtol=0, atol=1e-7 * expected.max())


def test_robertson():
    # Hairer, Wanner, Solving ODEs II, IV.10: value at t = 40 from the test set for IVP solvers
    built = problem(ROBERTSON, [[1.0, 0.0, 0.0]], np.zeros((1, 0)), [40.0], control={"rtol": 1e-8, "atol": 1e-14})
    advance_problem(built, 40.0, method="rodas4")
    expected = [0.7158270687194, 9.185534764558e-6, 0.2841637457458]
    np.testing.assert_allclose(built.runs.state[0], expected, rtol=1e-6)
    assert built.runs.state[0].sum() == pytest.approx(1.0, abs=1e-12)
    assert built.runs.n_steps[0] < 2000


def _dosed(advance):
    drug = Drug(30.0, 50.0, ((10.0, 40.0),), absorption=6.0)
    modes = drug.modes()
    table = compile_events(dose_rows([dict(time=0.3, amt=40, ii=1, addl=8)]), ("drug",), END)
    built = problem(
        TURNOVER, [[0.0, 1.0]], [[1.0, 0.7, 2.0]], np.linspace(0.0, END, 50), exposure=exposure(TURNOVER, modes),
        doses=events(table, 1, modes.size), control=FINE,
    )  # fmt: skip
    advance(built)
    return built


def test_drug_inputs_and_doses_agree_with_the_explicit_method():
    explicit = _dosed(lambda built: advance_problem(built, END))
    stiff = _dosed(lambda built: advance_problem(built, END, method="rodas4"))
    np.testing.assert_allclose(stiff.runs.state, explicit.runs.state, rtol=100 * FINE["rtol"])
    np.testing.assert_allclose(stiff.records.state, explicit.records.state, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(stiff.records.value, explicit.records.value, rtol=1e-9, atol=1e-15)


def test_restart_does_not_move_the_solution():
    whole = _dosed(lambda built: advance_problem(built, END, method="rodas4"))

    def in_parts(built):
        for stop in (0.3, 2.2, 7.7, END):
            advance_problem(built, stop, method="rodas4")

    np.testing.assert_allclose(_dosed(in_parts).runs.state, whole.runs.state, rtol=100 * FINE["rtol"])


@pytest.mark.parametrize("name", ["exponential", "logistic", "gompertz", "hahnfeldt1999"])
def test_published_models_agree_with_the_explicit_method(name):
    system = model(name).system
    state = np.array([[180.0, 625.0][: len(system.states)]])
    values = {"a": 0.2, "K": 5000.0, "lambda1": 0.192, "lambda2": 0.01, "b": 5.85, "d": 0.00873,
              "e_endostatin": 0.66, "e_angiostatin": 0.15, "e_tnp470": 1.3}  # fmt: skip
    parameters = np.array([[values[symbol] for symbol in system.parameters]])
    found = []
    for stiff in (False, True):
        built = make_problem(
            system,
            make_runs(system, state, parameters),
            records=make_records([5.0, END], np.array([0]), len(system.states), 0),
            control=make_control(rtol=1e-10, atol=1e-12),
        )
        if stiff:
            advance_problem(built, END, method="rodas4")
        else:
            advance_problem(built, END)
        found.append(built.records.state[0])
    np.testing.assert_allclose(found[1], found[0], rtol=1e-8)


def test_fast_decay_does_not_limit_the_step():
    drug = Drug(30.0, 50.0)
    modes = drug.modes()
    for rate in (1e2, 1e6):
        built = problem(
            TURNOVER, [[0.0, 5.0]], [[rate, rate, 0.0]], exposure=exposure(TURNOVER, modes),
            control={"rtol": 1e-6, "atol": 1e-9},
        )  # fmt: skip
        advance_problem(built, END, method="rodas4")
        assert built.runs.state[0, 1] == pytest.approx(1.0, rel=1e-6)
        assert built.runs.n_steps[0] < 300


def depot_rates(A, B, fast, slow):
    dA = -fast * A
    dB = fast * A - slow * B
    return dA, dB


#: A dose into A that is absorbed at the rate `fast` into B.
DEPOT = System("case_depot", ("A", "B"), ("fast", "slow"), depot_rates)


@pytest.mark.parametrize("fast", [50.0, 5e3, 5e5])
def test_outputs_right_after_a_dose_are_right_however_fast_it_goes(fast):
    """A step over the whole absorption would be right at its end only."""
    dose, at, slow = 100.0, 1.0, 0.1
    since = np.array([0.01, 0.1, 1.0, 3.0, 10.0, 100.0]) / fast
    table = compile_events(dose_rows([dict(time=at, amt=dose, cmt="A")]), ("A",), 20.0)
    doses, control = events(table, 1, 0, state=0), {"rtol": 1e-8, "atol": 1e-10}
    built = problem(DEPOT, np.zeros((1, 2)), np.array([[fast, slow]]), at + since, doses=doses, control=control)
    advance_problem(built, 20.0, method="rodas4")
    expected = dose * np.exp(-fast * since)
    np.testing.assert_allclose(built.records.state[0, :, 0], expected, atol=1e-5 * dose)
    absorbed = dose * fast / (fast - slow) * (np.exp(-slow * since) - np.exp(-fast * since))
    np.testing.assert_allclose(built.records.state[0, :, 1], absorbed, atol=1e-5 * dose)
