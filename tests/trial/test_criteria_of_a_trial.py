"""Each criterion from the config to the responses of a trial, against whole series judged by its own function."""

from __future__ import annotations

import json

import numpy as np
import pytest

import ossim
from ossim.criteria import choi, criteria, make_criterion, recist, who
from ossim.criteria.judged import judged_variable, thresholds_of
from ossim.dataset import Response
from ossim.errors import InputError

CONFIG = """
seed: 3
cohort: {{population: relapsed, size: 60}}
arms: {{sorafenib: {{regimen: sorafenib 400 mg b.i.d.}}, none: {{regimen: none}}}}
visits: {{every: 6 weeks, until: 1 year, criteria: {criteria}}}
output: {{trajectories: 60, every: 0.25 days}}
"""


@pytest.fixture(scope="module")
def trials():
    """A trial per criterion, the same patients and noise."""
    names = ("recist_1.1", "who", "choi", "mchoi")
    return {name: ossim.run(ossim.loads(CONFIG.format(criteria=name))) for name in names}


def series(trial, arm):
    """Diameters, new lesions and responses of the visits of the first line, shape (n_patients, n_visits, ...)."""
    one = trial.sel(arm=arm)
    order = ("patient", "visit")
    return (
        one["tumor_diameter"].transpose(*order, "lesion").values,
        one["new_lesion"].transpose(*order).values == 1,
        (one["response"].transpose(*order).values),
    )


@pytest.mark.parametrize(
    ("name", "burden", "classify"),
    [("recist_1.1", recist.burden, recist.classify_series), ("who", who.burden, who.classify_series)],
)
@pytest.mark.parametrize("arm", ["sorafenib", "none"])
def test_responses_are_those_of_the_series(trials, name, burden, classify, arm):
    diameters, new_lesion, response = series(trials[name], arm)
    expected = classify(burden(diameters), new_lesion)
    assert (expected == response).all()
    assert {Response.SD, Response.PD} <= set(response.ravel())


@pytest.mark.parametrize(("name", "thresholds"), [("choi", choi.CHOI), ("mchoi", choi.MODIFIED_CHOI)])
def test_choi_uses_size_and_attenuation(trials, name, thresholds):
    diameters, _, response = series(trials[name], "sorafenib")
    sums = recist.burden(diameters)
    small = sums / sums[:, :1] <= 1 - thresholds.size_response
    judged = (response == Response.PR) | (response == Response.SD)
    if not thresholds.both:
        assert (response[judged & small] == Response.PR).all(), "a tenth smaller is a response whatever the attenuation"
    else:
        assert not (response[~small & judged] == Response.PR).any(), "no response without a tenth less size"


def test_weight_of_vessels_changes_responses_of_choi_only():
    light, heavy = (
        ossim.run(ossim.loads(CONFIG.format(criteria=f"{{name: choi, vessel_weight: {weight}}}"))) for weight in (0, 10)
    )
    count = [int((trial["response"] == Response.PR).sum()) for trial in (light, heavy)]
    assert count[0] < count[1], "inhibited vessels lower attenuation"


def test_who_compares_products_with_thresholds_on_products(trials):
    """Of a single lesion half the product is 29 % less diameter; diameters against 50 % would find almost none."""
    trial = trials["who"]
    assert trial["burden"].attrs["units"] == "mm^2"
    squares = (trial["tumor_diameter"] ** 2).sum("lesion").where(trial["visit_time"].notnull())
    np.testing.assert_allclose(trial["burden"].values, squares.values, rtol=1e-12)
    shrunk = (trial["burden"] <= 0.5 * trial["burden"].isel(visit=0)).any("visit") & trial["line_start"].notnull().any(
        "line"
    )
    responded = (trial["response"] == Response.PR).any("visit")
    assert bool(responded.any()), "the cohort has responders"
    assert bool((responded <= shrunk).all())


def test_true_progression_of_who_is_dated_by_products(trials):
    """On the dense trajectory: first time at a quarter more than the smallest sum of squares so far."""
    trial = trials["who"].sel(arm="none")
    one_lesion = np.flatnonzero(trial["tumor_diameter"].isel(visit=0).notnull().sum("lesion").values == 1)
    assert one_lesion.size > 5
    for patient in one_lesion:
        crossed = float(trial["true_progression_time"].isel(patient=patient, line=0))
        path = trial["trajectory_sum_of_diameters"].isel(tracked=patient).dropna("time")
        square = path.values**2
        grown = np.flatnonzero(square >= 1.25 * np.minimum.accumulate(square))
        day = float(path["time"][grown[0]]) if grown.size else np.inf
        if np.isnan(crossed) or crossed < day - 0.3:
            continue  # a new lesion came first, or follow-up ended
        assert crossed == pytest.approx(day, abs=0.26)


def test_recist_keeps_no_burden_of_its_own(trials):
    assert "burden" not in trials["recist_1.1"]
    assert judged_variable(trials["recist_1.1"]) == "sum_of_diameters" and judged_variable(trials["who"]) == "burden"


@pytest.mark.parametrize("name", criteria())
def test_dataset_says_by_what_it_was_judged(trials, name):
    trial, kind = trials[name], make_criterion(name)
    assert json.loads(trial.attrs["criteria"]) == kind.written()
    found = thresholds_of(trial)
    assert (found.name, found.response, found.progression) == (kind.title, kind.response, kind.progression)


def test_figures_follow_the_criterion(trials):
    for name, response, progression in (("recist_1.1", -30, 20), ("who", -50, 25), ("choi", -10, 10)):
        panel = np.atleast_1d(ossim.plots.waterfall(trials[name], arms=["sorafenib"]))[0]
        levels = [line.get_ydata()[0] for line in panel.lines]
        assert pytest.approx(response) in levels and pytest.approx(progression) in levels
        assert ("products" in panel.get_ylabel()) == (name == "who")


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        ("whoo", "visits.criteria: unknown criterion 'whoo'; did you mean 'who'?"),
        ("{name: choi, vesel_weight: 1}", "visits.criteria.vesel_weight: unknown key 'vesel_weight'; did you mean"),
        ("{name: choi, vessel_weight: -1}", "visits.criteria.vessel_weight: must be at least 0"),
        ("{name: who, vessel_weight: 1}", "unknown key 'vessel_weight'"),
        ("3", "must be the name of a criterion"),
    ],
)
def test_bad_criterion_or_option_is_one_line(criteria, words):
    with pytest.raises(InputError) as raised:
        ossim.loads(CONFIG.format(criteria=criteria), "c.yaml")
    (fault,) = raised.value.faults
    assert str(fault).startswith("c.yaml:5: ") and words in str(fault)


def test_options_survive_the_round_trip():
    first = ossim.loads(CONFIG.format(criteria="{name: choi, vessel_weight: 0.5}"))
    assert first.resolved()["visits"]["criteria"] == {"name": "choi", "vessel_weight": 0.5}
    assert first.with_overrides({"seed": 3}) == first
    assert first != ossim.loads(CONFIG.format(criteria="choi"))
