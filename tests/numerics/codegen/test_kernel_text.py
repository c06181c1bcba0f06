"""From a declaration to kernels: what is copied, what is refused, and the Jacobian against differences."""

import types

import numpy as np
import pytest
from engine_cases import TURNOVER, problem, solve
from scipy.integrate import solve_ivp

from ossim.model import model, ode_models
from ossim.model.patient.equations import SYSTEM as PATIENT
from ossim.numerics import elementwise
from ossim.numerics.codegen.explicit import kernel_source
from ossim.numerics.codegen.functions import ELEMENTARY, copied_functions
from ossim.numerics.codegen.jacobian import derivatives
from ossim.numerics.codegen.rosenbrock import stiff_source
from ossim.numerics.codegen.system import System, argument_names, output_names
from ossim.numerics.elementwise import absolute, exp, log, maximum, minimum, pow, sqrt, where_positive
from ossim.numerics.ode.problem import advance_problem, make_problem, make_runs

PUBLISHED = list(ode_models())


def decay(V, k):
    return -k * V


def named_rates(h, k):
    dh = -k * h
    return dh


def clock_rates(V, t):
    dV = t
    return dV


def limit_rates(V, k):
    limits = -k * V
    dV = limits
    return dV, limits


def ending_in_an_expression(V, k):
    return -k * V


def calling_rates(V, k):
    dV = decay(V, k)
    return dV


def calling_unit_rates(W, k):
    dW = decay(W, k)
    return dW


def missing_rates(V, k, nowhere):
    dV = -k * V * nowhere
    return dV


def test_called_functions_are_part_of_the_text():
    text = kernel_source(System("case_calling", ("V",), ("k",), calling_rates))
    assert "return -k * V" in text
    assert text.index("def decay(") < text.index("def calling_rates(")


def test_helpers_of_one_name_are_refused():
    elsewhere = {"decay": types.FunctionType(decay.__code__, {}, "decay")}
    of_unit = types.FunctionType(calling_unit_rates.__code__, elsewhere, "calling_unit_rates")
    system = System("case_twice", ("V",), ("k",), calling_rates, unit_states=("W",), unit_rates=of_unit, max_units=1)
    with pytest.raises(ValueError, match="two functions are called 'decay'"):
        copied_functions(system)


@pytest.mark.parametrize(
    ("states", "parameters", "rates", "name"),
    [
        (("h",), ("k",), named_rates, "h"),
        (("V",), ("t",), clock_rates, "t"),
        (("V",), ("k",), limit_rates, "limits"),
    ],
)
def test_names_that_would_overwrite_a_variable_of_the_kernel_are_refused(states, parameters, rates, name):
    with pytest.raises(ValueError, match=f"'{name}' has a meaning of its own"):
        kernel_source(System("case_reserved", states, parameters, rates))


def test_name_of_two_things_is_refused():
    with pytest.raises(ValueError, match="'V' is used twice"):
        kernel_source(System("case_twice", ("V",), ("V",), calling_rates))


def test_argument_that_is_nothing_is_refused():
    with pytest.raises(ValueError, match="'nowhere'"):
        kernel_source(System("case_missing", ("V",), ("k",), missing_rates))


def test_rate_that_returns_no_name_is_refused():
    with pytest.raises(ValueError, match="must end in 'return name"):
        kernel_source(System("case_expression", ("V",), ("k",), ending_in_an_expression))


def test_names_are_read_from_the_function():
    assert argument_names(calling_rates) == ("V", "k")
    assert output_names(calling_rates) == ("dV",)


def test_state_names_number_the_units():
    assert PATIENT.state_names(2)[4:6] == ("S_1", "R_1")
    assert len(PATIENT.state_names()) == PATIENT.n_states


def selecting_rates(V, W, k):
    dV = -k * absolute(V - 1.0) * sqrt(V) + minimum(V, 0.5) * exp(-W)
    dW = where_positive(V - W, log(V + 1.0), pow(W, 1.7)) - maximum(0.3 * V, W)
    return dV, dW


def guarded_rates(V, k, level):
    dV = -where_positive(level, pow(level, k), 0.0) * V
    return dV


def test_derivative_that_is_not_chosen_may_be_infinite():
    """The derivative of a power by a level of zero is not finite; where the power is not asked for it is zero."""
    system = System("case_guarded", ("V",), ("k",), guarded_rates, ("level",))
    found = derivatives(system, {"V": "2.0", "k": "0.3", "level": "np.float64(0.0)"})
    scope = {name: getattr(elementwise, name) for name in ELEMENTARY} | {"np": np}
    with np.errstate(all="ignore"):
        exec("\n".join(found.lines), scope)
        assert eval(found.by_input[0, 0], scope) == 0.0


SELECTING = System("case_selecting", ("V", "W"), ("k",), selecting_rates)


def _numeric_rates(system, state, values, inputs, t):
    named = dict(zip(system.states, state, strict=True)) | values | inputs | {"t": t}
    found = system.rates(**{name: named[name] for name in argument_names(system.rates)})
    found = found if isinstance(found, tuple) else (found,)
    outputs = dict(zip(output_names(system.rates), found, strict=True))
    return np.array([float(outputs[f"d{name}"]) for name in system.states])


