"""Pazopanib in patients and mice: an independent integration, limits, dose groups by SciPy, logistic growth."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import ossim

PATIENT, MOUSE = "ouerdani2015", "ouerdani2015_mouse"
#: AUC of a day at 10, 30 and 100 mg/kg [mg h/L]
MOUSE_AUC = {10: 220.2, 30: 656.8, 100: 1140.8}
# half a unit in the last digit given
FOUR_DIGITS, THREE_DIGITS = 0.5e-4, 0.5e-3
# solver at 1e-8 against SciPy at 1e-12 or a closed form
CLOSED_FORM = 1e-6


def _daily(cmt, amount, days):
    return [{"time": 0, "amt": amount, "dur": 1, "ii": 1, "addl": days - 1, "cmt": cmt}]


def _mouse(dose, times):
    doses = _daily("pazopanib_exposure", MOUSE_AUC[dose], 24) if dose else []
    return ossim.simulate(MOUSE, times, doses=doses)


def test_patient_treated():
    """727 mg a day, AUC 771.6 mg h/L; lesions of 100 mm; days 56, 84 and 168."""
    found = ossim.simulate(PATIENT, [56.0, 84.0, 168.0], doses=_daily("pazopanib", 727, 168))
    np.testing.assert_allclose(found.sum_of_diameters, [82.2857, 79.6823, 80.1360], rtol=0, atol=FOUR_DIGITS)


def test_patient_untreated():
    found = ossim.simulate(PATIENT, [56.0, 84.0, 168.0])
    np.testing.assert_allclose(found.sum_of_diameters[:1], [108.4996], rtol=0, atol=FOUR_DIGITS)
    np.testing.assert_allclose(found.sum_of_diameters[1:2], [112.992], rtol=0, atol=THREE_DIGITS)
    np.testing.assert_allclose(found.sum_of_diameters[2:], [127.4967], rtol=0, atol=FOUR_DIGITS)


@pytest.mark.parametrize(("dose", "expected"), [(0, 636.814), (10, 257.402)])
def test_mouse_on_day_24(dose, expected):
    """Tumors of 175 mm^3; vehicle and 10 mg/kg."""
    assert float(_mouse(dose, [24.0]).tumor_volume[0]) == pytest.approx(expected, abs=THREE_DIGITS)


@pytest.mark.parametrize("dose", [0, 10, 30, 100])
def test_dose_groups_of_mice_agree_with_scipy(dose):
    auc = MOUSE_AUC.get(dose, 0.0)
    kill, loss = (0.251, 0.007 * auc**0.332) if auc else (0.0, 0.0)

    def rates(t, y):
        P, K = y
        return [0.166 * P * (1 - P / K) - kill * np.exp(-0.196 * t) * P, 0.0183 * P - loss * K]

    times = np.array([3.0, 8.0, 16.0, 24.0])
    expected = solve_ivp(rates, (0, 24), [175, 543], "DOP853", times, rtol=1e-12, atol=1e-12).y
    found = _mouse(dose, times)
    np.testing.assert_allclose(found.tumor_volume, expected[0], rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.carrying_capacity, expected[1], rtol=CLOSED_FORM)


def test_patient_agrees_with_scipy():
    auc = 771.6
    kill, loss = 0.0032 * auc**0.125, 0.0023 * auc**0.142

    def rates(t, y):
        P, K = y
        return [0.0021 * P * (1 - P / K) - kill * np.exp(-0.0153 * t) * P, 0.0392 * P**0.5 - loss * K]

    times = np.array([28.0, 56.0, 168.0, 336.0])
    expected = solve_ivp(rates, (0, 336), [100, 329], "DOP853", times, rtol=1e-12, atol=1e-12).y
    found = ossim.simulate(PATIENT, times, doses=_daily("pazopanib", 727, 336))
    np.testing.assert_allclose(found.sum_of_diameters, expected[0], rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.carrying_capacity, expected[1], rtol=CLOSED_FORM)


@pytest.mark.parametrize(
    ("name", "cmt"), [(PATIENT, "pazopanib"), (MOUSE, "pazopanib_exposure")], ids=["patient", "mouse"]
)
def test_exposure_of_zero_is_no_treatment(name, cmt):
    """Without the switch at zero the mouse, whose effect on cells does not depend on the exposure, would be treated."""
    untreated = ossim.simulate(name, [7.0, 20.0])
    found = ossim.simulate(name, [7.0, 20.0], doses=_daily(cmt, 0.0, 20))
    for state in ("carrying_capacity", "sum_of_diameters" if name == PATIENT else "tumor_volume"):
        np.testing.assert_array_equal(found[state], untreated[state])


@pytest.mark.parametrize("name", [PATIENT, MOUSE])
def test_growth_is_logistic_where_vessels_stand_still(name):
    """Closed form K / (1 + (K/P0 - 1) exp(-k t)) without drug and without stimulation."""
    size, k, p0, capacity = {
        PATIENT: ("sum_of_diameters", 0.0021, 100.0, 329.0), MOUSE: ("tumor_volume", 0.166, 175.0, 543.0)
    }[name]  # fmt: skip
    times = np.array([5.0, 24.0, 168.0])
    found = ossim.simulate(name, times, parameters={"stimulation_rate": 0.0})
    expected = capacity / (1 + (capacity / p0 - 1) * np.exp(-k * times))
    np.testing.assert_allclose(found[size], expected, rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.carrying_capacity, capacity, rtol=CLOSED_FORM)


def test_more_drug_means_smaller_tumors_in_mice():
    sizes = [float(_mouse(dose, [24.0]).tumor_volume[0]) for dose in (0, 10, 30, 100)]
    assert sizes == sorted(sizes, reverse=True)


def test_carrying_capacity_decays_exponentially_without_stimulation():
    found = ossim.simulate(
        MOUSE, [10.0], doses=_daily("pazopanib_exposure", 220.2, 10), parameters={"stimulation_rate": 0.0}
    )
    assert float(found.carrying_capacity[0]) == pytest.approx(543 * np.exp(-0.07 * 220.2**0.332), rel=CLOSED_FORM)
