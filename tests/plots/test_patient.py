"""The figure of one patient: its thresholds are those of RECIST, line by line."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from ossim import plots
from ossim.dataset import DAYS_PER_MONTH
from ossim.errors import InputError

mpl.use("Agg")
ARM = "sorafenib, everolimus, sorafenib"
# Visits are compared in months: rounding of one division.
ROUNDING = 1e-9


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def switching(trial):
    """The first tracked patient who begins a second line and is assessed on it."""
    one = trial.sel(arm=ARM)
    on_second = (one["line_at_visit"] == 1).any("visit") & one["line_start"].sel(line=1).notnull()
    return next(int(number) for number in trial["tracked"].values if bool(on_second.sel(patient=number)))


def thresholds_from(ax, day):
    """Levels drawn from the visit at `day` to the next."""
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linestyle() != "None"]
    return [line.get_ydata()[0] for line in lines if abs(line.get_xdata()[0] * DAYS_PER_MONTH - day) < ROUNDING]


def test_threshold_before_a_visit_is_that_of_the_nadir_of_its_line(trial, switching):
    size = plots.patient(trial, patient=switching, arms=[ARM])[0]
    one = trial.sel(arm=ARM, patient=switching)
    start = one["line_start"].sel(line=1).item()
    at_start = one["sum_of_diameters"].where(one["visit_time"] == start).max().item()
    expected = [max(1.2 * at_start, at_start + 5), 0.7 * at_start]
    assert thresholds_from(size, start) == pytest.approx(expected)


def test_trajectories_are_drawn_as_they_are(trial):
    ax = plots.patient(trial, patient=0, arms=["sorafenib"])[0]
    expected = trial["trajectory_sum_of_diameters"].sel(arm="sorafenib", tracked=0).values
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), expected)


def test_drugs_that_nobody_took_have_no_panel(trial):
    assert len(plots.patient(trial, arms=["untreated"])) == 6
    assert len(plots.patient(trial, arms=["sorafenib"])) == 7


def test_patient_without_trajectory_is_refused(trial):
    with pytest.raises(InputError, match="not tracked"):
        plots.patient(trial, patient=50)


def test_biomarkers_do_without_a_tracked_patient_whose_run_failed(trial):
    trial = trial.copy(deep=True)
    trial["status"][0, 0] = 2
    table = plots.biomarkers_table(trial, failed="exclude")
    assert int(table["trajectory_vegf_n"].max()) == trial.sizes["tracked"] - 1
