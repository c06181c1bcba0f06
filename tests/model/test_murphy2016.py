"""Growth laws of Murphy et al. 2016 (models.md section 8) against closed, implicit and quadrature solutions."""

import numpy as np
import pytest
from scipy.integrate import quad

import ossim
from ossim.catalog import model_parameters

TIMES = np.array([0.0, 1.0, 7.0, 20.0, 60.0, 150.0])
START = 220.0
RTOL = 1e-11
CLOSED_FORM = 1e-9
# BIOMD0000000671; mm^3 and days
FITTED = {
    "mendelsohn": {"growth_rate": 0.105, "growth_exponent": 0.785},
    "linear_limited": {"linear_growth_rate": 132.0, "switch_volume": 4300.0},
    "surface_growth": {"surface_growth_rate": 0.291, "switch_volume": 708.0},
    "gompertz_offset": {"growth_rate": 0.0919, "scale_volume": 15500.0, "offset_volume": 10700.0},
    "bertalanffy": {"gain_rate": 0.2344, "loss_rate": 3.46e-19},
}
SETS = {"exponential": {"growth_rate": 0.0246}, "logistic": {"growth_rate": 0.0295, "carrying_capacity": 6920.0}}


def _simulate(name, times=TIMES, start=START, **parameters):
    return ossim.simulate(name, times, {"tumor_volume": start}, (), parameters, rtol=RTOL, atol=1e-14).tumor_volume


@pytest.mark.parametrize("name", FITTED)
def test_values_are_those_of_the_fit(name):
    facts = model_parameters(name)
    assert {key: facts[key].value for key in FITTED[name]} == FITTED[name]
    assert facts["initial_tumor_volume"].value == START


@pytest.mark.parametrize("name", SETS)
def test_sets_of_the_plain_laws(name):
    facts = model_parameters(name, "murphy2016")
    assert {key: facts[key].value for key in SETS[name]} == SETS[name]
    assert facts["initial_tumor_volume"].value == START


@pytest.mark.parametrize(("a", "b"), [(0.105, 0.785), (2.0, 0.0), (0.5, 2.0 / 3.0), (0.02, 0.99)])
def test_mendelsohn(a, b):
    """V = (V0^(1-b) + (1-b) a t)^(1/(1-b))."""
    found = _simulate("mendelsohn", growth_rate=a, growth_exponent=b)
    expected = (START ** (1.0 - b) + (1.0 - b) * a * TIMES) ** (1.0 / (1.0 - b))
    np.testing.assert_allclose(found, expected, rtol=CLOSED_FORM)


@pytest.mark.parametrize("a", [66.0, 132.0, 1000.0])
def test_linear_limited(a):
    """V + b ln V = V0 + b ln V0 + a t."""
    b = FITTED["linear_limited"]["switch_volume"]
    V = _simulate("linear_limited", linear_growth_rate=a)
    found = V + b * np.log(V)
    np.testing.assert_allclose(found, START + b * np.log(START) + a * TIMES, rtol=CLOSED_FORM)


@pytest.mark.parametrize("b", [3.46e-19, 1e-3, 0.03, 0.5])
def test_bertalanffy(b):
    """V^(1/3) = a/b + (V0^(1/3) - a/b) exp(-b t/3), with the limit V0^(1/3) + a t/3 without loss."""
    a = FITTED["bertalanffy"]["gain_rate"]
    edge = START ** (1.0 / 3.0) * np.exp(-b * TIMES / 3.0) - a / b * np.expm1(-b * TIMES / 3.0)
    np.testing.assert_allclose(_simulate("bertalanffy", loss_rate=b), edge**3, rtol=CLOSED_FORM)


def test_bertalanffy_without_loss_grows_its_radius_linearly():
    found = _simulate("bertalanffy", loss_rate=0.0)
    edge = START ** (1.0 / 3.0) + FITTED["bertalanffy"]["gain_rate"] * TIMES / 3.0
    np.testing.assert_allclose(found, edge**3, rtol=CLOSED_FORM)


@pytest.mark.parametrize("name", ["surface_growth", "gompertz_offset"])
def test_time_is_the_integral_of_one_over_the_rate(name):
    """No closed form: the time that SciPy's quadrature needs from V0 to the simulated volume."""
    if name == "surface_growth":
        a, b = FITTED[name].values()

        def pace(x):  # d t / d ln V
            return (np.exp(x) + b) ** (1.0 / 3.0) / a
    else:
        a, b, c = FITTED[name].values()

        def pace(x):
            return 1.0 / (a * np.log(b / (np.exp(x) + c)))

    # near the end of gompertz_offset the volume no longer tells the time
    times = TIMES[1:5]
    for time, volume in zip(times, _simulate(name, times).values, strict=True):
        needed = quad(pace, np.log(START), np.log(volume), epsabs=1e-12, epsrel=1e-12)[0]
        assert needed == pytest.approx(time, rel=CLOSED_FORM)


def test_gompertz_offset_comes_to_rest_at_the_difference():
    assert float(_simulate("gompertz_offset", [3000.0])[0]) == pytest.approx(15500.0 - 10700.0, rel=1e-9)


def test_gompertz_offset_of_zero_is_gompertz():
    found = _simulate("gompertz_offset", growth_rate=0.05, scale_volume=4000.0, offset_volume=0.0)
    expected = 4000.0 * np.exp(np.log(START / 4000.0) * np.exp(-0.05 * TIMES))
    np.testing.assert_allclose(found, expected, rtol=CLOSED_FORM)


@pytest.mark.parametrize("alpha", [0.01, 0.5, 1.0, 3.0])
def test_generalized_logistic(alpha):
    """V = K (1 + ((K/V0)^alpha - 1) exp(-lambda t))^(-1/alpha)."""
    K, rate = 4000.0, 0.03
    expected = K * (1.0 + ((K / START) ** alpha - 1.0) * np.exp(-rate * TIMES)) ** (-1.0 / alpha)
    found = _simulate("generalized_logistic", growth_rate=rate, carrying_capacity=K, shape_exponent=alpha)
    np.testing.assert_allclose(found, expected, rtol=CLOSED_FORM)


def test_generalized_logistic_holds_the_logistic_law():
    shared = {"growth_rate": 0.03, "carrying_capacity": 4000.0}
    general = _simulate("generalized_logistic", shape_exponent=1.0, **shared)
    np.testing.assert_allclose(general, _simulate("logistic", **shared), rtol=CLOSED_FORM)


def test_the_laws_agree_where_they_were_fitted_and_part_beyond():
    """The message of the paper: fits of one series leave the prediction open (60 days and half a year)."""
    chosen = {**dict.fromkeys(FITTED), **dict.fromkeys(SETS, "murphy2016")}
    ends = np.array(
        [ossim.simulate(name, [60.0, 180.0], parameter_set=chosen[name]).tumor_volume.values for name in chosen]
    )
    near, far = ends.max(axis=0) / ends.min(axis=0)
    assert near < 1.5
    assert far > 3.0
