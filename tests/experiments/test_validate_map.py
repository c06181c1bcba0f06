"""Experiment `validate_map`: the published courses under MAP are met, at a fraction of the cost of SciPy."""

import csv

import pytest
import validate_map
from PIL import Image

#: the reference has ten digits
FROM_TIGHT = 2e-9
#: of the authors' tolerance of 1e-3 and infusions inside steps; the worst is cluster 3 resistant to cisplatin, 0.44 %
FROM_PUBLISHED = 5e-3


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("validate_map")
    return out, *validate_map.main(out)


def test_tight_references_are_met(found):
    rows = found[1]
    assert len(rows) == 12
    assert max(abs(row["from_tight"]) for row in rows) < FROM_TIGHT


def test_published_values_are_met_to_the_accuracy_of_their_solver(found):
    rows = found[1]
    assert max(abs(row["from_published"]) for row in rows) < FROM_PUBLISHED
    assert max(abs(row["from_published"]) for row in rows if row["case"] == "MAP") < 2e-3


def test_engine_is_faster_than_rates_in_python(found):
    for spent in found[2].values():
        assert all(spent[method] < spent["LSODA"] for method in validate_map.METHODS)


def test_both_ways_end_at_the_same_number_of_cells():
    engine = float(validate_map.course(2, "MAP", [validate_map.UNTIL]).cancer_cells[0])
    # measured: LSODA at 1e-6 is within 3e-6 (models.md 7.1)
    assert validate_map.by_lsoda(2) == pytest.approx(engine, rel=2e-5)


def test_table_figure_and_datasets_are_left(found):
    out = found[0]
    with (out / "table.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == 12
    with Image.open(out / "figure.png") as image:
        assert min(image.size) > 500
    assert len(list(out.glob("*/result.nc"))) == 3
