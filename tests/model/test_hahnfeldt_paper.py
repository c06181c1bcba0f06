"""Numbers of Hahnfeldt et al. 1999 (Cancer Res 59:4770) and of analysis of its equations, through `ossim.simulate`.

Reference trajectories are an independent integration with V(0) = 180, K(0) = 625 mm^3 and exponent 2/3.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import ossim

MODEL = "hahnfeldt1999"
RTOL = 1e-10
#: the references are printed to three decimals
PRINTED = {"rtol": 1e-6, "atol": 6e-4}
#: printed to two decimals
TWO_DECIMALS = {"rtol": 1e-6, "atol": 6e-3}
LAMBDA1, B, D = 0.192, 5.85, 0.00873


def _volume(times, doses=(), start=180.0, **more):
    found = ossim.simulate(MODEL, times, {"tumor_volume": start, **more}, doses, rtol=RTOL, atol=1e-12)
    return found["tumor_volume"].values


def _series(drug, amount, interval=1.0, until=2000.0):
    return [{"time": 0, "amt": amount, "cmt": drug, "ii": interval, "addl": int(until / interval)}]


def test_untreated_course():
    ds = ossim.simulate(MODEL, [10, 20, 30, 40, 60, 100], rtol=RTOL, atol=1e-12)
    expected = [3700.621, 11157.497, 15311.657, 16746.341, 17298.004, 17346.216]
    np.testing.assert_allclose(ds["tumor_volume"], expected, **PRINTED)
    np.testing.assert_allclose(ds["carrying_capacity"][:3], [10014.757, 14907.837, 16623.168], **PRINTED)


def test_volume_falls_furthest_behind_capacity_on_day_two():
    times = np.arange(0.0, 10.0, 0.005)
    ds = ossim.simulate(MODEL, times, rtol=RTOL)
    ratio = (ds["tumor_volume"] / ds["carrying_capacity"]).values
    assert ratio.min() == pytest.approx(0.142629, abs=6e-7)
    assert times[np.argmin(ratio)] == pytest.approx(2.22, abs=0.006)


@pytest.mark.parametrize(
    ("drug", "amount", "interval", "start", "expected"),
    [
        ("tnp470", 30.0, 2.0, 180.0, [417.11, 687.82, 1293.99, 1901.88]),
        ("tnp470", 30.0, 2.0, 170.0, [396.08, 655.67, 1240.62, 1833.38]),
        ("endostatin", 20.0, 1.0, 180.0, [157.58, 135.38, 116.51, 100.42]),
    ],
)
def test_treated_course(drug, amount, interval, start, expected):
    found = _volume([4, 7, 10, 13], _series(drug, amount, interval), start)
    np.testing.assert_allclose(found, expected, **TWO_DECIMALS)


def test_same_dose_infused_at_its_steady_level():
    """A level that is steady from day 0 gives 1272.9 and 1321.4; the paper's text has 1300."""
    rows = [{"time": 0, "amt": 15.0, "dur": 1, "ii": 1, "addl": 13, "ss": 1, "cmt": "tnp470"}]
    assert _volume([13], rows, 170.0)[0] == pytest.approx(1272.9, abs=0.06)
    assert _volume([13], rows, 180.0)[0] == pytest.approx(1321.4, abs=0.06)


def test_pulses_do_not_average_out():
    """TNP-470 at 15 mg/kg/d rests at 9512.45 mm^3 infused and at 12322.8 in pulses every other day (paper: 12300)."""
    infused = [{"time": 0, "amt": 15.0 * 800, "dur": 800, "cmt": "tnp470"}]
    assert _volume([800], infused)[0] == pytest.approx(9512.45, abs=0.006)
    assert _volume([400], _series("tnp470", 30.0, 2.0))[0] == pytest.approx(12322.8, abs=0.06)


@pytest.mark.parametrize("start", [50.0, 5000.0])
def test_rest_does_not_depend_on_the_start(start):
    assert _volume([600], _series("tnp470", 30.0, 2.0), start)[0] == pytest.approx(12322.8, abs=0.06)


def test_angiostatin_below_its_threshold_holds_a_small_tumor():
    """The references 236.6 and 235.8 mm^3 are those of day 800; the paper's text has about 240."""
    found = _volume([800.0, 800.5], _series("angiostatin", 14.0))
    np.testing.assert_allclose(found, [236.6, 235.8], atol=0.06)


def _untreated_capacity(volume):
    times = np.linspace(0.0, 20.0, 20_001)
    ds = ossim.simulate(MODEL, times, {"tumor_volume": 177.0}, rtol=RTOL)
    return float(np.interp(volume, ds["tumor_volume"], ds["carrying_capacity"]))


@pytest.mark.parametrize(("start", "largest", "day"), [(177.0, 300.4, 12), (240.0, 414.3, 9), (400.0, 660.1, 7)])
def test_angiostatin_lets_the_tumor_overrun_first(start, largest, day):
    """Largest volume just before a dose; the paper says about 10 days."""
    capacity = _untreated_capacity(start)
    found = _volume(np.arange(0.0, 40.0), _series("angiostatin", 14.0), start, carrying_capacity=capacity)
    assert found.max() == pytest.approx(largest, abs=0.06)
    assert int(np.argmax(found)) == day


