"""Formulas of resistance before treatment, against closed forms (models.md 4.1)."""

import numpy as np
import pytest

from ossim.terms.preexisting import (
    clone_factor,
    luria_delbrueck,
    luria_delbrueck_generating_function,
    resistance_probability,
)

ROUNDING = 1e-13


def test_published_check():
    """b = 1, d = 0.5, u = 1e-3, M = 2000: 1 - 2^-4."""
    assert resistance_probability(2000, 1e-3, 1.0, 0.5) == pytest.approx(0.937500, rel=ROUNDING)


def test_factor_is_one_without_death_and_grows_with_it():
    death = np.array([0.0, 1e-12, 1e-6, 0.1, 0.5, 0.9, 0.999])
    factor = clone_factor(1.0, death)
    assert factor[0] == 1.0
    np.testing.assert_allclose(factor[1:3], 1.0 + death[1:3] / 2.0, rtol=1e-12)
    assert (np.diff(factor) >= 0.0).all()
    assert factor[4] == pytest.approx(2.0 * np.log(2.0), rel=ROUNDING)
    assert clone_factor(2.0, 1.0) == pytest.approx(factor[4], rel=ROUNDING)


def test_probability_is_that_of_one_mutation_where_mutations_are_rare():
    assert resistance_probability(100, 1e-12, 1.0, 0.0) == pytest.approx(1e-10, rel=1e-9)


def test_first_terms_of_luria_and_delbrueck():
    """p0 = e^-m, p1 = e^-m m/2, p2 = e^-m (m/6 + m^2/8) (Lea and Coulson 1949)."""
    m = 1.7
    expected = np.exp(-m) * np.array([1.0, m / 2.0, m / 6.0 + m * m / 8.0])
    np.testing.assert_allclose(luria_delbrueck(m, 2), expected, rtol=ROUNDING)


@pytest.mark.parametrize("m", [0.3, 2.0, 8.0])
def test_recursion_belongs_to_the_generating_function(m):
    p = luria_delbrueck(m, 400)
    for z in (0.0, 0.1, 0.5, 0.9):
        series = (p * z ** np.arange(p.size)).sum()
        assert luria_delbrueck_generating_function(m, z) == pytest.approx(series, rel=1e-12)
    assert luria_delbrueck_generating_function(m, 1.0) == 1.0
    # the tail falls as m / n, so that the mean does not exist
    assert p.sum() < 1.0
    assert 1.0 - p.sum() == pytest.approx(m / 400, rel=0.2)
