"""Malthus rate: reference value, closed form through the incomplete gamma function, late slope of the number."""

import numpy as np
import pytest
from populations import IWATA, LARGEST, POWER, RATE, SEEDING, untreated
from scipy.optimize import brentq
from scipy.special import gamma, gammainc

from ossim.errors import InputError
from ossim.numerics.size_structured.flow import make_flow
from ossim.numerics.size_structured.malthus import malthus_rate


def test_rate_of_iwata():
    assert malthus_rate(IWATA, POWER, SEEDING) == pytest.approx(0.00580566492, rel=1e-8)


@pytest.mark.parametrize("factor", [1.0, 0.3])
def test_renewal_integral_is_an_incomplete_gamma_function(factor):
    """With q = e^(-a s) the integral is (w b^p / a) c^(-L/a) gamma(L/a, c), c = p ln b."""
    rate, top = RATE * factor, POWER * np.log(LARGEST)

    def excess(malthus):
        place = malthus / rate
        return np.log(SEEDING) + top - np.log(rate) - place * np.log(top) + np.log(gammainc(place, top) * gamma(place))

    exact = brentq(excess, 1e-4, 0.05, xtol=1e-16, rtol=1e-14)
    slowed = make_flow(RATE, 0.0, np.log(LARGEST), factors=(factor,))
    assert malthus_rate(slowed, POWER, SEEDING) == pytest.approx(exact, rel=1e-12)


def test_number_grows_at_the_rate_in_the_end():
    births = untreated(6000.0, 800)
    slope = np.diff(np.log(births.total[-2:])) / np.diff(births.edges[-2:])
    early = np.log(births.total[200] / births.total[199]) / births.edges[1]
    rate = malthus_rate(IWATA, POWER, SEEDING)
    assert slope[0] == pytest.approx(rate, rel=1e-6)
    assert abs(early - rate) > 1e-2 * rate


@pytest.mark.parametrize(
    "flow, weight",
    [(make_flow(0.01, 0.0), 1e-8), (IWATA, 0.0), (make_flow(0.01, 0.0, 25.0, factors=(0.0,)), 1e-8)],
)
def test_bad_input_is_one_line(flow, weight):
    with pytest.raises(InputError, match="Malthus rate"):
        malthus_rate(flow, POWER, weight)
