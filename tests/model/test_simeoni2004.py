"""Simeoni et al. 2004, paclitaxel experiment 1: threshold, static concentration, growth delay, and no overflow."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import ossim
from ossim.catalog import model_parameters
from ossim.terms.growth import exponential_linear_growth

L0, L1, K1, K2, PSI = 0.273, 0.814, 0.968, 0.000629, 20.0  # Table 2; K2 in mL/(ng day)
NG_PER_ML = 1e-3  # in mg/L
RTOL = 1e-11
ORACLE = 1e-9  # two integrators at 1e-11 and 1e-12
DIGITS = 5e-6  # half of the last digit printed with the reference values, relative
EXPONENTIAL = 1e-8  # what is left of the damaged cells, and of the linear part of growth, by the time of comparison


def _by_hand(times, w0, concentration):
    """The printed equations with the power as printed, in ng/mL."""

    def slopes(t, x):
        w = x.sum()
        hit = K2 * concentration(t) * x[0]
        return [
            L0 * x[0] / (1.0 + (L0 * w / L1) ** PSI) ** (1.0 / PSI) - hit,
            hit - K1 * x[1],
            K1 * (x[1] - x[2]),
            K1 * (x[2] - x[3]),
        ]

    done = solve_ivp(slopes, (0.0, times[-1]), [w0, 0, 0, 0], "DOP853", times, rtol=1e-12, atol=1e-14, max_step=0.25)
    return done.y.T


def _weight(times, w0=0.1, doses=(), **parameters):
    initial = {"proliferating_weight": w0}
    return ossim.simulate("simeoni2004", times, initial, doses, parameters, rtol=RTOL, atol=1e-16)


def test_values_of_the_experiment():
    facts = model_parameters("simeoni2004")
    found = [facts[name].value for name in ("exponential_growth_rate", "linear_growth_rate", "damage_transit_rate")]
    assert found == [L0, L1, K1]
    assert facts["potency"].value * NG_PER_ML == pytest.approx(K2, rel=1e-15)
    assert facts["linear_growth_rate"].value / facts["exponential_growth_rate"].value == pytest.approx(
        2.98168, rel=DIGITS
    )


def test_untreated_growth():
    # models.md 2.1: w(5), w(10) from 0.1 g
    found = _weight([5.0, 10.0]).tumor_weight
    np.testing.assert_allclose(found, [0.391572, 1.533289], rtol=DIGITS)


def test_small_tumors_grow_exponentially_and_large_ones_linearly():
    small = _weight([0.0, 5.0], w0=1e-4).tumor_weight
    assert float(small[1] / small[0]) == pytest.approx(np.exp(5 * L0), rel=1e-10)
    large = _weight([0.0, 5.0], w0=50.0).tumor_weight
    assert float(large[1] - large[0]) == pytest.approx(5 * L1, rel=1e-10)


def test_growth_switches_at_the_threshold():
    """At w = l1/l0 both laws agree, and the growth is a factor 2^(1/psi) below either."""
    threshold = L1 / L0
    assert exponential_linear_growth(threshold, threshold, L0, L1, PSI) == pytest.approx(L1 / 2 ** (1 / PSI), rel=1e-12)


@pytest.mark.parametrize("w", [0.0, 1e-300, 1e-20, 1e-3, 2.98, 10.0, 1e3, 1e20, 1e300])
def test_growth_law_has_no_overflow(w):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        found = exponential_linear_growth(w, w, L0, L1, PSI)
    assert found == pytest.approx(min(L0 * w, L1), rel=0.04)


def test_growth_law_as_printed():
    w = np.geomspace(1e-3, 1e3, 601)
    printed = L0 * w / (1.0 + (L0 * w / L1) ** PSI) ** (1.0 / PSI)
    np.testing.assert_allclose(exponential_linear_growth(w, w, L0, L1, PSI), printed, rtol=1e-13)


def test_a_huge_tumor_runs():
    found = _weight([0.0, 1.0, 100.0], w0=100.0, linear_growth_rate=1e-4, switch_sharpness=100.0)
    assert int(found.status) == 0
    np.testing.assert_allclose(found.tumor_weight, [100.0, 100.0001, 100.01], rtol=1e-9)


def test_growing_cells_stand_still_at_the_static_concentration():
    static = L0 / K2
    assert static == pytest.approx(434.02, rel=2e-5)  # ng/mL, models.md 2.1
    held = [{"time": 0.0, "amt": static * NG_PER_ML * 20, "dur": 20, "cmt": "paclitaxel_auc"}]
    found = _weight([10.0, 20.0], w0=1e-5, doses=held)
    np.testing.assert_allclose(found.proliferating_weight, 1e-5, rtol=1e-9)
    # the damaged cells settle at l0/k1 of the growing ones in each stage
    assert float(found.tumor_weight[1]) == pytest.approx(1e-5 * (1 + 3 * L0 / K1), rel=1e-5)


def _time_to(weight, horizon, **how):
    times = np.linspace(0.0, horizon, 2001)
    found = np.log(_weight(times, **how).tumor_weight.values) - np.log(weight)
    after = np.flatnonzero(found < 0)[-1]
    return brentq(lambda t: np.interp(t, times, found), times[after], times[after + 1])


@pytest.mark.parametrize("row", [{"amt": 2.0, "dur": 1, "cmt": "paclitaxel_auc"}, {"amt": 4.0, "cmt": "paclitaxel"}])
def test_growth_delay_in_the_exponential_regime(row):
    """A course of AUC 2000 ng day/mL delays growth by k2 AUC / l0 = 4.6081 days, however it is given (2.1)."""
    how = {"w0": 1e-6, "doses": [{"time": 0.0, **row}]}
    delay = _time_to(1e-3, 50.0, **how) - _time_to(1e-3, 50.0, w0=1e-6)
    assert pytest.approx(4.6081, abs=5e-5) == K2 * 2000 / L0
    assert delay == pytest.approx(K2 * 2000 / L0, rel=EXPONENTIAL)


def test_concentration_held_and_decaying_against_the_printed_equations():
    times = np.array([2.0, 5.0, 10.0, 20.0, 30.0])
    doses = [
        {"time": 0.0, "amt": 0.5 * 10, "dur": 10, "cmt": "paclitaxel_auc"},
        {"time": 0.0, "amt": 1.2, "cmt": "paclitaxel"},
    ]
    found = _weight(times, w0=0.5, doses=doses)
    early = _by_hand(np.array([2.0, 5.0, 10.0]), 0.5, lambda t: 500.0 + 1200.0 * np.exp(-2.0 * t))
    np.testing.assert_allclose(found.tumor_weight[:3], early.sum(axis=1), rtol=ORACLE)
    assert float(found.tumor_weight[4]) > float(found.tumor_weight[3])
