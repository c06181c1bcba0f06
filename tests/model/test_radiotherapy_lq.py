"""Radiotherapy: without growth the model is the linear-quadratic law with its exact Lea-Catcheside factor."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_parameters
from ossim.terms.radiation import linear_quadratic_survival, protraction_of_exposure, protraction_of_fractions

ALPHA, RATIO, MU = 0.3, 5.0, 11.0
BETA = ALPHA / RATIO
VALUES = {"growth_rate": 0.0, "radiosensitivity": ALPHA, "alpha_beta_ratio": RATIO, "repair_rate": MU}
RTOL, ATOL = 1e-11, 1e-13
CLOSED_FORM = 1e-9


def _killed(doses, until, **parameters):
    """Natural logarithm of what is left, from a volume of 1000."""
    how = {"rtol": RTOL, "atol": ATOL}
    found = ossim.simulate("radiotherapy_lq", [until], {"tumor_volume": 1e3}, doses, VALUES | parameters, **how)
    return np.log(float(found.tumor_volume[0]) / 1e3)


@pytest.mark.parametrize("duration", [1e-3, 0.01, 0.1, 1.0, 20.0])
def test_held_dose_rate(duration):
    """ln S = -alpha D - G beta D^2 with G = 2 (x - 1 + exp(-x)) / x^2, x = mu T."""
    dose = 6.0
    rows = [{"time": 1.0, "amt": dose, "dur": duration, "cmt": "radiation"}]
    G = float(protraction_of_exposure(MU, duration))
    expected = np.log(linear_quadratic_survival(dose, ALPHA, BETA, G))
    assert _killed(rows, 30.0) == pytest.approx(expected, rel=CLOSED_FORM)


@pytest.mark.parametrize("gap", [0.02, 0.1, 0.25, 1.0])
def test_two_fractions(gap):
    """Each fraction by itself, and the lesions of the first that are left for the second, averaged over both."""
    one, two, duration = 2.0, 3.0, 0.01
    rows = [
        {"time": 1.0, "amt": one, "dur": duration, "cmt": "radiation"},
        {"time": 1.0 + gap, "amt": two, "dur": duration, "cmt": "radiation"},
    ]
    x = MU * duration
    between = 2.0 * one * two * np.exp(-MU * gap) * np.expm1(x) * -np.expm1(-x) / x**2
    quadratic = (one**2 + two**2) * float(protraction_of_exposure(MU, duration)) + between
    assert _killed(rows, 5.0) == pytest.approx(-ALPHA * (one + two) - BETA * quadratic, rel=CLOSED_FORM)


def test_short_fractions_follow_the_sum_over_pairs():
    """Fractions of seconds: the difference to instantaneous ones is of the order of mu times their duration."""
    times, doses, duration = np.array([0.5, 0.6, 0.75, 1.5]), np.array([2.0, 1.0, 2.0, 3.0]), 2e-5
    rows = [{"time": t, "amt": d, "dur": duration, "cmt": "radiation"} for t, d in zip(times, doses, strict=True)]
    G = protraction_of_fractions(MU, times, doses)
    expected = np.log(linear_quadratic_survival(doses.sum(), ALPHA, BETA, G))
    assert _killed(rows, 3.0) == pytest.approx(expected, rel=MU * duration)


def test_daily_fractions_kill_alike():
    """Repaired in between (mu = 11 per day leaves 2e-5 of the lesions), fraction by fraction the same share."""
    rows = [{"time": 0.0, "amt": 2.0, "dur": 0.01, "ii": 1, "addl": 4, "cmt": "radiation"}]
    times = np.arange(6.0)
    found = ossim.simulate("radiotherapy_lq", times, None, rows, VALUES, rtol=RTOL, atol=ATOL).tumor_volume.values
    np.testing.assert_allclose(found[1:] / found[:-1], found[1] / found[0], rtol=2 * 2e-5)
    expected = linear_quadratic_survival(2.0, ALPHA, BETA, float(protraction_of_exposure(MU, 0.01)))
    assert found[1] / found[0] == pytest.approx(expected, rel=CLOSED_FORM)


def test_growth_without_radiation_is_gompertz():
    facts = model_parameters("radiotherapy_lq")
    K, V0 = facts["carrying_capacity"].value, facts["initial_tumor_volume"].value
    times = np.array([10.0, 100.0, 1000.0])
    found = ossim.simulate("radiotherapy_lq", times, rtol=RTOL).tumor_volume
    expected = K * np.exp(np.log(V0 / K) * np.exp(-facts["growth_rate"].value * times))
    np.testing.assert_allclose(found, expected, rtol=CLOSED_FORM)


def test_values():
    facts = model_parameters("radiotherapy_lq")
    assert facts["alpha_beta_ratio"].value == 5.0
    assert facts["alpha_beta_ratio"].tier == "assumed"
    alpha = facts["radiosensitivity"].value
    # median survival after 2 Gy of a panel of soft tissue sarcoma lines
    assert linear_quadratic_survival(2.0, alpha, alpha / 5.0) == pytest.approx(0.52, abs=5e-4)
