"""Each rate law against the formula as printed, its limits, and its signs."""

import numpy as np
import pytest

from ossim.terms.angiogenesis import delivery, hahnfeldt_support, oxygenation, surface_scaled_loss
from ossim.terms.growth import (
    bertalanffy_growth,
    crowding,
    exponential_growth,
    generalized_logistic_growth,
    gompertz_growth,
    gompertz_offset_growth,
    linear_limited_growth,
    logistic_growth,
    mendelsohn_growth,
    surface_growth,
)
from ossim.terms.hazards import burden_hazard, weibull_hazard
from ossim.terms.pharmacodynamics import occupancy, sigmoid_effect
from ossim.terms.resistance import bypass_rate, bypass_release, bypassed

ROUNDING = 1e-14


def test_exponential_growth():
    assert exponential_growth(50.0, 0.1) == pytest.approx(5.0, rel=ROUNDING)


def test_logistic_growth_is_fastest_at_half_its_capacity():
    V = np.linspace(0.0, 100.0, 1001)
    rate = logistic_growth(V, 0.4, 100.0)
    assert V[rate.argmax()] == 50.0
    assert rate.max() == pytest.approx(10.0, rel=ROUNDING)
    assert logistic_growth(100.0, 0.4, 100.0) == 0.0


def test_gompertz_growth_is_fastest_at_capacity_over_e():
    V = np.linspace(0.01, 100.0, 100_001)
    rate = gompertz_growth(V, 0.4, 100.0)
    assert V[rate.argmax()] == pytest.approx(100.0 / np.e, rel=1e-3)
    assert rate.max() == pytest.approx(0.4 * 100.0 / np.e, rel=1e-8)


def test_mendelsohn_growth_between_linear_and_exponential():
    assert mendelsohn_growth(50.0, 0.3, 0.0) == pytest.approx(0.3, rel=ROUNDING)
    assert mendelsohn_growth(50.0, 0.3, 1.0) == pytest.approx(15.0, rel=ROUNDING)


def test_linear_limited_growth_at_both_ends():
    assert linear_limited_growth(1e-9, 132.0, 4300.0) == pytest.approx(132.0 / 4300.0 * 1e-9, rel=1e-12)
    assert linear_limited_growth(4300.0, 132.0, 4300.0) == pytest.approx(66.0, rel=ROUNDING)
    assert linear_limited_growth(1e18, 132.0, 4300.0) == pytest.approx(132.0, rel=1e-12)


def test_surface_growth_at_both_ends():
    assert surface_growth(1e-9, 0.3, 1000.0) == pytest.approx(0.03e-9, rel=1e-12)
    assert surface_growth(1e18, 0.3, 1000.0) == pytest.approx(0.3e12, rel=1e-12)


def test_gompertz_offset_growth():
    assert gompertz_offset_growth(5.0, 0.4, 100.0, 0.0) == pytest.approx(gompertz_growth(5.0, 0.4, 100.0), rel=ROUNDING)
    assert gompertz_offset_growth(60.0, 0.4, 100.0, 40.0) == 0.0
    assert gompertz_offset_growth(0.0, 0.4, 100.0, 40.0) == 0.0


def test_bertalanffy_growth_rests_at_the_cube_of_a_over_b():
    assert bertalanffy_growth(8.0, 0.5, 0.25) == pytest.approx(0.0, abs=1e-15)
    assert bertalanffy_growth(27.0, 0.5, 0.0) == pytest.approx(4.5, rel=1e-14)


def test_generalized_logistic_growth_holds_logistic_and_gompertz():
    V = np.array([1.0, 30.0, 100.0, 150.0])
    logistic = generalized_logistic_growth(V, 0.4, 100.0, 1.0)
    np.testing.assert_allclose(logistic, logistic_growth(V, 0.4, 100.0), rtol=1e-14)
    # first order in alpha: -lam V ln(V/K)^2 alpha / 2
    nearly = generalized_logistic_growth(V, 0.4, 100.0, 1e-6)
    np.testing.assert_allclose(nearly, gompertz_growth(V, 0.4, 100.0), rtol=1e-5)


def test_crowding_never_turns_growth_around():
    np.testing.assert_allclose(crowding(np.array([0.0, 50.0, 100.0, 150.0]), 100.0), [1.0, 0.5, 0.0, 0.0])


def test_oxygenation_at_baseline_and_limits():
    assert oxygenation(1.0, 0.5) == pytest.approx(2.0 / 3.0, rel=ROUNDING)
    assert oxygenation(0.0, 0.5) == 0.0
    assert oxygenation(1e6, 0.5) == pytest.approx(1.0, rel=1e-12)


def test_surface_scaled_loss():
    assert surface_scaled_loss(1.0, 0.5) == 1.0
    assert surface_scaled_loss(8.0, 0.5) == pytest.approx(2.5, rel=1e-12)
    assert surface_scaled_loss(8.0, 0.0) == 1.0
    assert surface_scaled_loss(27.0, 1.0) == pytest.approx(9.0, rel=1e-12)


