"""Virtual patients: the spread that the population file states, and draws that nothing else can move."""

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from ossim.catalog import model_parameters, population
from ossim.cohort.sampling import draw_patients

SEED, LESIONS = 2015, 5
MANY = 20_000
LIKELY = 1e-4  # a p-value below this is a fault, at a fixed seed
RELAPSED = population("relapsed")
DRAWN = [name for name in RELAPSED.parameters if name != "number_of_lesions"]


def _draw(first=0, size=100, **options):
    return draw_patients(RELAPSED, SEED, first, size, LESIONS, **options)


def _assert_same(found, expected, rows=slice(None)):
    assert set(found.values) == set(expected.values)
    for name, values in expected.values.items():
        np.testing.assert_array_equal(found.values[name][rows], values, err_msg=name)
    np.testing.assert_array_equal(found.n_lesions[rows], expected.n_lesions)
    for group in ("thresholds", "body_size"):
        for name, values in getattr(expected, group).items():
            np.testing.assert_array_equal(getattr(found, group)[name][rows], values, err_msg=name)


@pytest.fixture(scope="module")
def many():
    return _draw(size=MANY)


def test_first_hundred_of_ten_thousand_are_the_hundred():
    _assert_same(_draw(size=10_000), _draw(size=100), slice(0, 100))


@pytest.mark.parametrize("first", [1, 37, 64, 99])
def test_block_of_patients_is_that_part_of_the_cohort(first):
    _assert_same(_draw(size=150), _draw(first=first, size=30), slice(first, first + 30))


def test_new_distribution_changes_no_other_draw():
    extra = replace(RELAPSED.parameters["doubling_time"], name="oxygenation_midpoint", median=0.5, sd=0.2)
    wider = replace(RELAPSED, parameters=MappingProxyType({"oxygenation_midpoint": extra, **RELAPSED.parameters}))
    before, after = _draw(), draw_patients(wider, SEED, 0, 100, LESIONS)
    assert np.unique(after.values["oxygenation_midpoint"]).size == 100
    for name in before.values:
        if name != "oxygenation_midpoint":
            np.testing.assert_array_equal(after.values[name], before.values[name], err_msg=name)
    for name, values in before.thresholds.items():
        np.testing.assert_array_equal(after.thresholds[name], values)


def test_fixed_parameter_changes_no_other_draw():
    before, after = _draw(), _draw(fixed={"doubling_time": 30.0})
    np.testing.assert_array_equal(after.values["doubling_time"], 30.0)
    for name in before.values:
        if name != "doubling_time":
            np.testing.assert_array_equal(after.values[name], before.values[name], err_msg=name)


def test_more_lesions_change_no_lesion_there_was():
    few, more = draw_patients(RELAPSED, SEED, 0, 50, 3), draw_patients(RELAPSED, SEED, 0, 50, 5)
    for name in ("lesion_diameter", "tki_resistant_fraction"):
        np.testing.assert_array_equal(more.values[name][:, :3], few.values[name])


def test_another_seed_is_another_cohort():
    other = draw_patients(RELAPSED, SEED + 1, 0, 100, LESIONS)
    assert not np.isin(other.values["doubling_time"], _draw().values["doubling_time"]).any()


def test_parameters_without_a_distribution_take_the_value_of_the_model(many):
    for name, parameter in model_parameters(RELAPSED.model).items():
        if name not in RELAPSED.parameters:
            np.testing.assert_array_equal(many.values[name], parameter.value, err_msg=name)


def _score(name, many):
    """Standard normal scores of the draws: the stated distribution undone."""
    spread = RELAPSED.parameters[name]
    drawn = many.values[name]
    lognormal = spread.distribution == "lognormal"
    shift = np.log(drawn / spread.median) if lognormal else logit(drawn) - logit(spread.median)
    if spread.level == "lesion":
        first, second = (
            (spread.sd_patient, spread.sd_lesion)
            if spread.sd_patient is not None
            else (spread.sd * spread.patient_weight, spread.sd * spread.lesion_weight)
        )
        return shift[:, 0] / np.hypot(first, second)
    return shift / spread.sd


@pytest.mark.parametrize("name", [name for name in DRAWN if RELAPSED.parameters[name].clip is None])
def test_draws_follow_the_stated_distribution(name, many):
    assert stats.kstest(_score(name, many), "norm").pvalue > LIKELY


