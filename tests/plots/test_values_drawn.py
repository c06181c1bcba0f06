"""Values that a reader takes off a figure: heights of curves and bands, counts written in panels."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import make_trial

from ossim import endpoints, plots
from ossim.dataset import DAYS_PER_MONTH, Response


@pytest.fixture(scope="module")
def cohort():
    return make_trial(arms=("untreated", "sorafenib"), n_patients=50)


def height(x, y, at):
    """Height of a drawn staircase just to the right of a place."""
    return y[np.searchsorted(x, at, side="right") - 1]


@pytest.mark.parametrize("arm", ["untreated", "sorafenib"])
def test_kaplan_meier_steps_down_at_events_and_keeps_its_height_between(cohort, arm):
    events = endpoints.overall_survival(cohort).sel(arm=arm)
    curve = endpoints.kaplan_meier(events["time"].values, events["event"].values)
    ax = plots.kaplan_meier(cohort, endpoint="overall_survival", arms=[arm])
    drawn = next(line for line in ax.lines if line.get_drawstyle().startswith("steps"))
    assert drawn.get_drawstyle() == "steps-post"
    x, y = drawn.get_data()
    days = np.unique(events["time"].values[events["event"].values])[:10]
    for day in days:
        expected = float(endpoints.survival_at(curve, day)["survival"][0])
        assert height(x, y, day / DAYS_PER_MONTH + 1e-9) == pytest.approx(expected, abs=1e-12)
        before = float(endpoints.survival_at(curve, day - 1e-6)["survival"][0])
        assert height(x, y, (day - 1e-6) / DAYS_PER_MONTH) == pytest.approx(before, abs=1e-12)


def test_band_of_kaplan_meier_runs_from_the_lower_to_the_upper_bound(cohort):
    events = endpoints.overall_survival(cohort).sel(arm="sorafenib")
    curve = endpoints.kaplan_meier(events["time"].values, events["event"].values)
    ax = plots.kaplan_meier(cohort, endpoint="overall_survival", arms=["sorafenib"])
    corners = ax.collections[0].get_paths()[0].vertices
    middle = float(np.median(curve["time"].values))
    there = endpoints.survival_at(curve, middle)
    steps = curve["time"].values / DAYS_PER_MONTH
    left = steps[np.searchsorted(steps, middle / DAYS_PER_MONTH, side="right") - 1]
    at = corners[np.isclose(corners[:, 0], left, atol=1e-9), 1]
    assert np.min(np.abs(at - float(there["ci_low"][0]))) < 1e-9
    assert np.min(np.abs(at - float(there["ci_high"][0]))) < 1e-9


@pytest.mark.parametrize("arm", ["untreated", "sorafenib"])
def test_waterfall_writes_how_many_responded(cohort, arm):
    best = endpoints.best_response(cohort).sel(arm=arm).values
    responders = int(np.isin(best, (Response.CR, Response.PR)).sum())
    panel = np.atleast_1d(plots.waterfall(cohort, arms=[arm]))[0]
    note = next(text.get_text() for text in panel.texts if "CR + PR" in text.get_text())
    assert note.splitlines()[0].startswith(f"CR + PR {responders}/{best.size} = ")
