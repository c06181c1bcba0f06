"""What the experiments with lesions in space expect, on shells and few patients."""

from __future__ import annotations

import csv

import cytotoxic_delivery
import embolization
import normalization_window
import pytest
import spatial_and_lumped
import tki_cytostasis
from PIL import Image


@pytest.fixture(scope="module")
def cytostasis():
    return tki_cytostasis.main(geometry="radial")


def test_diameter_is_held_for_16_weeks_while_untreated_progresses(cytostasis):
    diameter = cytostasis["diameter"]
    held = diameter.sel(arm="sorafenib").where(cytostasis["week"] <= 16, drop=True)
    assert float(held.min()) > 0.7 and float(held.max()) < 1.2
    assert float(diameter.sel(arm="untreated").isel(visit=2)) > 1.2


def test_core_dies_and_a_rim_lives(cytostasis):
    late = cytostasis.sel(arm="sorafenib").isel(visit=4)
    assert float(late["viable"]) < 0.5
    assert 1.0 < float(late["rim_width"]) < 0.5 * float(cytostasis["rim_width"].sel(arm="sorafenib").isel(visit=0))


def test_tolerant_cells_bring_growth_back(cytostasis):
    treated = cytostasis.sel(arm="sorafenib")
    assert float(treated["viable"].isel(visit=-1)) > 1.5 * float(treated["viable"].min())
    assert float(treated["tolerant"].isel(visit=-1)) > 10.0 * float(treated["tolerant"].isel(visit=0))
    assert float(treated["diameter"].isel(visit=-1)) > 1.2


def test_the_outline_does_not_jump(cytostasis):
    grown = cytostasis["diameter"].diff("visit").max("visit")
    assert float(grown.sel(arm="sorafenib")) < 1.5 * float(grown.sel(arm="untreated"))


@pytest.fixture(scope="module")
def lost_supply():
    return embolization.main()


def test_embolization_kills_without_shrinkage_and_vessels_bring_cells_back(lost_supply):
    one, plain = lost_supply.sel(arm="embolization"), lost_supply.sel(arm="untreated")
    assert float(one["cells_2_weeks"]) < 0.85 < 1.0 < float(one["cells_8_weeks"])
    assert float(one["least_diameter"]) >= 1.0
    assert float(one["necrosis_4_weeks"]) > 1.5 * float(plain["necrosis_4_weeks"])
    assert float(one["late_growth"]) >= float(plain["late_growth"])


def test_inhibitor_after_embolization_keeps_cells_few(lost_supply):
    left = lost_supply["cells_8_weeks"]
    assert float(left.sel(arm="embolization_sorafenib")) < 0.75 * float(left.sel(arm="sorafenib"))


@pytest.fixture(scope="module")
def closure():
    return spatial_and_lumped.main(size=8)


def test_lumped_patients_stand_for_untreated_lesions(closure):
    early = spatial_and_lumped.ratio(closure, "early", "untreated")
    progression = spatial_and_lumped.ratio(closure, "progression", "untreated")
    assert float((abs(early - 1.0) < 0.10).mean()) >= 0.75
    assert float((abs(progression - 1.0) < 0.20).mean()) >= 0.75
    assert float((spatial_and_lumped.ratio(closure, "late", "untreated") > 1.0).mean()) >= 0.75


def test_lumped_patients_shrink_more_under_sorafenib(closure):
    assert float((spatial_and_lumped.ratio(closure, "early", "sorafenib") > 1.0).mean()) >= 0.75
    progression = spatial_and_lumped.ratio(closure, "progression", "sorafenib")
    assert progression.size and float(progression.median()) < 1.0
    assert float(closure["late"].sel(model="space", arm="sorafenib").min()) > 0.5  # none vanishes


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
    assert 0.0 < less < 2.0 / 3.0 * float(window["rise"].sel(arm="sorafenib_400"))


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


@pytest.mark.parametrize("experiment", [cytotoxic_delivery, pytest.param(embolization, marks=pytest.mark.slow)])
def test_an_experiment_in_space_leaves_table_and_figure(experiment, tmp_path):
    experiment.main(tmp_path)
    with (tmp_path / "table.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) >= 4
    with Image.open(tmp_path / "figure.png") as image:
        assert min(image.size) > 500
