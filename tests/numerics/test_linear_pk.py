"""Closed-form drug modes, through the events of the engine, against matrix exponentials of the compartments."""

import numpy as np
import pytest
from compartments import DRUGS, INTRAVENOUS, Drug, amounts, steady_amounts
from engine_cases import TURNOVER, events, exposure, solve

from ossim.dosing import compile_events, dose_rows

# of the highest concentration: equal rates are spread by 1e-5, which costs its square and the rounding over it
RELATIVE = 1e-8
TIMES = np.concatenate([np.linspace(0.0, 3.0, 31), [4.37, 6.5, 9.0]])

SCHEDULES = {
    "one_dose": [dict(time=0.25, amt=400)],
    "daily": [dict(time=0, amt=400, ii=1, addl=8)],
    "twice_daily_and_extra": [dict(time=0, amt=400, ii=0.5, addl=17), dict(time=2.2, amt=100)],
    "infusion": [dict(time=0.5, amt=75, dur=1 / 24, ii=2, addl=3)],
    "overlapping_infusions": [dict(time=0, amt=60, dur=1.5, ii=1, addl=5)],
}


def _concentration(drug: Drug, rows, times=TIMES):
    modes = drug.modes()
    table = compile_events(dose_rows(rows), ("drug",), float(times[-1]))
    built = solve(
        TURNOVER,
        [[0.0, 1.0]],
        [[0.5, 0.5, 0.0]],
        times,
        exposure=exposure(TURNOVER, modes),
        doses=events(table, 1, modes.size),
        control={"rtol": 1e-6, "atol": 1e-9},  # the steps do not matter to a closed form
    )
    assert built.runs.status[0] == 0
    return built.records.value[0].sum(axis=1), table


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", DRUGS)
def test_concentration_is_that_of_the_matrix_exponential(name, schedule):
    drug = DRUGS[name]
    found, table = _concentration(drug, SCHEDULES[schedule])
    expected = amounts(drug, table, TIMES)[:, 1] / drug.volume
    np.testing.assert_allclose(found, expected, rtol=0, atol=RELATIVE * expected.max())


@pytest.mark.parametrize("name", DRUGS)
def test_steady_state_of_repeated_doses(name):
    drug = DRUGS[name]
    rows = [dict(time=0, amt=400, ii=0.5, addl=20, ss=1)]
    found, table = _concentration(drug, rows)
    boluses = table.kind == 3
    plain = _Table(table.time[boluses], table.kind[boluses], table.value[boluses])
    expected = amounts(drug, plain, TIMES, start=steady_amounts(drug, 400, 0.5))[:, 1] / drug.volume
    # the output at time 0 shows the state before the row
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0, atol=RELATIVE * expected.max())


@pytest.mark.parametrize("duration", [0.125, 0.5, 0.7, 1.3])
@pytest.mark.parametrize("name", INTRAVENOUS)
def test_steady_state_of_repeated_infusions(name, duration):
    drug = DRUGS[name]
    rows = [dict(time=0, amt=400, dur=duration, ii=0.5, addl=20, ss=1)]
    found, table = _concentration(drug, rows)
    rates = table.kind == 0
    plain = _Table(table.time[rates], table.kind[rates], table.value[rates])
    expected = amounts(drug, plain, TIMES, start=steady_amounts(drug, 400, 0.5, duration))[:, 1] / drug.volume
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0, atol=RELATIVE * expected.max())


class _Table:
    def __init__(self, time, kind, value):
        self.time, self.kind, self.value = time, kind, value


@pytest.mark.parametrize("name", INTRAVENOUS)
def test_bolus_starts_at_dose_over_volume(name):
    drug = DRUGS[name]
    assert drug.modes().gain.sum() == pytest.approx(1.0 / drug.volume, rel=1e-12)


@pytest.mark.parametrize("name", DRUGS)
def test_total_area_is_dose_over_clearance(name):
    drug, modes = DRUGS[name], DRUGS[name].modes()
    fraction = drug.bioavailability / drug.clearance
    assert (modes.gain / modes.decay).sum() == pytest.approx(fraction, rel=RELATIVE)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("name", DRUGS)
def test_given_drug_is_eliminated_or_still_there(name, schedule):
    drug, end = DRUGS[name], 9.3
    modes = drug.modes()
    table = compile_events(dose_rows(SCHEDULES[schedule]), ("drug",), end)
    built = solve(
        TURNOVER,
        [[0.0, 1.0]],
        [[0.5, 0.5, 0.0]],
        [end],
        exposure=exposure(TURNOVER, modes),
        doses=events(table, 1, modes.size),
        control={"rtol": 1e-12},
    )
    eliminated = drug.clearance * built.runs.state[0, 0]
    left = amounts(drug, table, [end])[0]
    if drug.absorption is not None:
        left[0] *= drug.bioavailability
    rates = np.where(table.kind == 0, table.value, 0.0)
    running = np.diff(np.append(table.time, end))
    infused = (rates * running).sum()
    given = drug.bioavailability * (infused + table.value[table.kind == 3].sum())
    assert eliminated + left.sum() == pytest.approx(given, rel=1e-9)
