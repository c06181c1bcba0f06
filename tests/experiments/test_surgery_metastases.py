"""What surgery and peri-operative therapy leave of metastases: the expectations of the experiment."""

from __future__ import annotations

import csv

import numpy as np
import pytest
import surgery_metastases
from PIL import Image


@pytest.fixture(scope="module")
def found():
    return surgery_metastases.main()


def _relapse(found, name):
    return float(found[name]["relapse_probability"])


def test_surgery_alone_leaves_most_patients_with_a_relapse(found):
    assert _relapse(found, "surgery_alone") >= 0.70


def test_chemotherapy_around_surgery_leaves_as_many_as_reported(found):
    assert 0.25 <= _relapse(found, "surgery_perioperative") <= 0.35


def test_order_of_surgery_and_chemotherapy_hardly_matters(found):
    assert abs(_relapse(found, "surgery_adjuvant") - _relapse(found, "surgery_perioperative")) < 0.10


def test_slower_primary_spares_no_metastases(found):
    waited, treated = found["surgery_delayed"], found["surgery_antiangiogenic"]
    assert float(treated["primary_volume"]) < 0.9 * float(waited["primary_volume"])
    assert abs(_relapse(found, "surgery_antiangiogenic") - _relapse(found, "surgery_delayed")) < 0.03
    assert _relapse(found, "surgery_antiangiogenic") > _relapse(found, "surgery_alone")


def test_therapy_lowers_the_burden_more_than_early_surgery(found):
    burden = {name: float(one["metastatic_burden"]) for name, one in found.items()}
    assert burden["surgery_perioperative"] < 0.25 * burden["surgery_alone"] < 0.25 * burden["surgery_delayed"]


def test_order_stays_of_little_matter_at_any_rate_of_eradication():
    swept = {name: surgery_metastases.swept(f"surgery_{name}") for name in ("adjuvant", "perioperative")}
    difference = swept["adjuvant"]["relapse_probability"] - swept["perioperative"]["relapse_probability"]
    assert float(np.abs(difference).max()) < 0.10
    assert (np.diff(swept["perioperative"]["relapse_probability"]) < 0.0).all()


def test_figure_and_table_are_left(tmp_path):
    surgery_metastases.main(tmp_path)
    with Image.open(tmp_path / "figure.png") as image:
        assert image.width > 1000
    with (tmp_path / "table.csv").open(encoding="utf-8") as stream:
        assert {row["arm"] for row in csv.DictReader(stream)} == set(surgery_metastases.ARMS)
    assert (tmp_path / "surgery_alone" / "result.nc").is_file()
