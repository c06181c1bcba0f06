"""Curves, landmark rates, intervals and comparisons against closed forms and, by name, lifelines."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import CensoredData, binomtest, ecdf

from ossim import endpoints
from ossim.endpoints.comparison import digits_needed, is_count
from ossim.endpoints.survival import counts_at
from ossim.errors import InputError, UnknownNameError

# Sums of a few products of doubles.
EXACT = 1e-12
# Two routes to a quantile of the beta distribution.
QUANTILE = 1e-9
TIME = np.array([1.0, 2.0, 2.0, 3.0, 4.0])
EVENT = np.array([True, True, False, False, True])


def groups(time, event):
    return xr.Dataset(
        {"time": (("arm", "patient"), [time]), "event": (("arm", "patient"), [event])}, coords={"arm": ["a"]}
    )


def test_kaplan_meier_is_the_product_of_fractions():
    curve = endpoints.kaplan_meier(TIME, EVENT)
    assert curve["time"].values.tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(curve["survival"], [1, 4 / 5, 4 / 5 * 3 / 4, 3 / 5, 0], rtol=EXACT)
    assert curve["at_risk"].values.tolist() == [5, 5, 4, 2, 1]


# SciPy has no interval before the first event.
@pytest.mark.filterwarnings("ignore:The confidence interval is undefined")
def test_curve_with_censoring_is_that_of_scipy_to_the_bit():
    rng = np.random.default_rng(4)
    # Rounded to days, so that patients share their times.
    time, event = rng.exponential(100.0, 500).round(), rng.random(500) < 0.7
    ours = endpoints.kaplan_meier(time, event)
    theirs = ecdf(CensoredData(uncensored=time[event], right=time[~event])).sf
    band = theirs.confidence_interval(method="log-log")
    seen = ours.isel(time=ours["survival"].values < 1)
    for name, curve in (("survival", theirs), ("ci_low", band.low), ("ci_high", band.high)):
        np.testing.assert_array_equal(seen[name], curve.evaluate(seen["time"].values))


def test_interval_is_log_log_of_greenwood():
    curve = endpoints.kaplan_meier(TIME, EVENT)
    survival, greenwood, z = 3 / 5, 1 / (5 * 4) + 1 / (4 * 3), 1.959963984540054
    exponent = np.exp(z * np.sqrt(greenwood) / np.log(survival))
    np.testing.assert_allclose(curve["ci_low"].values[2], survival ** (1 / exponent), rtol=QUANTILE)
    np.testing.assert_allclose(curve["ci_high"].values[2], survival**exponent, rtol=QUANTILE)


def test_curve_without_event_stays_at_one():
    curve = endpoints.kaplan_meier([5.0, 6.0], [False, False])
    assert curve["survival"].values.tolist() == [1, 1, 1]
    assert curve["ci_low"].values.tolist() == [1, 1, 1]


def test_value_at_a_time_includes_events_at_it_and_ends_with_the_observations():
    curve = endpoints.kaplan_meier([1.0, 2.0, 3.0], [True, False, False])
    np.testing.assert_allclose(
        endpoints.survival_at(curve, [0.5, 1.0, 3.0, 3.1])["survival"], [1, 2 / 3, 2 / 3, np.nan]
    )


def test_counts_add_up_to_the_subjects():
    counts = counts_at(endpoints.kaplan_meier(TIME, EVENT), [0.0, 2.0, 2.5, 9.0])
    assert counts["at_risk"].values.tolist() == [5, 4, 2, 0]
    assert (counts["at_risk"] + counts["events"] + counts["censored"]).values.tolist() == [5] * 4


def test_median_is_the_first_time_at_or_below_one_half():
    curve = endpoints.kaplan_meier([1.0, 2.0, 3.0, 4.0], [True] * 4)
    assert endpoints.median_time(curve)[0] == 2.0


def test_median_that_is_not_reached_is_nan():
    assert np.isnan(endpoints.median_time(endpoints.kaplan_meier([1.0, 2.0, 3.0], [True, False, False]))[0])


def test_restricted_mean_without_censoring_is_the_mean_of_the_cut_times():
    time = np.array([1.0, 2.0, 3.0, 10.0])
    mean, low, high = endpoints.restricted_mean(time, np.ones(4, bool), until=5.0)
    assert mean == pytest.approx(np.minimum(time, 5).mean(), rel=EXACT)
    # Without censoring the error is that of a mean with the population variance.
    error = np.minimum(time, 5).std() / np.sqrt(4)
    assert (high - low) / 2 == pytest.approx(1.959963984540054 * error, rel=QUANTILE)


def test_restricted_mean_beyond_the_observations_is_refused():
    with pytest.raises(InputError, match="horizon"):
        endpoints.restricted_mean([1.0, 2.0], [True, False], until=3.0)


@pytest.mark.parametrize(("time", "event"), [([], []), ([np.nan], [True]), ([-1.0], [True]), ([[1.0]], [[True]])])
def test_unusable_groups_are_refused(time, event):
    with pytest.raises(InputError):
        endpoints.kaplan_meier(time, event)


def test_log_rank_of_equal_arms_is_zero():
    ds = xr.concat([groups(TIME, EVENT)] * 2, dim="arm").assign_coords(arm=["a", "b"])
    assert endpoints.log_rank(ds, "a", "b") == (0.0, 1.0)


@pytest.mark.parametrize(
    ("estimator", "rate", "n"),
    [("binomial", 1 / 4, 4), ("kaplan_meier", 3 / 4 * 1 / 2, 4), ("naive", 1 / 3, 3)],
)
def test_landmark_by_three_estimators(estimator, rate, n):
    # One event at 10, one censored at 20, one event exactly at the landmark, one beyond it.
    events = groups([10.0, 20.0, 56.0, 80.0], [True, False, True, True])
    found = endpoints.event_free_rate(events, 56.0, estimator=estimator).isel(arm=0)
    assert found["rate"].item() == pytest.approx(rate, rel=EXACT)
    assert found["n"].item() == n


def test_unknown_estimator_is_refused():
    with pytest.raises(InputError, match="estimator"):
        endpoints.event_free_rate(groups(TIME, EVENT), 1.0, estimator="best")


@pytest.mark.parametrize(("k", "n"), [(0, 12), (3, 35), (16, 35), (12, 12)])
def test_exact_interval_equals_scipy(k, n):
    expected = binomtest(k, n).proportion_ci()
    np.testing.assert_allclose(endpoints.clopper_pearson(k, n), (expected.low, expected.high), rtol=QUANTILE)


def test_exact_interval_of_a_fractional_count_lies_between_its_neighbors():
    low, high = endpoints.clopper_pearson([11, 11.5, 12], 96)
    assert np.all(np.diff(low) > 0)
    assert np.all(np.diff(high) > 0)


OUTCOMES = [
    {"arm": "sorafenib", "endpoint": "progression_free", "k": 16, "n": 35, "time": 121.75, "label": "4-month PFS"},
    {"arm": "sorafenib", "endpoint": "objective_response", "k": 3, "n": 35},
    {"arm": "sorafenib", "endpoint": "objective_response_with_minor", "k": 5, "n": 35, "time": 365.0},
    {"arm": "untreated", "endpoint": "event_free", "k": 11.5, "n": 96, "time": 121.75},
    {"arm": "sorafenib", "endpoint": "overall_survival", "value": 0.3, "time": 365.0},
    {"arm": "sorafenib", "endpoint": "median_overall_survival", "value": 213.0, "ci_low": 190.0, "ci_high": 240.0},
]


def test_comparison_holds_simulated_beside_published(trial):
    compared = endpoints.compare(trial, OUTCOMES)
    pfs = endpoints.progression_free_survival(trial).sel(arm="sorafenib")
    first = compared.isel(outcome=0)
    assert first["published"].item() == 16 / 35
    expected = float((pfs["time"] > 121.75).mean())
    assert first["simulated"].item() == pytest.approx(expected, abs=0.02)  # one early censoring in 60 patients
    assert first["inside"].item() == int(first["ci_low"] <= first["simulated"] <= first["ci_high"])


def test_rate_without_interval_has_nothing_to_be_inside_of(trial):
    assert endpoints.compare(trial, OUTCOMES)["inside"].values[4] == -1


def test_misfit_is_zero_where_simulation_and_trial_agree(trial):
    rate = endpoints.objective_response(trial).sel(arm="sorafenib")
    agreed = [{"arm": "sorafenib", "endpoint": "objective_response", "k": rate["k"].item(), "n": rate["n"].item()}]
    assert endpoints.compare(trial, agreed)["misfit"].item() == pytest.approx(0, abs=EXACT)


def test_rows_are_plain(trial):
    rows = endpoints.rows(endpoints.compare(trial, OUTCOMES))
    assert len(rows) == len(OUTCOMES)
    assert {type(value) for row in rows for value in row.values()} <= {str, float, int}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"arm": "sorafenb"}, UnknownNameError, "sorafenib"),
        ({"endpoint": "progresion_free"}, UnknownNameError, "progression_free"),
        ({"tme": 3}, UnknownNameError, "time"),
        ({"time": None}, InputError, "landmark"),
        ({"k": None}, InputError, "needs a value"),
    ],
)
def test_faulty_outcomes_are_refused(trial, change, error, message):
    with pytest.raises(error, match=message):
        endpoints.compare(trial, [OUTCOMES[0] | change])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(5))
def test_curve_median_and_log_rank_equal_lifelines(seed):
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    rng = np.random.default_rng(seed)
    time, event = np.ceil(rng.exponential(100, (2, 80))), rng.random((2, 80)) < 0.7
    curve = endpoints.kaplan_meier(time[0], event[0])
    peer = KaplanMeierFitter().fit(time[0], event[0])
    np.testing.assert_allclose(curve["survival"], peer.survival_function_.iloc[:, 0], rtol=EXACT)
    positive = curve["survival"].values > 0
    band = peer.confidence_interval_.values[positive]
    np.testing.assert_allclose(curve["ci_low"].values[positive], band[:, 0], rtol=QUANTILE)
    np.testing.assert_allclose(curve["ci_high"].values[positive], band[:, 1], rtol=QUANTILE)
    assert endpoints.median_time(curve)[0] == peer.median_survival_time_
    ds = xr.Dataset(
        {"time": (("arm", "patient"), time), "event": (("arm", "patient"), event)}, coords={"arm": ["a", "b"]}
    )
    assert endpoints.log_rank(ds, "a", "b")[1] == pytest.approx(logrank_test(*time, *event).p_value, rel=QUANTILE)


@pytest.mark.parametrize(
    ("simulated", "low", "high", "digits"),
    [(22.6, 23.1, 40.0, 1), (20.0, 23.1, 40.0, 0), (25.0, 23.1, 40.0, 0), (22.6, np.nan, np.nan, 0)],
)
def test_a_value_outside_is_seen_to_be_outside(simulated, low, high, digits):
    assert digits_needed(simulated, low, high, 0) == digits


@pytest.mark.parametrize(("k", "n", "counted"), [(3, 35, True), (16.1, 35, False), (np.nan, 35, False)])
def test_only_whole_numbers_are_counts(k, n, counted):
    assert is_count(k, n) is counted
