"""Linear-quadratic survival, the Lea-Catcheside factor and equivalent doses (models.md section 8)."""

import numpy as np
import pytest
from scipy.integrate import quad

from ossim.terms.radiation import (
    equivalent_dose_2gy,
    linear_quadratic_kill,
    linear_quadratic_survival,
    protraction_of_exposure,
    protraction_of_fractions,
    sublethal_lesions,
)

ROUNDING = 1e-14
CANCELLATION = 1e-12  # x - 1 + exp(-x) of the printed form loses two digits and more at x = 0.1
MU = 11.09  # per day, a half-time of 1.5 h


def test_survival():
    assert linear_quadratic_survival(0.0, 0.3, 0.03) == 1.0
    assert linear_quadratic_survival(2.0, 0.3, 0.03) == pytest.approx(np.exp(-0.72), rel=ROUNDING)
    # alpha and beta kill alike at the dose alpha/beta
    alone = linear_quadratic_survival(10.0, 0.3, 0.0)
    assert linear_quadratic_survival(10.0, 0.3, 0.03) == pytest.approx(alone**2, rel=ROUNDING)


def test_survival_of_repaired_fractions_is_a_product():
    one = linear_quadratic_survival(2.0, 0.3, 0.03)
    assert linear_quadratic_survival(60.0, 0.3, 0.03, G=1.0 / 30.0) == pytest.approx(one**30, rel=1e-12)


def test_protraction_of_an_exposure_as_printed():
    x = np.array([0.1, 0.5, 1.0, 5.0, 50.0])
    found = protraction_of_exposure(MU, x / MU)
    np.testing.assert_allclose(found, 2.0 / x**2 * (x - 1.0 + np.exp(-x)), rtol=CANCELLATION)


def test_protraction_of_an_exposure_is_one_when_short_and_zero_when_long():
    assert protraction_of_exposure(MU, 0.0) == 1.0
    assert protraction_of_exposure(MU, 1e-9) == pytest.approx(1.0, abs=1e-8)
    assert protraction_of_exposure(MU, 1e6) == pytest.approx(2.0 / (MU * 1e6), rel=1e-6)


def test_series_and_closed_form_meet():
    x = np.array([1.0 - 1e-9, 1.0 + 1e-9]) * 1e-2
    below, above = protraction_of_exposure(1.0, x)
    assert below == pytest.approx(above, rel=1e-10)


def test_protraction_of_an_exposure_is_a_double_integral():
    """G = 2/D^2 int R(t) int_0^t R(s) exp(-mu (t-s)) ds dt, at R = 1."""
    duration = 0.3
    inner = quad(lambda t: (1.0 - np.exp(-MU * t)) / MU, 0.0, duration, epsabs=1e-14)[0]
    assert protraction_of_exposure(MU, duration) == pytest.approx(2.0 * inner / duration**2, rel=1e-12)


@pytest.mark.parametrize("gap", [0.0, 0.05, 0.25, 1.0, 1e3])
def test_two_fractions(gap):
    """(1 + exp(-mu T)) / 2: 1 where they are one, 1/2 where all is repaired between."""
    expected = (1.0 + np.exp(-MU * gap)) / 2.0
    assert protraction_of_fractions(MU, [0.0, gap], [2.0, 2.0]) == pytest.approx(expected, rel=ROUNDING)
    unequal = protraction_of_fractions(MU, [0.0, gap], [1.0, 3.0])
    assert unequal == pytest.approx((1.0 + 9.0 + 6.0 * np.exp(-MU * gap)) / 16.0, rel=ROUNDING)


def test_many_small_fractions_are_an_exposure():
    n, duration = 2000, 0.5
    times = (np.arange(n) + 0.5) / n * duration
    found = protraction_of_fractions(MU, times, np.full(n, 0.01))
    assert found == pytest.approx(float(protraction_of_exposure(MU, duration)), rel=1e-6)


def test_fractions_in_any_order():
    times, doses = np.array([3.0, 0.0, 0.1]), np.array([2.0, 1.0, 4.0])
    order = np.argsort(times)
    assert protraction_of_fractions(MU, times, doses) == protraction_of_fractions(MU, times[order], doses[order])


def test_kill_and_lesions():
    assert linear_quadratic_kill(10.0, 0.0, 5.0, 0.3, 0.03) == 0.0
    assert linear_quadratic_kill(10.0, 2.0, 5.0, 0.3, 0.03) == pytest.approx(12.0, rel=ROUNDING)
    assert sublethal_lesions(2.0 / MU, 2.0, MU) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(("D", "d", "expected"), [(50.0, 2.0, 50.0), (25.0, 5.0, 35.714286), (30.0, 10.0, 64.285714)])
def test_equivalent_dose_at_a_ratio_of_5(D, d, expected):
    # D (d + 5) / 7 by hand
    assert equivalent_dose_2gy(D, d, 5.0) == pytest.approx(expected, abs=5e-7)


def test_equivalent_dose_does_the_same():
    """n fractions of d Gy and EQD2/2 fractions of 2 Gy leave the same cells, repaired in between."""
    alpha, beta, d, n = 0.3, 0.06, 5.0, 7
    equivalent = equivalent_dose_2gy(n * d, d, alpha / beta)
    by_fractions = linear_quadratic_survival(d, alpha, beta) ** n
    by_two = linear_quadratic_survival(2.0, alpha, beta) ** (equivalent / 2.0)
    assert by_two == pytest.approx(by_fractions, rel=1e-12)
