"""The report as a library: rows, comparison and text of a Dataset, fresh or opened with plain xarray."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
import xarray as xr
from synthetic import make_trial

import ossim
from ossim import report
from ossim.cli import main
from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints import event_free_rate, kaplan_meier, median_time

CONFIG = """
cohort: {population: relapsed, size: 40}
arms: {a: {regimen: sorafenib 400 mg b.i.d.}, b: {regimen: none}}
visits: {every: 60 days, until: 1 year}
output: {trajectories: 2}
compare_with: {grignani2012_sorafenib: a}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The result folder of a small trial, without figures."""
    root = tmp_path_factory.mktemp("report")
    (root / "small.yaml").write_text(CONFIG)
    assert main(["run", str(root / "small.yaml"), "--out", str(root / "out"), "--no-figures"]) == 0
    return root / "out"


def plain(folder):
    """The result as any user of xarray opens it."""
    with xr.open_dataset(folder / "result.nc", decode_timedelta=False) as dataset:
        return dataset.load()


def as_text(rows):
    stream = io.StringIO()
    columns = list(dict.fromkeys(key for row in rows for key in row))
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: "" if value is None or value != value else value for key, value in row.items()} for row in rows
    )
    return stream.getvalue()


def test_rows_of_a_dataset_from_disk_are_those_of_the_file(folder):
    assert as_text(report.endpoint_rows(plain(folder))) == (folder / "endpoints.csv").read_text()


def test_landmarks_of_the_rows_are_calendar_months(folder):
    trial = plain(folder)
    events = ossim.endpoints.progression_free_survival(trial)
    rows = {(row["arm"], row["endpoint"], row.get("time")): row for row in report.endpoint_rows(trial)}
    for months in (4, 6):
        days = months * DAYS_PER_MONTH
        expected = event_free_rate(events, days)["rate"].sel(arm="a").item()
        assert rows["a", "progression_free_rate", days]["value"] == expected
    early = event_free_rate(events, 4 * 28.0)["rate"].sel(arm="a").item()
    assert early != rows["a", "progression_free_rate", 4 * DAYS_PER_MONTH]["value"], "a scan lies between the two"


def test_medians_of_the_rows_are_those_of_the_curves(folder):
    trial = plain(folder)
    events = ossim.endpoints.overall_survival(trial)
    rows = {(row["arm"], row["endpoint"]): row for row in report.endpoint_rows(trial)}
    for place, arm in enumerate(("a", "b")):
        median, low, high = median_time(kaplan_meier(events["time"].values[place], events["event"].values[place]))
        row = rows[arm, "median_overall_survival"]
        assert np.array_equal([row["value"], row["ci_low"], row["ci_high"]], [median, low, high], equal_nan=True)


def test_comparison_is_that_of_the_config_or_of_the_trials_given(folder):
    trial = plain(folder)
    asked = report.comparison(trial)
    assert set(asked["arm"].values) == {"a"}
    assert json.loads(trial.attrs["compare_with"]) == {"grignani2012_sorafenib": "a"}
    xr.testing.assert_identical(asked, report.comparison(trial, {"grignani2012_sorafenib": "a"}))
    assert set(report.comparison(trial, {"grignani2012_sorafenib": "b"})["arm"].values) == {"b"}
    assert report.comparison(trial, {}) is None


def test_summary_is_what_the_command_line_prints(folder, capsys):
    text = report.summary(plain(folder))
    for words in ("ORR", "median OS (mo)", "published outcome", "weakest evidence", "Research use only"):
        assert words in text


def test_failed_patients_are_named_counted_and_left_out():
    trial = make_trial(n_patients=20)
    trial["status"][0, 3] = 2
    rows = {(row["arm"], row["endpoint"]): row for row in report.endpoint_rows(trial)}
    first, second = map(str, trial["arm"].values[:2])
    assert (rows[first, "failed_patients"]["value"], rows[second, "failed_patients"]["value"]) == (1, 0)
    assert {rows[arm, "objective_response_rate"]["n"] for arm in (first, second)} == {19.0}
    assert report.any_failed(trial)
    assert f"{first}/3 (non_finite)" in report.failures(trial)
    assert not report.failures(make_trial(n_patients=5))


def test_trial_without_a_complete_run_has_no_rows():
    trial = make_trial(n_patients=3)
    trial["status"][:] = 1
    assert report.endpoint_rows(trial) == []
    assert report.summary(trial).startswith("no endpoints: no patient's run went through in every arm")


def test_assumptions_stand_where_lines_follow_each_other():
    text = CONFIG.replace("{regimen: none}", "{strategy: sequence, lines: [sorafenib 400 mg b.i.d., none]}")
    said = report.assumptions(ossim.loads(text))
    assert "bypass_strength" in said and "sweep these values" in said
    assert report.assumptions(ossim.loads(CONFIG)) == ""
