"""The renewal equation: reference values, closed forms, order of convergence, jumps, bad input."""

import numpy as np
import pytest
from populations import IWATA, POWER, SEEDING, SURGERY, observed_orders, treated, untreated, without_seeding
from scipy.integrate import quad

from ossim.errors import InputError
from ossim.numerics.size_structured.flow import log_size, make_flow
from ossim.numerics.size_structured.renewal import births_of, in_blocks, make_edges, renew

REFERENCE = {600.0: 3.950797, 1000.0: 76.42121}  # independent solution of the same equation, seven digits
GRIDS = (10, 20, 40, 80, 160)


@pytest.mark.parametrize("until", REFERENCE)
def test_numbers_of_iwata(until):
    # half a unit of the last printed digit and the error of the grid lie below 1e-6
    assert untreated(until, 80).total[-1] == pytest.approx(REFERENCE[until], rel=1e-6)


def test_order_is_four():
    exact = untreated(1000.0, 2560).total[-1]
    errors = [abs(untreated(1000.0, n).total[-1] - exact) for n in GRIDS]
    np.testing.assert_allclose(observed_orders(errors), 4.0, atol=0.1)


def test_order_is_four_across_jumps():
    """Growth and seeding change twice, then the primary goes."""
    exact = treated(1600.0, 2048).total[-1]
    errors = [abs(treated(1600.0, n).total[-1] - exact) for n in (16, 32, 64, 128, 256)]
    np.testing.assert_allclose(observed_orders(errors), 4.0, atol=0.1)


@pytest.mark.parametrize("power", [0.4, 1.0])
def test_emission_of_exponential_growth_has_a_closed_form(power):
    rate, seeds, until = 0.02, 1e-6, 700.0
    births = without_seeding(make_flow(rate, 0.0), until, 320, power, seeds)
    closed = seeds * (np.exp(rate * until * power) - 1.0) / (rate * power)
    assert births.total[-1] == pytest.approx(closed, rel=1e-8)  # (p a h)^4 / 2880 is 1e-9


def test_first_generation_is_an_integral():
    births = without_seeding(IWATA, 1000.0, 160, POWER, SEEDING)
    exact, _ = quad(lambda t: SEEDING * np.exp(POWER * log_size(IWATA, t)), 0.0, 1000.0, epsrel=1e-12)
    assert births.total[-1] == pytest.approx(exact, rel=1e-8)
    assert births.total[-1] < untreated(1000.0, 160).total[-1]


def test_without_seeding_births_are_those_from_outside():
    births = without_seeding(IWATA, 1000.0, 40, POWER, SEEDING)
    np.testing.assert_allclose(births_of(births.edges, births.rate).total, births.total, rtol=1e-14)


def test_exponential_growth_with_seeding_has_a_closed_form():
    """E' = (p a + w) E where size^p grows at p a and f at p a too: E = w e^((p a + w) t)."""
    rate, seeds, power, until = 0.01, 0.003, 0.8, 500.0
    flow = make_flow(rate, 0.0)
    edges = make_edges(until, 160)
    weight = np.full(edges.size - 1, seeds)
    times = edges[:-1, None] + np.array([0.0, 0.5, 1.0]) * np.diff(edges)[:, None]
    births = renew(edges, flow, power, weight, seeds * np.exp(power * rate * times))
    assert births.rate[-1, 2] == pytest.approx(seeds * np.exp((power * rate + seeds) * until), rel=1e-8)


def test_births_jump_where_the_primary_is_removed():
    births = treated(1600.0, 40)
    place = int(np.flatnonzero(births.edges == SURGERY)[0])
    assert births.rate[place, 0] < 0.5 * births.rate[place - 1, 2]


def test_every_date_is_an_edge_and_blocks_are_no_wider_than_asked():
    edges = make_edges(100.0, 7, (3.3, 50.0, 100.0, 250.0))
    assert {0.0, 3.3, 50.0, 100.0} <= set(edges.tolist())
    assert np.diff(edges).max() <= 100.0 / 7 * (1 + 1e-12)
    assert (np.diff(edges) > 0.0).all() and edges[-1] == 100.0


def test_values_hold_from_their_date_on():
    found = in_blocks(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 2.0]), (5.0, 7.0))
    np.testing.assert_array_equal(found, [5.0, 5.0, 7.0])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: make_edges(0.0, 10), "must be above 0"),
        (lambda: make_edges(10.0, 0), "must be 1 or more"),
        (lambda: without_seeding(make_flow(1.0, 0.0, 25.0), 1000.0, 10, 1.0, 1e-6), "must be 700 or less, is 1e"),
    ],
)
def test_bad_input_is_one_line(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert len(caught.value.faults) == 1
