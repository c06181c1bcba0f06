"""WHO and Choi criteria against cases worked by hand."""

import pytest

from ossim.criteria import choi, who
from ossim.dataset import Response
from ossim.errors import InputError

NAN = float("nan")


def test_product_of_spheres_is_the_square_of_the_diameter():
    assert who.burden([3.0, 4.0, NAN]) == 25.0


@pytest.mark.parametrize(
    ("size", "nadir", "new", "expected"),
    [
        (50, 100, 0, Response.PR), (51, 100, 0, Response.SD), (125, 100, 0, Response.PD), (124, 100, 0, Response.SD),
        (50, 40, 0, Response.PD), (49, 40, 0, Response.PR), (0, 100, 0, Response.CR), (0, 0, 0, Response.CR),
        (1, 0, 0, Response.PD), (100, 100, 1, Response.PD), (NAN, 100, 0, Response.not_evaluable),
    ],
)  # fmt: skip
def test_who_at_one_visit(size, nadir, new, expected):
    assert who.assess([size], [100], [nadir], [new])[0][0] == expected


def test_who_series_ends_at_progression():
    assert who.classify_series([[100, 50, 63, 40]])[0].tolist() == [0, Response.PR, Response.PD, 0]


@pytest.mark.parametrize(
    ("size", "nadir", "density", "new", "plain", "modified"),
    [
        (90, 100, 1.0, 0, Response.PR, Response.SD), (91, 100, 1.0, 0, Response.SD, Response.SD),
        (100, 100, 0.85, 0, Response.PR, Response.SD), (100, 100, 0.86, 0, Response.SD, Response.SD),
        (90, 100, 0.85, 0, Response.PR, Response.PR), (110, 100, 1.0, 0, Response.PD, Response.PD),
        (110, 100, 0.80, 0, Response.PR, Response.SD), (88, 80, 1.0, 0, Response.PD, Response.PD),
        (100, 100, 0.5, 1, Response.PD, Response.PD), (0, 100, 1.0, 0, Response.CR, Response.CR),
        (110, 100, NAN, 0, Response.PD, Response.PD),
        (NAN, 100, 0.5, 0, Response.not_evaluable, Response.not_evaluable),
    ],
)  # fmt: skip
def test_choi_at_one_visit(size, nadir, density, new, plain, modified):
    assert choi.assess([size], [100], [nadir], [new], [density])[0][0] == plain
    both = choi.assess([size], [100], [nadir], [new], [density], thresholds=choi.MODIFIED_CHOI)
    assert both[0][0] == modified


def test_choi_series_carries_the_nadir():
    codes = choi.classify_series([[100, 80, 88, 70]], [[1.0, 1.0, 1.0, 1.0]])
    assert codes[0].tolist() == [0, Response.PR, Response.PD, 0]


def test_choi_series_of_unequal_shape_are_refused():
    with pytest.raises(InputError, match="do not match"):
        choi.classify_series([[100, 80]], [[1.0]])


def test_attenuation_weighs_vessels():
    assert choi.attenuation(0.6, 0.2, 0.5) == pytest.approx(0.7)
