"""What is read off births: numbers above a size, sums of sizes, first times, with their order."""

import numpy as np
import pytest
from populations import IWATA, LARGEST, SURGERY, TREATED, observed_orders, treated, untreated, without_seeding
from scipy.integrate import simpson

from ossim.numerics.size_structured.counts import count, count_above, first_day, size_power
from ossim.numerics.size_structured.flow import effective_time, log_size, make_flow, time_to_reach

VISIBLE = np.log(6.5e7)
GRIDS = (32, 64, 128, 256)
TIMES = np.linspace(3.0, 1597.0, 331)  # between edges, on both sides of all dates


def test_burden_of_exponential_growth_has_a_closed_form():
    rate, seeds = 0.02, 1e-6
    flow = make_flow(rate, 0.0)
    births = without_seeding(flow, 700.0, 320, 1.0, seeds)
    times = np.array([10.0, 333.3, 700.0])  # (a h)^4 is 4e-6
    np.testing.assert_allclose(size_power(births, flow, times, 1.0), seeds * times * np.exp(rate * times), rtol=1e-7)


def test_numbers_between_edges_are_of_order_four():
    """At the same place within the blocks of each grid."""
    exact = treated(1600.0, 8192)
    errors = []
    for n in (128, 256, 512, 1024):
        births = treated(1600.0, n)
        times = births.edges[:-1] + 0.3 * np.diff(births.edges)
        errors.append(np.abs(count(births, times) - count(exact, times)).max())
    np.testing.assert_allclose(observed_orders(errors), 4.0, atol=0.1)


def test_burden_is_of_order_four():
    exact = size_power(treated(1600.0, 4096), TREATED, TIMES, 1.0)
    errors = [np.abs(size_power(treated(1600.0, n), TREATED, TIMES, 1.0) / exact - 1.0)[60:].max() for n in GRIDS]
    assert errors[-1] < 1e-7
    assert (observed_orders(errors) > 3.5).all()


def test_visible_number_is_the_number_born_before_a_day():
    """tau days of growth to a size: N_vis(t) = N(t - tau) where nothing changes growth."""
    births = untreated(1000.0, 160)
    tau = time_to_reach(IWATA, VISIBLE)
    assert count_above(births, IWATA, 1000.0, VISIBLE) == pytest.approx(count(births, 1000.0 - tau), rel=1e-12)
    assert count_above(births, IWATA, tau - 1.0, VISIBLE) == 0.0
    assert count_above(births, IWATA, 1000.0, 0.0) == births.total[-1]


def test_number_is_conserved_over_sizes():
    births = treated(1600.0, 80)
    edges = np.linspace(0.0, np.log(LARGEST), 41)
    above = count_above(births, TREATED, 1600.0, edges)
    assert (np.diff(above) <= 0.0).all()
    assert -np.diff(above).sum() == pytest.approx(births.total[-1], rel=1e-12)


def test_sum_above_a_size_follows_from_the_numbers_above_sizes():
    """Sum of x over x >= L is L N(L) + integral_L^inf N(x) dx, with N(x) the number above x."""
    births, now = untreated(1000.0, 640), 777.7
    sizes = np.linspace(VISIBLE, float(log_size(IWATA, now)), 20001)
    above = count_above(births, IWATA, now, sizes)
    exact = np.exp(VISIBLE) * above[0] + simpson(above * np.exp(sizes), x=sizes)
    assert size_power(births, IWATA, np.array([now]), 1.0, VISIBLE)[0] == pytest.approx(exact, rel=1e-8)


def test_first_visible_day_is_when_the_number_reaches_one():
    births = treated(1600.0, 256)

    def visible(days):
        return count_above(births, TREATED, days, VISIBLE)

    day = first_day(visible, births.edges, 1.0)
    assert day > SURGERY
    assert visible(day) == pytest.approx(1.0, abs=1e-9)
    assert visible(day - 1e-3) < 1.0
    assert np.isnan(first_day(visible, births.edges, 1e6))


def test_nobody_is_above_a_size_while_growth_stands_still():
    flow = make_flow(0.01, 0.0, 25.0, (0.0, 100.0), (1.0, 0.0))
    births = without_seeding(flow, 500.0, 40, 0.5, 1e-3)
    reached = float(log_size(flow, effective_time(flow, 100.0)))
    assert count_above(births, flow, 500.0, reached + 0.1) == 0.0
    # who is born while growth stands still stays at the size of birth
    assert count_above(births, flow, 500.0, 1e-6) == pytest.approx(count(births, 100.0), rel=1e-4)