@pytest.mark.parametrize(("immature", "mature", "expected"), [(1.3, 1.0, 0.8), (0.0, 1.0, 0.8 * 2.95), (2.6, 2.0, 0.8)])
def test_delivery_as_printed(immature, mature, expected):
    # q (1 + zeta r0) / (1 + zeta r) with zeta 1.5, r0 1.3
    assert delivery(0.8, immature, mature, 1.3, 1.5) == pytest.approx(expected, rel=1e-12)


def test_delivery_without_a_penalty_is_perfusion():
    assert delivery(0.7, 5.0, 1.0, 1.3, 0.0) == pytest.approx(0.7, rel=ROUNDING)


def test_hahnfeldt_support():
    assert hahnfeldt_support(8.0, 5.0, 5.85, 0.00873) == pytest.approx(5.85 * 8.0 - 0.00873 * 5.0 * 4.0, rel=1e-12)


@pytest.mark.parametrize(("x", "expected"), [(0.0, 0.0), (1.0, 0.5), (3.0, 0.75), (1e16, 1.0)])
def test_occupancy(x, expected):
    assert occupancy(x) == expected


def test_bypass_decays_only_off_drug():
    assert bypass_release(0.0, 0.3) == 1.0
    assert bypass_release(0.3, 0.3) == pytest.approx(0.5, rel=ROUNDING)
    assert bypass_release(0.9, 0.3) == pytest.approx(1.0 / 82.0, rel=1e-12)


def test_bypass_rate_builds_up_and_decays():
    assert bypass_rate(0.0, 0.8, 0.01, 0.03, bypass_release(0.8, 0.3)) == pytest.approx(0.008, rel=ROUNDING)
    assert bypass_rate(0.4, 0.0, 0.01, 0.03, bypass_release(0.0, 0.3)) == pytest.approx(-0.012, rel=ROUNDING)
    assert bypass_rate(0.0, 0.0, 0.01, 0.03, 1.0) == 0.0


def test_bypass_undoes_inhibition_unless_mtor_is_blocked():
    assert bypassed(0.8, 0.0, 0.56, 0.0) == 0.8
    assert bypassed(0.8, 1.0, 0.56, 0.0) == pytest.approx(0.8 * 0.44, rel=ROUNDING)
    assert bypassed(0.8, 1.0, 0.56, 1.0) == pytest.approx(0.8, rel=ROUNDING)


def test_burden_hazard():
    assert burden_hazard(30.0, 30.0, 0.002, 0.6, 0.0) == pytest.approx(0.002, rel=1e-12)
    assert burden_hazard(240.0, 30.0, 0.0019, 2 / 3, 0.0) == pytest.approx(0.0076, rel=1e-12)
    assert burden_hazard(30.0, 30.0, 0.0019, 2 / 3, 0.5 * np.log(4.0)) == pytest.approx(0.0038, rel=1e-12)


LAWS = (exponential_growth, logistic_growth, gompertz_growth, crowding, oxygenation, surface_scaled_loss, delivery,
        hahnfeldt_support, burden_hazard, occupancy, bypass_rate, bypass_release, bypassed)  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_laws_work_on_arrays_element_by_element(law):
    rng, count = np.random.default_rng(1), law.__code__.co_argcount
    columns = rng.uniform(0.2, 0.9, (count, 6))
    together = law(*columns)
    one_by_one = [law(*column) for column in columns.T]
    np.testing.assert_allclose(together, one_by_one, rtol=ROUNDING)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_a_missing_argument_is_never_hidden(law):
    count = law.__code__.co_argcount
    for missing in range(count):
        arguments = np.full(count, 0.4)
        arguments[missing] = np.nan
        assert np.isnan(law(*arguments))


@pytest.mark.parametrize(("scale", "cumulative"), [(1.0, 0.3 * 2.0**1.5), (1.0 / 0.3, (0.3 * 2.0) ** 1.5)])
def test_weibull_hazard_adds_up_to_either_law(scale, cumulative):
    t = np.linspace(0.0, 2.0, 200_001)
    hazard = weibull_hazard(t, 0.3, 1.5, scale)
    assert np.trapezoid(hazard, t) == pytest.approx(cumulative, rel=1e-6)
    assert hazard[0] == 0.0


def test_sigmoid_effect_is_half_at_its_half_and_none_without_exposure():
    assert sigmoid_effect(2.0, 2.0, 3.31) == pytest.approx(0.5, rel=ROUNDING)
    assert sigmoid_effect(0.0, 2.0, 3.31) == 0.0
    assert sigmoid_effect(3.0, 2.0, 1.0) == pytest.approx(occupancy(1.5), rel=ROUNDING)
