"""Every way in which a run can fail, provoked, beside runs that must not notice."""

import numpy as np
import pytest
from engine_cases import FATE, TURNOVER, clocks, problem

import ossim
from ossim.numerics.arrays import STATUS_MEANINGS
from ossim.numerics.ode.problem import advance_problem

END = 20.0
RTOL = {"rtol": 1e-8, "atol": 1e-12}
HEALTHY = [[-0.4, 0.0, 0.0], [0.0, 0.0, 0.0], [0.05, -0.01, 0.0], [0.1, 0.0, 0.0]]  # linear, quadratic, constant
FAILING = {
    "not_a_number": ([np.nan, 0.0, 0.0], {"non_finite"}),
    "infinite_rate": ([np.inf, 0.0, 0.0], {"non_finite"}),
    "overflow": ([200.0, 0.0, 0.0], {"non_finite"}),
    "blow_up": ([0.0, 1.0, 0.0], {"step_too_small", "non_finite"}),  # V = 1 / (1 - t): both limits meet at day 1
    "below_zero": ([0.0, 0.0, 1.0], {"negative"}),
}


def _meaning(built, run):
    return STATUS_MEANINGS[built.runs.status[run]]


def _batch(parameters, **control):
    return problem(FATE, np.ones((len(parameters), 1)), parameters, [5.0, END], control={**RTOL, **control})


@pytest.fixture(scope="module")
def healthy():
    built = _batch(HEALTHY)
    advance_problem(built, END)
    return built


@pytest.mark.parametrize("name", FAILING)
def test_failure_is_named(name):
    wrong, expected = FAILING[name]
    built = _batch([wrong])
    advance_problem(built, END)
    assert _meaning(built, 0) in expected
    assert built.runs.time[0] < END


@pytest.mark.parametrize("place", [0, 2, 4])
@pytest.mark.parametrize("name", FAILING)
def test_failure_of_one_run_leaves_the_others_as_they_are(name, place, healthy):
    parameters = [*HEALTHY[:place], FAILING[name][0], *HEALTHY[place:]]
    built = _batch(parameters)
    advance_problem(built, END)
    others = np.arange(len(parameters)) != place
    assert built.runs.status[place] != 0
    assert (built.runs.status[others] == 0).all()
    np.testing.assert_array_equal(built.runs.state[others], healthy.runs.state)
    np.testing.assert_array_equal(built.records.state[others], healthy.records.state)
    np.testing.assert_array_equal(built.runs.n_steps[others], healthy.runs.n_steps)


def test_run_that_needs_too_many_steps_is_flagged(healthy):
    limit = int(healthy.runs.n_steps.max())
    parameters = [*HEALTHY, [-800.0, 0.0, 0.0]]  # stability of an explicit method: thousands of steps
    built = _batch(parameters, max_steps=limit)
    advance_problem(built, END)
    assert _meaning(built, len(HEALTHY)) == "max_steps"
    np.testing.assert_array_equal(built.runs.state[:-1], healthy.runs.state)


def test_step_limit_that_is_just_enough_is_no_failure(healthy):
    built = _batch(HEALTHY, max_steps=int(healthy.runs.n_steps.max()))
    advance_problem(built, END)
    assert (built.runs.status == 0).all()


def test_state_of_a_failed_run_is_its_last_good_one():
    built = _batch([FAILING["below_zero"][0]])
    advance_problem(built, END)
    assert built.runs.time[0] == pytest.approx(1.0, abs=1e-6)
    assert -RTOL["atol"] <= built.runs.state[0, 0] < 1e-6


def test_outputs_after_a_failure_are_missing_and_those_before_it_are_kept():
    built = _batch([[0.0, 0.15, 0.0]])  # 1 / (1 - 0.15 t) ends at day 6.7
    advance_problem(built, END)
    assert built.records.state[0, 0, 0] == pytest.approx(4.0, rel=1e-6)
    assert np.isnan(built.records.state[0, 1, 0])


def test_failed_run_stays_failed():
    built = _batch([FAILING["below_zero"][0]])
    advance_problem(built, END)
    before = built.runs.time.copy()
    advance_problem(built, 2 * END)
    assert _meaning(built, 0) == "negative"
    np.testing.assert_array_equal(built.runs.time, before)


def test_signed_states_may_fall_below_zero():
    built = _batch([[0.0, 0.0, 1.0]], signed=True)
    advance_problem(built, END)
    assert built.runs.status[0] == 0
    assert built.runs.state[0, 0] == pytest.approx(1.0 - END)


def test_failure_before_a_terminal_threshold_is_a_failure():
    parameters = [[0.0, 1.0, 0.0], [0.1, 0.0, 0.0]]
    built = problem(FATE, [[1.0], [1.0]], parameters, clocks=clocks([0], [True], [[np.inf], [2.0]]), control=RTOL)
    advance_problem(built, END)
    assert built.runs.status.tolist() != [0, 0]
    assert built.runs.time[1] == pytest.approx(np.log(2.0) / 0.1, rel=1e-6)


@pytest.mark.parametrize("name", FAILING)
def test_stiff_method_names_the_same_failures(name):
    wrong, expected = FAILING[name]
    built = _batch([*HEALTHY, wrong])
    advance_problem(built, END, method="rodas4")
    assert _meaning(built, len(HEALTHY)) in expected
    assert (built.runs.status[:-1] == 0).all()


def test_nan_in_any_state_is_flagged():
    for state in range(2):
        start = np.tile([0.1, 1.0], (3, 1))
        start[1, state] = np.nan
        built = problem(TURNOVER, start, np.tile([0.5, 0.5, 0.0], (3, 1)), control=RTOL)
        advance_problem(built, END)
        assert [STATUS_MEANINGS[code] for code in built.runs.status] == ["ok", "non_finite", "ok"]


def test_status_reaches_the_user():
    found = ossim.simulate("exponential", [10.0], parameters={"growth_rate": [0.1, 0.2]}, max_steps=3)
    assert found.status.values.tolist() == [1, 1]
    assert found.status.attrs["flag_meanings"].split()[1] == "max_steps"
    assert np.isnan(found.tumor_volume.values).all()
