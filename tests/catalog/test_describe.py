"""The catalogue's text pages."""

import pytest

from ossim import errors
from ossim.catalog import describe, documented_models, drugs, populations, trials
from ossim.catalog.pages import table

PAGES = [
    *(("drug", name) for name in drugs()),
    *(("trial", name) for name in trials()),
    *(("population", name) for name in populations()),
    *(("model", name) for name in documented_models()),
]


@pytest.mark.parametrize(("kind", "name"), PAGES)
def test_every_page_can_be_written(kind, name):
    page = describe(kind, name)
    assert page.startswith(name)
    assert "\nsources\n" in page


def test_drug_page_shows_value_unit_tier_and_source():
    lines = describe("drug", "sorafenib").splitlines()
    assert "clearance               165      L/day  assumed   calibration" in lines
    assert any("doi:10.1111/j.1365-2125.2011.03963.x" in line for line in lines)


def test_page_shows_misprints():
    assert "misprint" in describe("drug", "pazopanib")
    assert "overall_survival_rate (misprint)" in describe("trial", "ebb2012_trastuzumab")


def test_model_page_cites_the_paper_of_its_equations():
    """Even where none of its values are the paper's."""
    assert "doi:10.1038/clpt.2009.64" in describe("model", "wang2009")


def test_table_aligns_columns():
    assert table(("a", "bb"), [("1", "2"), ("333", "4")]) == "a    bb\n---  --\n1    2\n333  4"


def test_unknown_kind_is_refused():
    with pytest.raises(errors.UnknownNameError, match="did you mean 'drug'"):
        describe("drugs", "sorafenib")
