"""What the experiments with lesions in space expect, on shells and few patients."""

from __future__ import annotations

import csv

import cytotoxic_delivery
import normalization_window
import pytest
from PIL import Image


@pytest.fixture(scope="module")
def window():
    return normalization_window.main()


def test_delivery_rises_before_it_falls(window):
    full = window.sel(arm="sorafenib_400")
    assert 0.05 < float(full["rise"]) < 0.20 and 2 <= float(full["day"]) <= 10
    assert 7 < int(full["days_above"]) < 28 and float(full["at_end"]) < 0.95
    assert float(full["pressure_ratio"]) < 0.75


def test_the_rise_falls_with_the_dose(window):
    rises = [float(window["rise"].sel(arm=f"sorafenib_{dose}")) for dose in (50, 100, 200, 400)]
    assert rises == sorted(rises) and rises[0] > 0.01


def test_no_window_without_block_by_pressure_and_a_small_one_for_a_drug_that_tissue_hardly_loses(window):
    assert normalization_window.rise(**{"space.parameters.pressure_block": 0.0}) < 0.005
    less = normalization_window.rise(**{"space.parameters.drug_loss": 0.1})
    assert 0.0 < less < 0.5 * float(window["rise"].sel(arm="sorafenib_400"))


@pytest.fixture(scope="module")
def schedules():
    return cytotoxic_delivery.main()


def test_a_dose_kills_early_and_less_once_vessels_are_pruned(schedules):
    relative = {day: float(schedules["relative_kill"].sel(arm=f"sorafenib_day_{day}")) for day in (0, 2, 4, 7, 21, 28)}
    assert all(0.8 < relative[day] < 1.2 for day in (0, 2, 4, 7))
    assert relative[28] < 2.0 / 3.0 and relative[28] < relative[21] < relative[7]


def test_early_doses_leave_fewer_cells(schedules):
    left = schedules["viable_at_end"]
    early = min(float(left.sel(arm=f"sorafenib_day_{day}")) for day in (0, 2, 4, 7))
    assert early < float(left.sel(arm="sorafenib_day_28")) < float(left.sel(arm="later_sorafenib_day_0"))
    assert float(left.sel(arm="later_sorafenib_day_0")) < float(left.sel(arm="none_day_0"))


@pytest.mark.parametrize("experiment", [cytotoxic_delivery])
def test_an_experiment_in_space_leaves_table_and_figure(experiment, tmp_path):
    experiment.main(tmp_path)
    with (tmp_path / "table.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) >= 4
    with Image.open(tmp_path / "figure.png") as image:
        assert min(image.size) > 500
