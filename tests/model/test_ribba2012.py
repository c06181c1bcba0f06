"""Ribba et al. 2012: the balance of all tissue, rates per month, and none of the errors of BIOMD0000000521."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import ossim
from ossim.catalog import model_parameters
from ossim.model.library.ribba2012 import rates

DAYS_PER_MONTH = 30.44
# models.md 2.4, per month
PER_MONTH = {
    "growth_rate": 0.121,
    "quiescence_rate": 0.0295,
    "repair_rate": 0.0031,
    "damaged_loss_rate": 0.0087,
    "elimination_rate": 0.24,
}
LAM, KPQ, KQPP, DQP, KDE = PER_MONTH.values()
GAMMA, CAPACITY, P0, Q0 = 0.729, 100.0, 7.13, 41.2
RTOL, ATOL = 1e-11, 1e-13
ORACLE = 1e-9  # two integrators at 1e-11 and 1e-12
ROUNDING = 1e-14
VALUES = dict(lamP=LAM, K=CAPACITY, kPQ=KPQ, kQpP=KQPP, gP=GAMMA, gQ=GAMMA, dQP=DQP, KDE=KDE)


def test_values():
    facts = model_parameters("ribba2012")
    for name, value in PER_MONTH.items():
        assert facts[name].value * DAYS_PER_MONTH == pytest.approx(value, rel=ROUNDING)
    names = ("kill_of_proliferative", "damage_of_quiescent", "largest_diameter")
    assert [facts[name].value for name in names] == [GAMMA, GAMMA, CAPACITY]
    assert [facts[f"initial_{name}_tissue"].value for name in ("proliferative", "quiescent")] == [P0, Q0]


def test_monthly_equations_by_hand():
    """The equations as printed, in months, one dose at the start."""

    def slopes(t, y):
        P, Q, Qp = y
        effect = KDE * np.exp(-KDE * t)
        growth = LAM * P * (1.0 - (P + Q + Qp) / CAPACITY)
        return [
            growth + KQPP * Qp - KPQ * P - GAMMA * effect * P,
            KPQ * P - GAMMA * effect * Q,
            GAMMA * effect * Q - KQPP * Qp - DQP * Qp,
        ]

    months = np.array([0.5, 3.0, 12.0, 36.0, 80.0])
    expected = solve_ivp(slopes, (0, 80), [P0, Q0, 0.0], "DOP853", months, rtol=1e-12, atol=1e-13).y
    doses = [{"time": 0.0, "amt": 1.0, "cmt": "treatment"}]
    found = ossim.simulate("ribba2012", months * DAYS_PER_MONTH, doses=doses, rtol=RTOL, atol=ATOL)
    for name, values in zip(("proliferative_tissue", "quiescent_tissue", "damaged_tissue"), expected, strict=True):
        np.testing.assert_allclose(found[name], values, rtol=ORACLE)
    np.testing.assert_allclose(found.mean_tumor_diameter, expected.sum(axis=0), rtol=ORACLE)


@pytest.mark.parametrize(("P", "Q", "Qp"), [(7.13, 41.2, 0.0), (3.0, 20.0, 15.0), (60.0, 1.0, 2.0)])
def test_balance_of_all_tissue_without_effect(P, Q, Qp):
    """P*' = lambda P (1 - P*/K) - d Qp with gamma = 0: what leaves one tissue enters another."""
    total = sum(rates(P, Q, Qp, 0.7, **VALUES | {"gP": 0.0, "gQ": 0.0}))
    assert total == pytest.approx(LAM * P * (1.0 - (P + Q + Qp) / CAPACITY) - DQP * Qp, rel=1e-12)


def test_all_tissue_is_kept_where_none_grows_or_dies():
    closed = {"growth_rate": 0.0, "damaged_loss_rate": 0.0, "kill_of_proliferative": 0.0}
    doses = [{"time": 10.0, "amt": 2.0, "cmt": "treatment"}]
    found = ossim.simulate("ribba2012", [100.0, 1000.0, 4000.0], None, doses, closed, rtol=RTOL)
    np.testing.assert_allclose(found.mean_tumor_diameter, P0 + Q0, rtol=1e-12)
    assert float(found.damaged_tissue[0]) > 1.0


def test_quiescence_is_in_proportion_to_proliferative_tissue():
    """BIOMD0000000521 has dQ/dt = kPQ - ..., which would give Q' = kPQ whatever P."""
    assert rates(0.0, 41.2, 0.0, 0.0, **VALUES)[1] == 0.0
    assert rates(7.13, 41.2, 0.0, 0.0, **VALUES)[1] == pytest.approx(0.0295 * 7.13, rel=ROUNDING)


def test_tumor_goes_on_shrinking_after_treatment():
    """A prolonged response: the nadir comes more than a year after the last of six cycles."""
    doses = [{"time": 0.0, "amt": 1.0, "ii": 42, "addl": 5, "cmt": "treatment"}]
    times = np.arange(0.0, 3000.0, 10.0)
    found = ossim.simulate("ribba2012", times, doses=doses).mean_tumor_diameter.values
    assert times[found.argmin()] > 5 * 42 + 365
    assert found.min() < 0.8 * found[0]
    assert found[-1] > found.min()
