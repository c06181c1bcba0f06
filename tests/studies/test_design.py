"""The grid of a sweep: its points, their order, their Scenarios."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from ossim.config import scenario
from ossim.config.sweep import Axis, expand
from ossim.errors import InputError
from ossim.studies import design
from ossim.studies.design import Design

BASE = """\
cohort: {size: 3}
arms: {a: {regimen: sorafenib 400 mg b.i.d.}}
visits: {every: 8 weeks, until: 1 year}
"""
SWEEP = """\
sweep:
  axes:
    doubling_time: [20, 40]
    arms.a.dose: [200 mg, 400 mg, 600 mg]
  outcomes: [overall_survival median, progression_free_rate at 4 months]
"""
ROUNDING = 1e-12  # relative, of a logarithm and its exponential


def test_grid_is_every_combination_with_the_last_axis_fastest():
    found = Design((Axis("p", (1, 2)), Axis("q", ("x", "y", "z"))))
    assert [tuple(point.values()) for point in found.points()] == [
        (1, "x"),
        (1, "y"),
        (1, "z"),
        (2, "x"),
        (2, "y"),
        (2, "z"),
    ]
    assert (found.shape, found.size, found.names) == ((2, 3), 6, ("p", "q"))


def test_coordinates_are_the_axis_values_of_every_run():
    found = Design((Axis("p", (1, 2)), Axis("q", ("x", "y"))))
    assert found.coordinates() == {"p": [1, 1, 2, 2], "q": ["x", "y", "x", "y"]}


def test_every_point_is_a_scenario_with_its_values():
    found = list(design.scenarios(scenario.loads(BASE + SWEEP, "s.yaml")))
    assert len(found) == 6
    for point, at in found:
        assert at.cohort.parameters["doubling_time"] == point["doubling_time"]
        assert f"{at.arms[0].lines[0][0].dose:g} mg" == point["arms.a.dose"]
        assert at.sweep is None


def test_scenario_without_a_sweep_is_refused():
    with pytest.raises(InputError, match="no 'sweep' section"):
        design.design_of(scenario.loads(BASE, "s.yaml"))


def test_too_many_runs_are_refused(monkeypatch):
    sweep = scenario.loads(BASE + SWEEP, "s.yaml").sweep
    monkeypatch.setattr(design, "MAX_RUNS", 5)
    with pytest.raises(InputError, match="6 runs"):
        design.grid(sweep)


def test_linear_range_is_even_and_ends_exactly():
    assert expand({"from": 0, "to": 1, "number": 5}) == (0.0, 0.25, 0.5, 0.75, 1)


def test_log_range_has_equal_ratios_and_exact_ends():
    values = expand({"from": 0.001, "to": 10, "number": 5, "scale": "log"})
    assert (values[0], values[-1]) == (0.001, 10.0)
    ratios = [b / a for a, b in pairwise(values)]
    assert all(math.isclose(ratio, 10.0, rel_tol=ROUNDING) for ratio in ratios)


def test_outcomes_hold_endpoint_statistic_and_time():
    median, rate = scenario.loads(BASE + SWEEP, "s.yaml").sweep.outcomes
    assert (median.endpoint, median.statistic, median.time) == ("overall_survival", "median", None)
    assert (rate.endpoint, rate.statistic, rate.time) == ("progression_free_survival", "rate", 4 * 30.44)
    assert rate.variable == "progression_free_rate_at_4_months"