@pytest.mark.parametrize("quantile", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_quantiles_of_the_doubling_time(quantile, many):
    spread = RELAPSED.parameters["doubling_time"]
    z = stats.norm.ppf(quantile)
    # standard error of a sample quantile on the log scale
    error = spread.sd * np.sqrt(quantile * (1 - quantile) / MANY) / stats.norm.pdf(z)
    found = np.log(np.quantile(many.values["doubling_time"], quantile))
    assert found == pytest.approx(np.log(spread.median) + spread.sd * z, abs=4 * error)


def test_fractions_have_the_stated_median(many):
    for name in ("matrix_fraction", "chemo_resistant_fraction", "bypass_strength"):
        spread = RELAPSED.parameters[name]
        drawn = many.values[name]
        assert ((drawn > 0.0) & (drawn < 1.0)).all()
        low, high = expit(logit(spread.median) + spread.sd * np.array([-0.05, 0.05]))
        assert low < np.median(drawn) < high


def test_diameters_are_clipped(many):
    drawn, spread = many.values["lesion_diameter"], RELAPSED.parameters["lesion_diameter"]
    assert drawn.min() == spread.clip[0]
    assert drawn.max() <= spread.clip[1]
    assert np.median(drawn) == pytest.approx(spread.median, rel=0.02)


def test_diameters_of_lesions_share_the_patient():
    spread = replace(RELAPSED.parameters["lesion_diameter"], clip=None)
    parameters = MappingProxyType({**RELAPSED.parameters, "lesion_diameter": spread})
    drawn = draw_patients(replace(RELAPSED, parameters=parameters), SEED, 0, MANY, LESIONS).values["lesion_diameter"]
    expected = spread.sd_patient**2 / (spread.sd_patient**2 + spread.sd_lesion**2)
    assert np.corrcoef(np.log(drawn[:, 0]), np.log(drawn[:, 1]))[0, 1] == pytest.approx(expected, abs=0.02)
    assert np.log(drawn).std() == pytest.approx(np.hypot(spread.sd_patient, spread.sd_lesion), rel=0.02)


def test_resistant_fractions_of_lesions_share_the_patient(many):
    spread = RELAPSED.parameters["tki_resistant_fraction"]
    scores = (logit(many.values["tki_resistant_fraction"]) - logit(spread.median)) / spread.sd
    expected = spread.patient_weight**2
    assert np.corrcoef(scores[:, 0], scores[:, 3])[0, 1] == pytest.approx(expected, abs=0.02)
    assert scores[:, 1].std() == pytest.approx(1.0, abs=0.02)


def test_number_of_lesions_has_the_stated_shares(many):
    spread = RELAPSED.parameters["number_of_lesions"]
    found = [np.sum(many.n_lesions == value) for value in spread.values]
    expected = np.array(spread.probabilities) * MANY
    assert sum(found) == MANY
    assert stats.chisquare(found, expected).pvalue > LIKELY


def test_stated_correlations_hold_and_there_are_no_others(many):
    stated = {frozenset(item.between): item.value for item in RELAPSED.correlations}
    names = [name for name in DRAWN if RELAPSED.parameters[name].level == "patient"]
    scores = np.array([_score(name, many) for name in names])
    found = np.corrcoef(scores)
    allowed = 4.5 / np.sqrt(MANY)
    for i, first in enumerate(names):
        for j, second in enumerate(names[:i]):
            assert found[i, j] == pytest.approx(stated.get(frozenset((first, second)), 0.0), abs=allowed)
    assert stated == {frozenset(("kill_rate_mtor", "kill_rate_igf1r")): 0.5}


def test_thresholds_are_standard_exponential_and_independent(many):
    first, second = many.thresholds["new_lesion_threshold"], many.thresholds["death_threshold"]
    for drawn in (first, second):
        assert stats.kstest(drawn, "expon").pvalue > LIKELY
    assert stats.pearsonr(first, second).pvalue > LIKELY
    assert stats.pearsonr(second, np.log(many.values["doubling_time"])).pvalue > LIKELY


def test_body_surface_follows_from_height_and_weight(many):
    height, weight = many.body_size["height"], many.body_size["weight"]
    np.testing.assert_allclose(many.body_size["body_surface_area"], np.sqrt(height * weight / 3600.0), rtol=1e-12)
    assert 1.4 < np.median(many.body_size["body_surface_area"]) < 1.9
    stated = RELAPSED.body_size_correlations[0].value
    assert np.corrcoef(np.log(height), np.log(weight))[0, 1] == pytest.approx(stated, abs=0.02)


def test_typical_patient_is_the_median_one():
    typical = _draw(size=3, typical=True)
    for name in DRAWN:
        np.testing.assert_allclose(typical.values[name], RELAPSED.parameters[name].median, rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(typical.n_lesions, 2)
    for drawn in typical.thresholds.values():
        np.testing.assert_array_equal(drawn, np.log(2.0))
