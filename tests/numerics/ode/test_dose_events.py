"""Doses of the engine: landed on exactly, never stepped over, and without trace where nothing is given."""

import numpy as np
import pytest
from engine_cases import DECAY, TURNOVER, events, exposure, problem, solve

import ossim
from ossim.dosing import compile_events, dose_rows
from ossim.numerics.arrays import EVENT_LEVEL, Doses, input_level
from ossim.numerics.linear_pk import disposition_modes, with_absorption
from ossim.numerics.ode.problem import advance_problem, make_problem, make_records, make_runs

RTOL = 1e-8
MINUTE = 1.0 / 1440.0
HAHNFELDT = {"initial": {"tumor_volume": 180.0, "carrying_capacity": 625.0}, "rtol": RTOL}
TIMES = np.linspace(0.0, 20.0, 41)


def _table(rows, until):
    return compile_events(dose_rows(rows), ("drug",), until)


@pytest.mark.parametrize("dose_time", [0.1, 1 / 3, 2.7182818284590455, 7.0])
def test_bolus_into_a_state_is_given_at_its_time(dose_time):
    end, k, dose = 10.0, 0.3, 5.0
    table = _table([dict(time=dose_time, amt=dose)], end)
    built = solve(DECAY, [[1.0]], [[k]], [dose_time, end], doses=events(table, 1, 0, state=0))
    before, after = built.records.state[0, :, 0]
    assert before == pytest.approx(np.exp(-k * dose_time), rel=1e-9)
    assert after == pytest.approx(np.exp(-k * end) + dose * np.exp(-k * (end - dose_time)), rel=1e-9)


def test_infusion_into_a_state():
    end, k, dose, duration = 10.0, 0.3, 5.0, 1.5
    table = _table([dict(time=2.0, amt=dose, dur=duration)], end)
    built = solve(DECAY, [[0.0]], [[k]], [3.5, end], doses=events(table, 1, 0, state=0))
    filled = dose / duration / k * -np.expm1(-k * duration)
    np.testing.assert_allclose(built.records.state[0, :, 0], [filled, filled * np.exp(-k * 6.5)], rtol=1e-9)


def test_reset_empties_a_state():
    table = _table([dict(time=2.0, evid=3)], 5.0)
    built = solve(DECAY, [[1.0]], [[0.3]], [2.0, 2.5], doses=events(table, 1, 0, state=0))
    assert built.records.state[0, 0, 0] == pytest.approx(np.exp(-0.6), rel=1e-9)
    assert built.records.state[0, 1, 0] == 0.0


@pytest.mark.parametrize("offset", [0.0, 0.37])
def test_one_minute_infusion_every_three_weeks_is_never_stepped_over(offset):
    # between pulses the problem is at rest, so that steps grow without bound
    end, amount, n_pulses = 365.0, 50.0, 17
    modes = disposition_modes([400.0], [20.0])
    rows = [dict(time=offset, amt=amount, dur=MINUTE, ii=21, addl=n_pulses - 1)]
    built = solve(
        TURNOVER,
        [[0.0, 1.0]],
        [[0.0, 0.0, 0.0]],
        [end],
        exposure=exposure(TURNOVER, modes),
        doses=events(_table(rows, end), 1, modes.size),
        control={"rtol": 1e-6, "atol": 1e-9},
    )
    assert built.runs.state[0, 0] == pytest.approx(n_pulses * amount / 400.0, rel=1e-5)


def test_steps_land_on_each_end_of_an_infusion():
    # 1/3 day is no double: start and end must be hit as given, or the last bits of the rate would stay
    rows = [dict(time="8 h", amt=10, dur="20 min", ii="8 h", addl=20)]
    modes = disposition_modes([4000.0], [2.0])
    table = _table(rows, 30.0)
    built = problem(TURNOVER, [[0.0, 1.0]], [[0.0, 0.0, 0.0]], exposure=exposure(TURNOVER, modes),
                    doses=events(table, 1, modes.size))  # fmt: skip
    advance_problem(built, float(table.time[-1]) + 1.0)
    assert built.exposure.rate[0, 0] == 0.0
    assert built.exposure.value[0, 0] == 0.0 or built.exposure.value[0, 0] < 1e-300


