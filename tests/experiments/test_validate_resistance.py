"""What the experiment on resistance expects, at a size that runs in seconds."""

import csv

import numpy as np
import pytest
import validate_resistance
from PIL import Image

SIZE = 1500
#: standard errors between simulation and formula; the seeds are fixed, so the test passes always or never
ERRORS = 4.0


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resistance")
    return *validate_resistance.main(folder, SIZE), folder


def test_formula_is_met_for_every_share_of_death(found):
    grown = found[0]
    off = abs(grown["resistance_probability"] - grown["resistance_probability_formula"])
    assert (off < ERRORS * grown["standard_error"]).all()


def _gain(courses):
    shape = (len(validate_resistance.COSTS), len(validate_resistance.TURNOVERS))
    one, other = (courses[name]["time_to_progression"].values.reshape(shape) for name in ("continuous", "adaptive"))
    return other / one - 1.0


def test_adaptive_therapy_needs_no_cost_of_resistance(found):
    assert (_gain(found[1]) > 0.0).all()


def test_gain_rises_with_turnover_and_with_cost(found):
    gain = _gain(found[1])
    assert (np.diff(gain, axis=0) > 0.0).all()
    assert (np.diff(gain, axis=1) > 0.0).all()


def test_turnover_amplifies_what_a_cost_gains(found):
    by_cost = np.diff(_gain(found[1])[[0, -1]], axis=0)
    assert (np.diff(by_cost) > 0.0).all()


def test_adaptive_abiraterone_delays_independent_cells(found):
    for times in found[2].values():
        assert 2.0 * times["continuous"] < times["adaptive"]


def test_it_leaves_table_figure_and_datasets(found):
    folder = found[3]
    with (folder / "table.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == 26
    with Image.open(folder / "figure.png") as image:
        assert min(image.size) > 500
    assert {path.parent.name for path in folder.glob("*/result.nc")} == {"clones", "continuous", "adaptive"}
