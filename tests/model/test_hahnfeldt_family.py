"""Variants of Hahnfeldt's model: shared states of rest, limits in which they are each other, eradication, control."""

import numpy as np
import pytest
import sympy

import ossim
from ossim.studies.bang_bang import best_pulses

RTOL = 1e-10
B, D = 5.85, 0.00873
REST = (B / D) ** 1.5


@pytest.mark.parametrize("name", ["donofrio_gandolfi2004", "ergun2003", "hahnfeldt_logistic"])
def test_untreated_tumor_rests_where_hahnfeldts_does(name):
    ds = ossim.simulate(name, [3000.0], rtol=RTOL)
    assert float(ds["tumor_volume"][0]) == pytest.approx(REST, rel=1e-7)
    assert float(ds["carrying_capacity"][0]) == pytest.approx(REST, rel=1e-7)


def test_logistic_form_goes_to_gompertz_with_its_exponent():
    """(a/theta)(1 - x^theta) = -a ln x (1 + theta/2 ln x + ...): the difference falls in proportion to theta."""
    doses = [{"time": 0, "amt": 20, "cmt": "endostatin", "ii": 1, "addl": 20}]
    times = [5.0, 10.0, 20.0]
    gompertz = ossim.simulate("hahnfeldt1999", times, doses=doses, rtol=RTOL)["tumor_volume"].values
    theta = np.array([0.004, 0.002])
    found = ossim.simulate("hahnfeldt_logistic", times, doses=doses, parameters={"growth_exponent": theta}, rtol=RTOL)
    error = np.abs(found["tumor_volume"].values / gompertz - 1.0)
    assert error.max() < 2e-3
    np.testing.assert_allclose(error[0] / error[1], 2.0, rtol=0.01)


def test_logistic_form_is_logistic_at_one():
    start, capacity, a = 100.0, 1000.0, 0.192
    held = {"stimulation_rate": 0.0, "inhibition_rate": 0.0, "growth_exponent": 1.0, "growth_rate": a}
    times = np.array([1.0, 10.0, 40.0])
    initial = {"tumor_volume": start, "carrying_capacity": capacity}
    found = ossim.simulate("hahnfeldt_logistic", times, initial, parameters=held, rtol=RTOL)["tumor_volume"]
    np.testing.assert_allclose(found, capacity / (1 + (capacity / start - 1) * np.exp(-a * times)), rtol=1e-9)


@pytest.mark.parametrize("interval", [1.0, 2.0])
@pytest.mark.parametrize(("factor", "grows"), [(0.98, True), (1.02, False)])
def test_self_stimulating_vessels_are_eradicated_by_the_mean_dose(interval, factor, grows):
    """K is linear in itself, so only the mean of e g against b decides, however it is pulsed (d'Onofrio-Gandolfi)."""
    dose = factor * B * 10.1 / 1.3 * interval
    rows = [{"time": 0, "amt": dose, "cmt": "tnp470", "ii": interval, "addl": 400}]
    start = {"tumor_volume": 1e-5, "carrying_capacity": 1e-5}
    ds = ossim.simulate("donofrio_gandolfi2004", [300.0], start, rows, rtol=1e-9, log_states=True)
    # at 2 % from the threshold the capacity changes by e^35 in 300 days
    assert float(ds["tumor_volume"][0]) > 1.0 if grows else float(ds["tumor_volume"][0]) < 1e-6


def test_vessels_of_ergun_do_not_see_the_tumor():
    """K^(1/3) = y obeys y' = (b - d y^2) / 3, a hyperbolic tangent."""
    times, start = np.array([0.05, 0.2, 1.0, 10.0]), 625.0
    y0, root = start ** (1 / 3), np.sqrt(B / D)
    y = root * np.tanh(np.sqrt(B * D) * times / 3.0 + np.arctanh(y0 / root))
    for volume in (1.0, 10_000.0):
        ds = ossim.simulate("ergun2003", times, {"tumor_volume": volume, "carrying_capacity": start}, rtol=RTOL)
        np.testing.assert_allclose(ds["carrying_capacity"], y**3, rtol=1e-9)


