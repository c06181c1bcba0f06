"""The closed forms of Wang 2009 and Stein 2011 (models.md 2.3): the models follow them, nadir included."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_gaps, model_parameters
from ossim.model.page import page

TIMES = np.array([0.0, 3.0, 20.0, 90.0, 200.0, 400.0])
RTOL, ATOL = 1e-11, 1e-13
CLOSED_FORM = 1e-9
NAMES = ("wang2009", "stein2011", "stein2011_fraction")
START = 80.0


def _wang(t, shrinkage_rate, growth_rate):
    return START * np.exp(-shrinkage_rate * t) + growth_rate * t


def _stein(t, regression_rate, growth_rate):
    return START * (np.exp(-regression_rate * t) + np.exp(growth_rate * t) - 1.0)


def _fraction(t, regression_rate, growth_rate, sensitive_fraction):
    return START * (
        (1.0 - sensitive_fraction) * np.exp(growth_rate * t) + sensitive_fraction * np.exp(-regression_rate * t)
    )


FORMS = {"wang2009": _wang, "stein2011": _stein, "stein2011_fraction": _fraction}
CASES = [
    ("wang2009", {"shrinkage_rate": 0.03, "growth_rate": 0.15}, np.log(START * 0.03 / 0.15) / 0.03),
    ("wang2009", {"shrinkage_rate": 0.004, "growth_rate": 0.01}, np.log(START * 0.004 / 0.01) / 0.004),
    ("stein2011", {"regression_rate": 0.03, "growth_rate": 0.001}, np.log(30.0) / 0.031),
    ("stein2011", {"regression_rate": 0.006, "growth_rate": 0.002}, np.log(3.0) / 0.008),
    (
        "stein2011_fraction",
        {"regression_rate": 0.03, "growth_rate": 0.001, "sensitive_fraction": 0.75},
        np.log(90.0) / 0.031,
    ),
    (
        "stein2011_fraction",
        {"regression_rate": 0.01, "growth_rate": 0.004, "sensitive_fraction": 0.6},
        np.log(3.75) / 0.014,
    ),
]


def _simulate(name, times, parameters):
    return ossim.simulate(name, times, None, (), {"initial_sum_of_diameters": START} | parameters, rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize(("name", "parameters", "_"), CASES)
def test_model_follows_its_closed_form(name, parameters, _):
    found = _simulate(name, TIMES, parameters).sum_of_diameters
    np.testing.assert_allclose(found, FORMS[name](TIMES, **parameters), rtol=CLOSED_FORM)


@pytest.mark.parametrize(("name", "parameters", "nadir"), CASES)
def test_nadir(name, parameters, nadir):
    """Wang ln(BASE SR/PR)/SR; Stein ln(d/g)/(d+g); with a fraction ln(phi d/((1-phi) g))/(d+g)."""
    found = _simulate(name, [nadir - 0.5, nadir, nadir + 0.5], parameters).sum_of_diameters.values
    assert found[1] < found[0]
    assert found[1] < found[2]
    curvature = found[2] - 2 * found[1] + found[0]
    assert (found[0] - found[2]) / (2 * curvature) == pytest.approx(0.0, abs=0.005)


def test_fraction_of_one_is_pure_regression_and_of_zero_pure_growth():
    for fraction, rate in ((1.0, -0.02), (0.0, 0.002)):
        found = _simulate("stein2011_fraction", TIMES, {"sensitive_fraction": fraction}).sum_of_diameters
        scale = np.maximum(START, found)  # the states are shares of the start, and so are their errors
        assert (np.abs(found - START * np.exp(rate * TIMES)) / scale).max() < CLOSED_FORM


@pytest.mark.parametrize("name", NAMES)
def test_no_value_is_given_as_the_paper_s(name):
    facts = model_parameters(name)
    assert {fact.source for fact in facts.values()} == {"assumption"}
    assert {fact.tier for fact in facts.values()} == {"assumed"}
    assert all("plain example" in fact.note for fact in facts.values())
    assert model_gaps(name)
    assert "values of the user" in " ".join(page(name).split())
