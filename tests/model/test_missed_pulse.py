"""A short-lived cytotoxic drug infused over an hour every three weeks: a pulse that general integrators step over."""

import numpy as np
import pytest
from engine_cases import events, exposure, solve
from patient_cases import Course, Regimen, advance, cohort, oracle_state, worst_error
from scipy.integrate import solve_ivp

from ossim.dosing import compile_events, dose_rows
from ossim.numerics.codegen.system import System
from ossim.numerics.linear_pk import disposition_modes
from ossim.terms.pharmacodynamics import occupancy

HOUR, CYCLE, END = 1.0 / 24.0, 21.0, 126.0
GROWTH, KILL, CLEARANCE, VOLUME, AMOUNT, EC50 = 0.02, 12.0, 4800.0, 20.0, 120.0, 0.05
AGREEMENT = 1e-6


def cell_rates(N, x, growth, kill):
    dN = (growth - kill * occupancy(x)) * N
    return dN


CELLS = System("case_cells", ("N",), ("growth", "kill"), cell_rates, inputs=("x",))


def _log_cells(end):
    """Exact: growth minus kill times the time integral of x / (1 + x), in closed form for one compartment."""
    decay = CLEARANCE / VOLUME
    plateau = AMOUNT / HOUR / CLEARANCE / EC50
    top = plateau * -np.expm1(-decay * HOUR)

    def during(t):
        # x = P (1 - e^(-k t)): integral of x/(1+x) = t - integral of 1/(1+x)
        return t - np.log((1.0 + plateau) * np.exp(decay * t) - plateau) / (decay * (1.0 + plateau))

    def after(t):
        return (np.log1p(top) - np.log1p(top * np.exp(-decay * t))) / decay

    total = 0.0
    for start in np.arange(0.0, end, CYCLE):
        total += during(min(HOUR, end - start))
        if end - start > HOUR:
            total += after(min(CYCLE, end - start) - HOUR)
    return GROWTH * end - KILL * total


def _engine(rtol):
    rows = [dict(time=0, amt=AMOUNT, dur=HOUR, ii=CYCLE, addl=10)]
    modes = disposition_modes([CLEARANCE], [VOLUME])
    table = compile_events(dose_rows(rows), ("drug",), END)
    built = solve(
        CELLS, [[1e6]], [[GROWTH, KILL]], [END],
        exposure=exposure(CELLS, modes, weight=1.0 / EC50), doses=events(table, 1, 1),
        control={"rtol": rtol, "atol": 1e-9},
    )  # fmt: skip
    assert built.runs.status[0] == 0
    return np.log(built.runs.state[0, 0] / 1e6)


def test_engine_meets_every_pulse():
    assert _engine(1e-10) == pytest.approx(_log_cells(END), abs=AGREEMENT)


def test_at_the_default_tolerance_cells_are_right_to_one_percent():
    assert _engine(1e-6) == pytest.approx(_log_cells(END), abs=0.01)


@pytest.mark.parametrize("method", ["LSODA", "RK45", "Radau"])
def test_pulse_inside_the_right_hand_side_is_missed_by_others(method):
    # why doses are events: the same problem, the same tolerance, no error reported
    decay = CLEARANCE / VOLUME

    def rates(t, y):
        on = (t % CYCLE) < HOUR
        return [
            AMOUNT / HOUR * on - decay * y[0],
            GROWTH - KILL * (y[0] / VOLUME / EC50) / (1.0 + y[0] / VOLUME / EC50),
        ]

    # started just before the second cycle at rest, as after any drug-free interval
    found = solve_ivp(rates, (HOUR + 5.0, END), [0.0, 0.0], method=method, rtol=1e-6, atol=1e-9)
    assert found.success
    expected = _log_cells(END) - _log_cells(HOUR + 5.0)
    assert found.y[1, -1] - expected > np.log(2.0)


def test_patient_under_an_hour_of_doxorubicin_agrees_with_the_restarted_oracle():
    times = np.arange(0.0, 120.0, CYCLE)
    regimen = Regimen(
        ("doxorubicin 75 mg/m2 every 3 weeks over 60 min",),
        (Course("doxorubicin", 75.0, times, HOUR, per_m2=True),),
    )
    patients = cohort(20, 3, kill_rate_cytotoxic=5.0)
    engine = advance(patients, regimen, 120.0, 1e-10, 1e-12).runs
    assert (engine.status == 0).all()
    for index in range(patients.size):
        expected = oracle_state(patients, index, regimen, 120.0)
        assert worst_error(engine.state[index], expected) < AGREEMENT
