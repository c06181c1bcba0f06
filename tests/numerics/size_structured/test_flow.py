"""Closed-form growth: against an ODE solver, separable form, inverse in time, bad input."""

import numpy as np
import pytest
from populations import DATES, GROWTH, LARGEST, RATE, TREATED
from scipy.integrate import solve_ivp

from ossim.errors import InputError
from ossim.numerics.size_structured.flow import day_of, effective_time, log_size, make_flow, separate, time_to_reach

FLOWS = {"gompertz": TREATED, "exponential": make_flow(0.01, 0.5, dates=DATES, factors=GROWTH)}


@pytest.mark.parametrize("name", FLOWS)
def test_size_follows_the_growth_law(name):
    flow, born, now = FLOWS[name], 100.0, 520.0

    def slope(t, z):
        factor = GROWTH[np.searchsorted(DATES, t, side="right") - 1]
        return flow.rate * factor * (np.log(LARGEST) - z if name == "gompertz" else np.ones_like(z))

    size = [flow.log_start]
    for start, end in ((born, 200.0), (200.0, 400.0), (400.0, now)):
        size = solve_ivp(slope, (start, np.nextafter(end, 0.0)), size, rtol=1e-11, atol=1e-12).y[:, -1]
    elapsed = effective_time(flow, now) - effective_time(flow, born)
    assert log_size(flow, elapsed) == pytest.approx(size[0], rel=1e-9)


@pytest.mark.parametrize("name", FLOWS)
def test_size_separates_into_day_and_day_of_birth(name):
    flow = FLOWS[name]
    born, now = np.array([0.0, 90.0, 160.0, 500.0]), np.array([200.0, 300.0, 400.0, 900.0])
    level, decay, _ = separate(flow, now)
    source = separate(flow, born)[2]
    elapsed = effective_time(flow, now) - effective_time(flow, born)
    np.testing.assert_allclose(level - decay * source, log_size(flow, elapsed), rtol=1e-13)


@pytest.mark.parametrize("name", FLOWS)
def test_time_to_reach_inverts_the_size(name):
    flow = FLOWS[name]
    assert log_size(flow, time_to_reach(flow, 12.0)) == pytest.approx(12.0, rel=1e-13)
    assert time_to_reach(flow, flow.log_start - 1.0) == 0.0


def test_the_largest_size_is_never_reached():
    assert time_to_reach(TREATED, np.log(LARGEST)) == np.inf


def test_days_of_effective_time():
    days = np.array([0.0, 100.0, 149.0, 200.0, 330.0, 1000.0])
    np.testing.assert_allclose(day_of(TREATED, effective_time(TREATED, days)), days, rtol=1e-14)


def test_where_growth_stands_still_there_is_a_first_and_a_last_day():
    flow = make_flow(RATE, 0.0, 25.0, (0.0, 10.0, 30.0), (1.0, 0.0, 1.0))
    assert day_of(flow, 10.0) == 10.0
    assert day_of(flow, 10.0, side="right") == 30.0
    assert day_of(make_flow(RATE, 0.0, 25.0, (0.0, 10.0), (1.0, 0.0)), 11.0) == np.inf


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((-1.0, 0.0), "growth rate"),
        ((1.0, 3.0, 2.0), "largest size"),
        ((1.0, 0.0, 2.0, (0.0, 5.0, 5.0), (1.0, 1.0, 1.0)), "rise from 0"),
        ((1.0, 0.0, 2.0, (1.0,), (1.0,)), "rise from 0"),
        ((1.0, 0.0, 2.0, (0.0, 5.0), (1.0, -1.0)), "0 or more"),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    with pytest.raises(InputError, match=message):
        make_flow(*arguments)
