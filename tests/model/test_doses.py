"""Doses into models: levels, states with lag and fraction, the day of the last dose; what is refused, what fails."""

import numpy as np
import pytest

import ossim
from ossim.errors import InputError
from ossim.model import Clock, Depot, Model, State, model
from ossim.model.doses import treat
from ossim.numerics.arrays import MODES, input_level
from ossim.numerics.codegen.system import System

ONE = {"growth": np.ones(2), "lag_time": np.array([0.25, 0.5]), "part": np.array([0.5, 0.5])}


def _rates(A, last, a):
    dA = a * last * A
    return dA


def _fraction(amount, time, p):
    """Half of a dose of ten, less of a later one."""
    arrived = p * 10.0 / (amount + time)
    return arrived


MODEL = Model(
    name="case",
    title="",
    reference="",
    system=System("case_doses", ("A",), ("a",), _rates, ("last",)),
    states={"A": State("amount", "mg", "amount")},
    symbols={"a": "growth", "p": "part"},
    compartments=(Depot("drug", "mg", "drug", "A", _fraction, "lag_time"), Clock("drug", "day", "last dose", "last")),
)


def _treated(rows, until=10.0):
    return treat(MODEL, MODEL.system, ONE, rows, until)


def test_each_run_has_its_own_lag():
    doses = _treated([{"time": 1.0, "amt": 10.0, "cmt": "drug"}, {"time": 2.0, "amt": 8.0, "cmt": "drug"}]).doses
    for run, lag in enumerate(ONE["lag_time"]):
        mine = slice(doses.next[run], doses.last[run])
        into_state = doses.state[doses.compartment[mine]] == 0
        np.testing.assert_allclose(doses.time[mine][into_state], [1.0 + lag, 2.0 + lag])
        np.testing.assert_allclose(doses.value[mine][into_state], [10.0 * 5.0 / 11.0, 8.0 * 5.0 / 10.0])
        assert (np.diff(doses.time[mine]) >= 0.0).all()


def test_clock_is_set_to_the_day_of_each_dose():
    doses = _treated([{"time": 1.5, "amt": 10.0, "cmt": "drug", "ii": 2, "addl": 1}]).doses
    mine = slice(doses.next[0], doses.last[0])
    clock = doses.state[doses.compartment[mine]] == input_level(0)
    np.testing.assert_array_equal(doses.value[mine][clock], [1.5, 3.5])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"dur": 0.5}, "dur: 'drug' takes single doses"),
        ({"ii": 1.0, "ss": 1}, "ss: not available for 'drug'"),
    ],
)
def test_what_a_depot_cannot_take_is_refused(row, words):
    with pytest.raises(InputError, match=words):
        _treated([{"time": 0.0, "amt": 1.0, "cmt": "drug"} | row])


def test_single_dose_of_a_level_is_refused():
    with pytest.raises(InputError, match="dur: 'pazopanib' is given as a rate: needs 'dur'"):
        ossim.simulate("ouerdani2015", [1.0], doses=[{"time": 0, "amt": 800, "cmt": "pazopanib"}])


def test_level_is_zero_again_when_doses_end():
    rows = [{"time": 2, "amt": 800.1, "dur": 1, "ii": 1, "addl": 2, "cmt": "pazopanib"}]
    level = ossim.simulate("ouerdani2015", [0, 2, 2.5, 5, 5.5], doses=rows)["pazopanib"]
    np.testing.assert_array_equal(level, [0.0, 0.0, 800.1, 800.1, 0.0])
    assert level.attrs["units"] == "mg/day"


def test_closed_form_drug_is_no_state():
    declared = model("hahnfeldt1999")
    values = {name: np.ones(1) for name in declared.parameters}
    rows = [{"time": 0, "amt": 1, "cmt": "endostatin"}]
    assert (treat(declared, declared.system, values, rows, 1.0).doses.state == MODES).all()


def test_infusion_of_a_level_is_divided_by_its_clearance_in_each_run():
    clearance = np.array([0.5, 1.0])
    rows = [{"time": 0, "amt": 700, "dur": 1, "ii": 1, "addl": 100, "cmt": "pazopanib"}]
    both = ossim.simulate("ouerdani2015", [100.0], doses=rows, parameters={"pazopanib_clearance": clearance})
    half = [{**rows[0], "amt": 1400}]
    other = ossim.simulate("ouerdani2015", [100.0], doses=half, parameters={"pazopanib_clearance": 1.0})
    assert float(both["sum_of_diameters"][0, 0]) == pytest.approx(float(other["sum_of_diameters"][0]), rel=1e-9)


def test_runs_that_fail_are_flagged_and_the_others_are_right():
    """A budget of steps that is enough for slow growth only."""
    rates = np.array([0.001, 0.3, 0.001])
    ds = ossim.simulate("gompertz", [50.0], parameters={"growth_rate": rates}, max_steps=30, rtol=1e-12)
    fine = ossim.simulate("gompertz", [50.0], parameters={"growth_rate": rates}, rtol=1e-12)
    failed = ds["status"].values != 0
    np.testing.assert_array_equal(failed, [False, True, False])
    assert np.isnan(ds["tumor_volume"].values[failed]).all()
    np.testing.assert_array_equal(ds["tumor_volume"].values[~failed], fine["tumor_volume"].values[~failed])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "ouerdani2051"}, "unknown model 'ouerdani2051'; did you mean 'ouerdani2015'"),
        ({"initial": {"sum_of_diameter": 1.0}}, "no state 'sum_of_diameter'; did you mean 'sum_of_diameters'"),
        ({"initial": {"sum_of_diameters": -1.0}}, "sum_of_diameters: must lie between 1 and 2000 mm"),
        ({"parameters": {"grow_rate": 1.0}}, "no parameter 'grow_rate'; did you mean 'growth_rate'"),
        ({"parameters": {"growth_rate": 7.0}}, "growth_rate: must lie between 1e-06 and 1 1/day"),
        ({"parameter_set": "mouse"}, "unknown parameter set of ouerdani2015 'mouse'"),
        ({"times": [1.0, 1.0]}, "times: must start at or after 0 and increase"),
        ({"doses": [{"time": 0, "amt": 1, "dur": 1, "cmt": "pazopanip"}]}, "did you mean 'pazopanib'"),
    ],
)
def test_bad_input_is_one_line(arguments, words):
    given = {"name": "ouerdani2015", "times": [0.0, 1.0]} | arguments
    with pytest.raises(InputError) as caught:
        ossim.simulate(**given)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_values_of_the_user_are_not_called_published():
    given = ossim.simulate("hahnfeldt1999", [1.0], {"tumor_volume": 400.0}, parameters={"growth_rate": 0.5})
    assert given.attrs["weakest_evidence_tier"] == "assumed"
    assert "growth_rate: given (assumed)" in given.attrs["parameter_sources"]
    assert "initial_tumor_volume: given (assumed)" in given.attrs["parameter_sources"]
    assert ossim.simulate("hahnfeldt1999", [1.0]).attrs["weakest_evidence_tier"] == "fitted"