def _hahnfeldt(doses=(), **parameters):
    return ossim.simulate("hahnfeldt1999", TIMES, doses=doses, parameters=parameters, **HAHNFELDT)


def _daily(amount):
    return [dict(time=0, amt=amount, cmt="endostatin", ii=1, addl=18)]


@pytest.mark.parametrize("rows", [_daily(0), [dict(time=3.3, amt=0, cmt="tnp470", dur=0.5)], [dict(time=2, evid=0)]])
def test_dose_of_nothing_is_no_treatment_to_the_last_bit(rows):
    treated, untreated = _hahnfeldt(rows), _hahnfeldt()
    for name in ("tumor_volume", "carrying_capacity"):
        np.testing.assert_array_equal(treated[name], untreated[name])


def test_drug_without_effect_is_the_same_whatever_its_amount():
    first = _hahnfeldt(_daily(20), endostatin_effect=0.0)
    second = _hahnfeldt(_daily(0.1), endostatin_effect=0.0)
    for name in ("tumor_volume", "carrying_capacity"):
        np.testing.assert_array_equal(first[name], second[name])


def test_drug_without_effect_is_no_treatment_to_ten_tolerances():
    treated, untreated = _hahnfeldt(_daily(20), endostatin_effect=0.0), _hahnfeldt()
    np.testing.assert_allclose(treated.tumor_volume, untreated.tumor_volume, rtol=10 * RTOL)


def test_dose_and_its_parts_at_one_moment_are_the_same():
    whole = _hahnfeldt([dict(time=2.5, amt=20, cmt="endostatin")])
    parts = _hahnfeldt([dict(time=2.5, amt=8, cmt="endostatin"), dict(time=2.5, amt=12, cmt="endostatin")])
    np.testing.assert_allclose(parts.tumor_volume, whole.tumor_volume, rtol=10 * RTOL)


def test_output_at_a_dose_shows_the_level_before_it():
    found = _hahnfeldt([dict(time=0, amt=20, cmt="endostatin"), dict(time=5, amt=20, cmt="endostatin")])
    trough = float(found.endostatin.sel(time=5.0))
    assert float(found.endostatin[0]) == 0.0
    assert trough == pytest.approx(20 * np.exp(-1.7 * 5.0), rel=1e-12)


def test_outputs_hold_the_level_of_inputs_before_an_event():
    events = Doses(
        time=np.array([2.0, 3.5]),
        kind=np.full(2, EVENT_LEVEL),
        compartment=np.zeros(2, np.int64),
        value=np.array([4.0, -1.5]),
        interval=np.zeros(2),
        duration=np.zeros(2),
        next=np.zeros(1, np.int64),
        last=np.array([2]),
        origin=np.zeros(1),
        first_mode=np.zeros(1, np.int64),
        last_mode=np.zeros(1, np.int64),
        state=np.array([input_level(0)]),
        smooth=np.zeros(1, np.bool_),
        scale=np.array([[2.0]]),
    )
    runs = make_runs(TURNOVER, np.array([[0.0, 1.0]]), np.array([[0.5, 0.5, 0.1]]))
    records = make_records([0.0, 1.0, 2.0, 2.1, 3.5, 4.0], np.zeros(1, np.int64), TURNOVER.n_states, 0, 1)
    advance_problem(make_problem(TURNOVER, runs, doses=events, records=records), 4.0)
    np.testing.assert_array_equal(records.level[0, :, 0], [0.0, 0.0, 0.0, 8.0, 8.0, 5.0])


def test_scale_multiplies_the_doses_of_a_run():
    modes = with_absorption(disposition_modes([30.0] * 3, [50.0] * 3), 5.0)
    parts = {"exposure": exposure(TURNOVER, modes), "doses": events(_table([dict(time=1, amt=10)], 5.0), 3, modes.size)}
    parts["doses"].scale[:, 0] = [1.0, 1.7, 0.0]
    built = solve(TURNOVER, [[0.0, 1.0]] * 3, [[0.5, 0.5, 0.1]] * 3, [5.0], **parts)
    area = built.runs.state[:, 0]
    assert area[1] == pytest.approx(1.7 * area[0], rel=1e-8)
    assert area[2] == 0.0
