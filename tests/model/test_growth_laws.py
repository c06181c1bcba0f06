"""Growth laws of the catalogue against their closed solutions, through `ossim.simulate`."""

import numpy as np
import pytest

import ossim

TIMES = np.array([0.0, 0.5, 3.0, 10.0, 40.0, 100.0])
RTOL = 1e-11
CLOSED_FORM = 1e-9
RATES = np.array([0.004, 0.0165, 0.1, 0.35])
START, CAPACITY = 2.5, 4000.0


def _exponential(t, a):
    return START * np.exp(a * t)


def _logistic(t, a):
    return CAPACITY / (1.0 + (CAPACITY / START - 1.0) * np.exp(-a * t))


def _gompertz(t, a):
    return CAPACITY * np.exp(np.log(START / CAPACITY) * np.exp(-a * t))


LAWS = {"exponential": _exponential, "logistic": _logistic, "gompertz": _gompertz}


def _simulate(name, times=TIMES, rtol=RTOL, **parameters):
    if name != "exponential":
        parameters.setdefault("carrying_capacity", CAPACITY)
    initial = {"tumor_volume": START}
    return ossim.simulate(name, times, initial, parameters=parameters, rtol=rtol, atol=1e-14)


@pytest.mark.parametrize("name", LAWS)
def test_growth_follows_its_closed_form(name):
    found = _simulate(name, growth_rate=RATES)
    expected = LAWS[name](TIMES, RATES[:, None])
    np.testing.assert_allclose(found.tumor_volume, expected, rtol=CLOSED_FORM)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
@pytest.mark.parametrize("name", LAWS)
def test_error_is_in_proportion_to_the_tolerance(name, rtol):
    found = _simulate(name, growth_rate=RATES, rtol=rtol)
    expected = LAWS[name](TIMES, RATES[:, None])
    np.testing.assert_allclose(found.tumor_volume, expected, rtol=100 * rtol)


@pytest.mark.parametrize("name", ["logistic", "gompertz"])
def test_capacity_is_a_state_of_rest(name):
    found = _simulate(name, growth_rate=0.3, carrying_capacity=START)
    np.testing.assert_allclose(found.tumor_volume, START, rtol=1e-12)


@pytest.mark.parametrize("name", ["logistic", "gompertz"])
def test_tumor_beyond_its_capacity_shrinks_to_it(name):
    found = _simulate(name, growth_rate=0.3, carrying_capacity=1.0)
    expected = {"logistic": 1.0 / (1.0 + (1.0 / START - 1.0) * np.exp(-0.3 * TIMES)),
                "gompertz": np.exp(np.log(START) * np.exp(-0.3 * TIMES))}[name]  # fmt: skip
    np.testing.assert_allclose(found.tumor_volume, expected, rtol=CLOSED_FORM)


def test_doubling_time_of_the_catalogue_value():
    found = ossim.simulate("exponential", [0.0, 42.0], rtol=1e-10)
    # the catalogue rounds ln 2 / 42 to four digits
    assert float(found.tumor_volume[1] / found.tumor_volume[0]) == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize("name", LAWS)
def test_only_time_zero_gives_the_start(name):
    found = ossim.simulate(name, [0.0], {"tumor_volume": START})
    assert float(found.tumor_volume[0]) == START