SYSTEMS = {**{name: model(name).system for name in PUBLISHED}, "selecting": SELECTING, "turnover": TURNOVER}


@pytest.mark.parametrize("name", SYSTEMS)
def test_jacobian_is_that_of_differences(name):
    system, rng = SYSTEMS[name], np.random.default_rng(4)
    names = {name: f"given['{name}']" for name in (*system.states, *system.parameters, *system.inputs, "t")}
    found = derivatives(system, names)
    n, n_inputs = len(system.states), len(system.inputs)
    for _ in range(20):
        state, parameters = rng.uniform(0.6, 3.0, n), rng.uniform(0.2, 2.0, len(system.parameters))
        inputs, t = rng.uniform(0.0, 2.0, n_inputs), rng.uniform(0.0, 5.0)
        values = dict(zip(system.parameters, parameters, strict=True))
        given = dict(zip(system.states, state, strict=True)) | dict(zip(system.inputs, inputs, strict=True)) | values
        scope = {name: getattr(elementwise, name) for name in ELEMENTARY} | {"given": given | {"t": t}}
        exec("\n".join(found.lines), scope)
        matrix = np.zeros((n, n + n_inputs + 1))
        for shift, group in ((0, found.by_state), (n, found.by_input)):
            for (row, column), text in group.items():
                matrix[row, shift + column] = eval(text, scope)
        for row, text in found.by_time.items():
            matrix[row, -1] = eval(text, scope)

        def rates(point, system=system, values=values, n=n):
            given = dict(zip(system.inputs, point[n:-1], strict=True))
            return _numeric_rates(system, point[:n], values, given, point[-1])

        point, step = np.concatenate([state, inputs, [t]]), 1e-6
        shifts = step * np.eye(point.size)
        columns = [(rates(point + shift) - rates(point - shift)) / (2 * step) for shift in shifts]
        expected = np.array(columns).T
        np.testing.assert_allclose(matrix, expected, atol=1e-7 * max(1.0, np.abs(expected).max()))


def test_state_called_like_an_array_of_the_jacobian_does_no_harm():
    system = System("case_letters", ("y", "x"), ("p",), letter_rates)
    built = problem(system, [[1.0, 2.0]], [[0.5]], control={"rtol": 1e-9})
    advance_problem(built, 2.0, method="rodas4")
    np.testing.assert_allclose(built.runs.state[0], [np.exp(-1.0), 2.0 * np.exp(-2.0)], rtol=1e-7)


def letter_rates(y, x, p):
    dy = -p * y
    dx = -2.0 * p * x
    return dy, dx


def test_division_by_zero_in_the_jacobian_stops_no_other_run():
    system = model("gompertz").system
    built = problem(system, [[0.0], [2.0]], [[0.1, 100.0], [0.1, 100.0]], control={"rtol": 1e-9})
    advance_problem(built, 5.0, method="rodas4")
    expected = 100.0 * np.exp(np.log(0.02) * np.exp(-0.5))
    assert built.runs.state[1, 0] == pytest.approx(expected, rel=1e-7)


def test_no_symbolic_form_of_a_repeated_unit():
    with pytest.raises(ValueError, match="repeats a unit"):
        stiff_source(PATIENT)


def test_kernel_uses_the_lane_forms_of_all_elementary_functions():
    built = solve(SELECTING, [[1.5, 0.8]], [[0.4]], [3.0], control={"rtol": 1e-10, "atol": 1e-12})
    exact = solve_ivp(
        lambda t, y: _numeric_rates(SELECTING, y, {"k": 0.4}, {}, t), (0.0, 3.0), [1.5, 0.8], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(built.runs.state[0], exact.y[:, -1], rtol=1e-6)


@pytest.mark.parametrize("name", PUBLISHED)
def test_rates_can_be_called_on_arrays(name):
    system, n = model(name).system, 5
    arguments = {argument: np.linspace(1.0, 2.0, n) for argument in argument_names(system.rates)}
    found = system.rates(**arguments)
    for rate in found if isinstance(found, tuple) else (found,):
        assert np.shape(rate) == (n,)
        assert np.isfinite(rate).all()


def test_every_elementary_function_has_a_numpy_form():
    assert all(callable(getattr(elementwise, name)) for name in ELEMENTARY)


def test_units_beyond_those_in_use_do_not_move_the_others():
    # a patient with one lesion: rows of the other four lesions are never read
    states = np.zeros((2, PATIENT.n_states))
    states[:] = 1.0
    states[1, len(PATIENT.states) + len(PATIENT.unit_states) :] = np.nan
    built = make_problem(PATIENT, make_runs(PATIENT, states, np.full((2, PATIENT.n_parameters), 0.5)), n_units=1)
    advance_problem(built, 1.0)
    used = len(PATIENT.states) + len(PATIENT.unit_states)
    np.testing.assert_array_equal(built.runs.state[0, :used], built.runs.state[1, :used])
    assert built.runs.status.tolist() == [0, 0]