def test_cytotoxic_without_known_effect_does_nothing():
    rows = [{"time": 0, "amt": 50, "dur": 5, "cmt": "cytotoxic"}]
    treated, untreated = (ossim.simulate("donofrio2009", [2.0, 8.0], doses=given, rtol=RTOL) for given in (rows, []))
    np.testing.assert_allclose(treated["tumor_volume"], untreated["tumor_volume"], rtol=10 * RTOL)


def test_combination_without_cytotoxic_is_hahnfeldts_tumor():
    shared = {"growth_rate": 0.192, "vessel_loss_rate": 0.0}
    start = {"tumor_volume": 180.0, "carrying_capacity": 625.0}
    one = ossim.simulate("donofrio2009", [5.0, 30.0], start, parameters=shared, rtol=RTOL)
    other = ossim.simulate("hahnfeldt1999", [5.0, 30.0], start, parameters=shared, rtol=RTOL)
    np.testing.assert_allclose(one["tumor_volume"], other["tumor_volume"], rtol=1e-9)


def test_start_of_the_benchmark():
    ds = ossim.simulate("ledzewicz2007", [0.0])
    assert float(ds["tumor_volume"][0]) == pytest.approx(8628.8212191, abs=1e-6)
    assert float(ds["carrying_capacity"][0]) == pytest.approx(4314.4106095, abs=1e-6)


@pytest.mark.parametrize("pulses", [1, 2])
def test_best_use_of_the_inhibitor_is_all_at_once(pulses):
    """Independent integration: 7571.670038 mm^3 on day 1.196350; Betts' published value 7571.67158 agrees to 2e-7."""
    found = best_pulses("ledzewicz2007", "tumor_volume", "inhibitor", 75.0, 15.0, 3.0, pulses=pulses)
    assert found.value == pytest.approx(7571.670038, rel=1e-9)
    assert found.value == pytest.approx(7571.67158, rel=3e-7)
    assert found.time == pytest.approx(1.196350, abs=1e-4)
    assert len(found.doses) == 1
    assert found.doses[0]["time"] == 0.0
    assert found.doses[0]["dur"] == pytest.approx(0.2, rel=1e-6)


@pytest.mark.parametrize("change", [{"time": 0.05}, {"rate": 60.0}, {"amt": 14.0}])
def test_other_policies_are_worse(change):
    times = np.linspace(0.8, 2.0, 1201)
    rows = [{"time": 0.0, "amt": 15.0, "rate": 75.0, "cmt": "inhibitor"} | change]
    volume = ossim.simulate("ledzewicz2007", times, doses=rows, rtol=RTOL)["tumor_volume"]
    assert float(volume.min()) > 7571.670038 + 1.0


def test_singular_arc_of_hahnfeldts_stimulation():
    """Where det(f, [f, g]) = 0: mu + d p^(2/3) = b x (1 - ln x) with x = p/q (Ledzewicz-Schaettler 2007)."""
    p, q, xi, b, mu, d, G = sympy.symbols("p q xi b mu d G", positive=True)
    state = sympy.Matrix([p, q])
    f = sympy.Matrix([-xi * p * sympy.log(p / q), b * p - (mu + d * p ** sympy.Rational(2, 3)) * q])
    g = sympy.Matrix([0, -G * q])
    bracket = g.jacobian(state) * f - f.jacobian(state) * g
    determinant = sympy.Matrix.hstack(f, bracket).det()
    x = p / q
    loss = sympy.solve(sympy.Eq(mu + d * p ** sympy.Rational(2, 3), b * x * (1 - sympy.log(x))), mu)[0]
    assert sympy.simplify(sympy.expand_log(determinant.subs(mu, loss), force=True)) == 0


@pytest.mark.parametrize("change", [{"rate": 0.0}, {"amount": -1.0}, {"until": 0.0}, {"pulses": 0}])
def test_nothing_to_give_is_refused(change):
    given = {"rate": 75.0, "amount": 15.0, "until": 3.0} | change
    with pytest.raises(ossim.errors.InputError, match="above 0"):
        best_pulses("ledzewicz2007", "tumor_volume", "inhibitor", **given)


def test_unknown_variable_is_named():
    with pytest.raises(ossim.errors.InputError, match="did you mean 'tumor_volume'"):
        best_pulses("ledzewicz2007", "tumour_volume", "inhibitor", 75.0, 15.0, 3.0)
