"""Sunitinib in GIST with FDG-PET: every equation has a closed form under constant exposure."""

import numpy as np
import pytest
from scipy.integrate import quad

import ossim

MODEL = "schindler2016"
WEEK = 7.0
# values as printed, per week
KEO, KOUT, BASE, DRUG = np.log(2) / 50 * 168, 0.555634, 7.58866, 0.94569
KG, KDRUG, LAMBDA, SLD0, DEATH, BETA, DROPOUT = 0.0104796, 0.0165971, 0.0200529, 263.064, 0.019030, 5.3558, 0.019924
AUC = 50 / 32.819
# solver against a closed form; the jump of a rate at the early scan, inside a step, costs up to 40 tolerances
RTOL, ATOL, CLOSED_FORM = 1e-10, 1e-12, 1e-6


def _constant(weeks):
    return [{"time": 0, "amt": 50 * WEEK * weeks, "dur": WEEK * weeks, "cmt": "sunitinib"}]


def _uptake(week, auc=AUC):
    """Solution of the linear equation of uptake with its integrating factor."""

    def integral(t):
        return t + DRUG * auc * (t + np.expm1(-KEO * t) / KEO)

    fed = quad(lambda s: KOUT * BASE * np.exp(KOUT * (integral(s) - integral(week))), 0, week, epsabs=1e-13)[0]
    return BASE * np.exp(-KOUT * integral(week)) + fed


@pytest.fixture(scope="module")
def treated():
    weeks = np.array([0.5, 1.0, 4.0, 12.0, 40.0])
    return weeks, ossim.simulate(MODEL, weeks * WEEK, doses=_constant(40), rtol=RTOL, atol=ATOL)


def test_exposure_follows_with_a_half_life_of_50_hours(treated):
    weeks, found = treated
    np.testing.assert_allclose(found.effect_exposure, -AUC * np.expm1(-KEO * weeks), rtol=CLOSED_FORM)
    half = ossim.simulate(MODEL, [50 / 24], doses=_constant(1))
    assert float(half.effect_exposure[0]) == pytest.approx(AUC / 2, rel=CLOSED_FORM)


def test_uptake_in_closed_form(treated):
    weeks, found = treated
    np.testing.assert_allclose(found.uptake, [_uptake(week) for week in weeks], rtol=CLOSED_FORM)


def test_uptake_at_steady_state(treated):
    assert float(treated[1].uptake[-1]) == pytest.approx(BASE / (1 + DRUG * AUC), rel=CLOSED_FORM)


def test_lesions_in_closed_form(treated):
    weeks, found = treated
    both = KEO + LAMBDA
    effect = KDRUG * AUC * (-np.expm1(-LAMBDA * weeks) / LAMBDA + np.expm1(-both * weeks) / both)
    np.testing.assert_allclose(found.sum_of_diameters, SLD0 * np.exp(KG * weeks - effect), rtol=CLOSED_FORM)


def test_early_change_is_that_of_week_1(treated):
    weeks, found = treated
    change = (_uptake(1.0) - BASE) / BASE
    assert change < -0.2
    np.testing.assert_allclose(found.early_uptake_change[weeks >= 1], change, rtol=CLOSED_FORM)
    assert float(found.early_uptake_change[0]) == pytest.approx((_uptake(0.5) - BASE) / BASE, rel=CLOSED_FORM)


def test_survival_is_exponential_with_the_hazard_of_the_early_change(treated):
    weeks, found = treated
    hazard = DEATH * np.exp(BETA * (_uptake(1.0) - BASE) / BASE)
    late = weeks >= 1
    np.testing.assert_allclose(found.survival[late], np.exp(-hazard * weeks[late]), rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.death_hazard[late], hazard / WEEK, rtol=CLOSED_FORM)


def test_dropout_is_exponential(treated):
    weeks, found = treated
    np.testing.assert_allclose(found.retention, np.exp(-DROPOUT * weeks), rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.dropout_hazard, DROPOUT / WEEK, rtol=CLOSED_FORM)


def test_nothing_moves_but_the_lesions_without_drug():
    weeks = np.array([1.0, 20.0])
    found = ossim.simulate(MODEL, weeks * WEEK)
    np.testing.assert_allclose(found.uptake, BASE, rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.early_uptake_change, 0.0, atol=1e-8)
    np.testing.assert_allclose(found.sum_of_diameters, SLD0 * np.exp(KG * weeks), rtol=CLOSED_FORM)
    np.testing.assert_allclose(found.survival, np.exp(-DEATH * weeks), rtol=CLOSED_FORM)


def test_treatment_after_week_1_shrinks_lesions_but_does_not_move_survival():
    late = [{"time": 7, "amt": 1400, "dur": 28, "cmt": "sunitinib"}]
    found, untreated = ossim.simulate(MODEL, [140.0], doses=late), ossim.simulate(MODEL, [140.0])
    assert float(found.survival[0]) == pytest.approx(float(untreated.survival[0]), rel=CLOSED_FORM)
    assert float(found.sum_of_diameters[0]) < float(untreated.sum_of_diameters[0])