def test_endostatin_shrinks_and_angiostatin_grows_first():
    endostatin = _volume(np.arange(1.0, 30.0), _series("endostatin", 20.0))  # from the second dose on
    assert (np.diff(endostatin) < 0).all()
    angiostatin = _volume([4.0, 13.0], _series("angiostatin", 20.0))
    assert angiostatin[0] == pytest.approx(226.0, abs=0.6)
    assert angiostatin[1] < 180.0


def test_one_bolus_takes_its_share_of_the_capacity():
    """All else off, a bolus D multiplies K by exp(-e D / clr)."""
    still = {"growth_rate": 0.001, "stimulation_rate": 0.0, "inhibition_rate": 0.0}
    rows = [{"time": 0, "amt": 7.0, "cmt": "endostatin"}]
    ds = ossim.simulate(MODEL, [0.0, 60.0], doses=rows, parameters=still, rtol=RTOL)
    left = float(ds["carrying_capacity"][1] / ds["carrying_capacity"][0])
    assert left == pytest.approx(np.exp(-0.66 * 7.0 / 1.7), rel=1e-8)


@pytest.mark.parametrize(
    ("u", "slow", "fast"),
    [(0.0, -0.126584514966795, -5.91541548503320), (1.930693, -0.0842041773388, -5.9577958226617)],
)
def test_rates_of_return_to_rest(u, slow, fast):
    """Eigenvalues in (ln V, ln K) at rest under an inhibition u: trace -(lambda1 + b), det 2/3 lambda1 (b - u)."""
    trace, determinant = -(LAMBDA1 + B), 2.0 / 3.0 * LAMBDA1 * (B - u)
    roots = np.sort(np.roots([1.0, -trace, determinant]))
    np.testing.assert_allclose(roots, [fast, slow], rtol=1e-7)
    rest = ((B - u) / D) ** 1.5
    rows = [{"time": 0, "amt": u * 10.1 / 1.3, "dur": 1, "ii": 1, "addl": 60, "ss": 1, "cmt": "tnp470"}]
    start, capacity = rest * (1 + 1e-5), rest * (1 + 1e-5 * (1 + slow / LAMBDA1))  # along the slow direction
    found = _volume([0.0, 5.0, 10.0], rows if u else (), start, carrying_capacity=capacity) / rest - 1.0
    np.testing.assert_allclose(np.diff(np.log(found)) / 5.0, slow, rtol=1e-4)


def _periodic_mean(dose, effect, clearance, interval):
    """Mean of r = ln(V/K) near V = 0, r' = -lambda1 r - b e^r + u(t), after it repeats itself."""
    level, r, total = 0.0, 0.0, 0.0
    start = dose / -np.expm1(-clearance * interval)
    for _ in range(40):
        level = start

        def slopes(t, y, level=level):
            return [-LAMBDA1 * y[0] - B * np.exp(y[0]) + effect * level * np.exp(-clearance * t), y[0]]

        done = solve_ivp(slopes, (0.0, interval), [r, 0.0], rtol=1e-10, atol=1e-12)
        r, total = done.y[0, -1], done.y[1, -1]
    return total / interval


@pytest.mark.parametrize(
    ("drug", "effect", "clearance", "infusion"),
    [("endostatin", 0.66, 1.7, 15.068), ("angiostatin", 0.15, 0.38, 14.820), ("tnp470", 1.3, 10.1, 45.45)],
)
def test_eradication_threshold_under_infusion(drug, effect, clearance, infusion):
    threshold = B * clearance / effect
    assert threshold == pytest.approx(infusion, rel=1e-4)
    for factor, grows in ((0.98, True), (1.02, False)):
        rows = [{"time": 0, "amt": factor * threshold, "dur": 1, "ii": 1, "addl": 301, "ss": 1, "cmt": drug}]
        start = {"tumor_volume": 1e-5, "carrying_capacity": 1e-5}
        volume = ossim.simulate(MODEL, [200.0, 300.0], start, rows, rtol=1e-9, log_states=True)["tumor_volume"]
        assert bool(volume[1] > volume[0]) is grows


def test_eradication_threshold_under_daily_boluses():
    """Daily endostatin needs 15.6034 mg/kg, 1.0355 times the infusion."""
    threshold = brentq(lambda dose: _periodic_mean(dose, 0.66, 1.7, 1.0), 15.0, 16.5, xtol=1e-6)
    assert threshold == pytest.approx(15.6034, abs=6e-5)
    for dose, grows in ((threshold - 0.01, True), (threshold + 0.01, False)):
        start = {"tumor_volume": 1e-5, "carrying_capacity": 1e-5}
        volume = ossim.simulate(MODEL, [200.0, 300.0], start, _series("endostatin", dose), rtol=1e-9, log_states=True)
        assert bool(volume["tumor_volume"][1] > volume["tumor_volume"][0]) is grows
