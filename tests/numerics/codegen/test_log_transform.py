"""The logarithmic form of a system: the same solution, simplified rates, and states that stay positive."""

import inspect

import numpy as np
import pytest
from engine_cases import DECAY, FATE, TURNOVER, problem

import ossim
from ossim.errors import InputError
from ossim.model import model
from ossim.model_runs.simulate import _system
from ossim.numerics.codegen.log_transform import in_logarithms
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.problem import advance_problem

END = 30.0


def test_hahnfeldt_needs_two_exponentials_and_no_logarithm():
    text = inspect.getsource(in_logarithms(model("hahnfeldt1999").system).rates)
    assert text.count("exp(") == 2
    assert "log(" not in text and "pow(" not in text


@pytest.mark.parametrize("name", ["exponential", "logistic", "gompertz", "hahnfeldt1999"])
def test_solution_is_that_of_the_states(name):
    doses = [dict(time=0, amt=20, cmt="endostatin", ii=1, addl=9)] if name == "hahnfeldt1999" else []
    exact = ossim.simulate(name, times=[0, 3, 10, END], doses=doses, rtol=1e-12, atol=1e-12)
    found = ossim.simulate(name, times=[0, 3, 10, END], doses=doses, rtol=1e-9, log_states=True)
    for state in model(name).states.values():
        np.testing.assert_allclose(found[state.name], exact[state.name], rtol=1e-7)


def test_tolerance_is_a_relative_error_whatever_the_size():
    # decay over 30 decades: the absolute error of the logarithm is the relative error of the state
    system = in_logarithms(DECAY)
    built = problem(system, [[0.0]], [[70.0]], control={"rtol": 0.0, "atol": 1e-8, "signed": True})
    advance_problem(built, 1.0)
    assert built.runs.state[0, 0] == pytest.approx(-70.0, abs=1e-6)


def test_state_that_would_pass_below_zero_has_no_course_in_logarithms():
    system = in_logarithms(FATE)
    control = {"rtol": 0.0, "atol": 1e-8, "signed": True, "max_steps": 5000}
    built = problem(system, [[0.0]], [[0.0, 0.0, 1.0]], control=control)
    advance_problem(built, 5.0)
    assert built.runs.status[0] != 0


def test_name_that_is_taken_is_refused():
    def rates(V, log_V):
        dV = -log_V * V
        return dV

    with pytest.raises(ValueError, match="'log_V' is a name already"):
        in_logarithms(System("case_taken", ("V",), ("log_V",), rates))


def test_state_that_starts_at_zero_is_named():
    declared = model("hahnfeldt1999")
    state = np.array([[1.0, 1.0], [0.0, 1.0]])
    with pytest.raises(InputError, match="tumor_volume: must start above 0 with log_states"):
        _system(declared, state, True)


def test_input_in_the_rates_is_kept():
    assert "x" in inspect.signature(in_logarithms(TURNOVER).rates).parameters
