"""The shipped config of planned switches shows what it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import ossim

CONFIG = Path(__file__).parents[2] / "configs" / "sequencing" / "planned_switch.yaml"


@pytest.fixture(scope="module")
def trial():
    return ossim.run(ossim.load(CONFIG))


def test_lines_have_names_of_their_own(trial):
    four = ["sorafenib", "everolimus", "sorafenib (line 3)", "everolimus (line 4)"]
    assert trial["line_label"].sel(arm="alternating").values.tolist() == four


def test_first_line_ends_at_12_weeks_at_progression_or_at_the_first_of_both(trial):
    start, end, progression = (
        trial[name].sel(line=0).values for name in ("line_start", "line_end", "progression_time")
    )
    observed = np.fmin(trial["death_time"].values, trial["follow_up"].values)
    assert (start == 0).all()
    due = {
        "at_progression": progression[0],
        "at_12_weeks": np.full(1000, 84.0),
        "whichever_first": np.fmin(progression[2], 84.0),
        "alternating": np.fmin(progression[3], 84.0),
    }
    for row, arm in enumerate(trial["arm"].values):
        np.testing.assert_allclose(end[row], np.fmin(due[arm], observed[row]), rtol=0, atol=1e-9)
    assert (end[0] > 84.0).sum() > 300


def test_survival_within_two_years_moves_by_days(trial):
    """The comment of the config: 6 days less with the switch at 12 weeks, 4 more where drugs alternate."""
    lived = np.where(np.isnan(trial["death_time"].values), trial["follow_up"].values, trial["death_time"].values)
    difference = lived - lived[0]
    mean, error = difference.mean(axis=1), difference.std(axis=1) / np.sqrt(1000)
    planned, either, alternating = mean[1:]
    assert [planned, either, alternating] == pytest.approx([-6.2, -7.6, 4.0], abs=0.5)
    assert (error[1:] < 1.0).all()
