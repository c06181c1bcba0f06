"""Times, ratios and errors are read off as the tables say."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.equal import cost_at
from benchmarks.measure import Case, number, paired_ratio, table, take_turns
from benchmarks.patient import date_errors, same_dates, volume_errors


def test_cost_at_error_lies_on_the_line_between_tolerances():
    # cost 10 at error 1e-4 and 1000 at 1e-8: a straight line on logarithmic scales passes 100 at 1e-6
    assert cost_at(1e-6, np.array([1e-4, 1e-8]), np.array([10.0, 1000.0])) == pytest.approx(100.0)


def test_cost_of_an_error_that_no_tolerance_reaches_is_not_a_number():
    assert np.isnan(cost_at(1e-9, np.array([1e-4, 1e-8]), np.array([10.0, 1000.0])))


def test_cost_where_every_tolerance_does_better_is_the_least():
    assert cost_at(1e-2, np.array([1e-4, 1e-8]), np.array([10.0, 1000.0])) == 10.0


def test_ratio_is_the_median_of_ratios_within_turns():
    times = np.array([[1.0, 2.0], [10.0, 30.0], [100.0, 400.0]])
    assert paired_ratio(times, 1, 0) == 3.0


def test_cases_take_turns_forwards_and_backwards_after_a_warm_up():
    seen, ticks = [], iter(range(100))
    cases = [Case(name, lambda name=name: name, seen.append, 2) for name in ("a", "b")]
    times = take_turns(cases, 2, clock=lambda: next(ticks))
    assert seen == ["a", "b", "a", "b", "b", "a"]
    np.testing.assert_array_equal(times, np.full((2, 2), 0.5e6))


def test_volumes_count_until_decisions_differ():
    exact = {"line_at_visit": np.array([[0, 0, 0]]), "tumor_volume": np.array([[1.0, 2.0, 4.0]])}
    found = {"line_at_visit": np.array([[0, 0, -1]]), "tumor_volume": np.array([[1.0, 2.2, 8.0]])}
    np.testing.assert_allclose(volume_errors(found, exact), [0.1])


def test_dates_are_the_same_where_both_are_unknown():
    exact = {"progression_time": np.array([[56.0], [np.nan], [112.0], [56.0]])}
    found = {"progression_time": np.array([[56.0], [np.nan], [56.0], [np.nan]])}
    assert same_dates(found, exact) == 0.5


def test_date_errors_need_two_dates():
    exact = {"true_progression_time": np.array([[56.0], [np.nan]])}
    found = {"true_progression_time": np.array([[56.5], [3.0]])}
    np.testing.assert_array_equal(date_errors(found, exact), [0.5])


def test_table_aligns_columns():
    lines = table("Title", ("tool", "us"), [("a", 1), ("longer", 22)]).splitlines()
    assert lines[1:] == ["Title", "tool    us", "----------", "a        1", "longer  22"]


@pytest.mark.parametrize(("value", "text"), [(0.12345, "0.123"), (12.345, "12.3"), (123456.7, "123,457")])
def test_number_keeps_three_digits(value, text):
    assert number(value) == text


@pytest.mark.parametrize("arguments", [["nonsense"], ["--peers", "abacus"], ["--repeats", "0"]])
def test_bad_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err
