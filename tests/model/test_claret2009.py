"""Claret et al. 2009 against its closed form, its nadir, and the published 5-fluorouracil schedule."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_parameters

# per week, models.md 2.2
CAPECITABINE = {"growth_rate": 0.021, "kill_rate": 0.025, "resistance_rate": 0.053}
FLUOROURACIL = {"growth_rate": 0.015, "kill_rate": 0.058, "resistance_rate": 0.042}
VARIANCE = {"growth_rate": 0.556, "kill_rate": 0.540, "resistance_rate": 0.450}
SETS = {None: CAPECITABINE, "fluorouracil_phase3": FLUOROURACIL}
PERIOD = {None: 1.0, "fluorouracil_phase3": 7.0}  # days whose dose is the exposure
DAYS_PER_WEEK = 7.0
RTOL = 1e-11
CLOSED_FORM = 1e-9


def _closed(weeks, KL, KD, lam, exposure):
    """Size relative to the start at a constant exposure."""
    return np.exp(KL * weeks - KD * exposure / lam * -np.expm1(-lam * weeks))


def _held(grams_per_day, days):
    return [{"time": 0.0, "amt": grams_per_day * days, "dur": days, "cmt": "fluoropyrimidine"}]


@pytest.mark.parametrize("name", SETS)
def test_rates_are_those_printed_per_week(name):
    facts = model_parameters("claret2009", name)
    for key, value in SETS[name].items():
        assert facts[key].value * DAYS_PER_WEEK == pytest.approx(value, rel=1e-15)
    assert 1.0 / facts["exposure_rate"].value == pytest.approx(PERIOD[name], rel=1e-15)


def test_spread_of_the_fluorouracil_patients():
    facts = model_parameters("claret2009", "fluorouracil_phase3")
    assert {key: facts[key].variance for key in VARIANCE} == VARIANCE


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("exposure", [0.0, 0.7, 4.3])
def test_constant_exposure_follows_the_closed_form(name, exposure):
    times = np.array([1.0, 7.0, 50.0, 200.0, 364.0])
    doses = _held(exposure / PERIOD[name], 400.0)
    found = ossim.simulate("claret2009", times, doses=doses, parameter_set=name, rtol=RTOL)
    expected = 100.0 * _closed(times / DAYS_PER_WEEK, *SETS[name].values(), exposure)
    np.testing.assert_allclose(found.sum_of_diameters, expected, rtol=CLOSED_FORM)


@pytest.mark.parametrize("name", SETS)
def test_nadir_is_where_growth_meets_the_fading_kill(name):
    """t = ln(KD E / KL) / lambda."""
    KL, KD, lam = SETS[name].values()
    nadir = DAYS_PER_WEEK * np.log(KD * 4.3 / KL) / lam
    around = np.array([nadir - 1.0, nadir, nadir + 1.0])
    doses = _held(4.3 / PERIOD[name], 1000.0)
    found = ossim.simulate("claret2009", around, doses=doses, parameter_set=name, rtol=RTOL).sum_of_diameters.values
    assert found[1] < found[0]
    assert found[1] < found[2]
    curvature = found[2] - 2 * found[1] + found[0]
    offset = (found[0] - found[2]) / (2 * curvature)  # of the parabola through the three points
    assert offset == pytest.approx(0.0, abs=0.01)


def test_fluorouracil_as_scheduled():
    """425 mg/m^2 on five days of each four weeks at 1.8 m^2, ten cycles: sizes of an independent exact solution."""
    weeks = np.array([1.0, 4.0, 8.0, 12.0, 24.0, 39.0])
    doses = [{"time": 0.0, "amt": 3.825, "dur": 7, "ii": 28, "addl": 9, "cmt": "fluoropyrimidine"}]
    how = {"parameter_set": "fluorouracil_phase3", "rtol": RTOL}
    found = ossim.simulate("claret2009", weeks * DAYS_PER_WEEK, doses=doses, **how)
    expected = [81.6886, 85.4486, 75.5094, 68.6486, 58.7337, 57.2337]
    np.testing.assert_allclose(found.sum_of_diameters, expected, atol=5e-5)
    placebo = ossim.simulate("claret2009", [39 * DAYS_PER_WEEK], **how)
    assert float(placebo.sum_of_diameters[0]) == pytest.approx(179.4991, abs=5e-5)


def test_time_is_not_counted_in_weeks():
    """BioModels MODEL1708310001 takes the weekly rates for daily ones: untreated size doubles in 33 days there."""
    doubling = DAYS_PER_WEEK * np.log(2.0) / 0.021
    found = ossim.simulate("claret2009", [doubling], rtol=RTOL)
    assert float(found.sum_of_diameters[0]) == pytest.approx(200.0, rel=CLOSED_FORM)
    assert doubling == pytest.approx(231.0, abs=0.1)
