"""Courses of single patients through lines of treatment, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from visit_courses import arm, course, visit

from ossim.strategies import STOP

SORAFENIB, EVEROLIMUS = "sorafenib 400 mg b.i.d.", "everolimus 10 mg q.d."
THREE = [SORAFENIB, EVEROLIMUS, SORAFENIB]
# Visits every 8 weeks: days 56, 112, 168, 224, 280, 336.
EVERY_8_WEEKS = tuple(56.0 * number for number in range(1, 7))
NEVER: tuple[int, ...] = ()


def visits(*progressed: int, days=EVERY_8_WEEKS):
    """Visits on `days`; those with the numbers `progressed`, counted from 1, show progression."""
    return [(day, number in progressed) for number, day in enumerate(days, start=1)]


EITHER, PD = "8 weeks or progression", "progression"
COURSES = {
    # switch, progression at visits, beyond_progression, line after each of six visits
    "stable_goes_on": ("progression", NEVER, False, [0, 0, 0, 0, 0, 0]),
    "progression_at_once": ("progression", (1,), False, [1, 1, 1, 1, 1, 1]),
    "progression_in_the_middle": ("progression", (3,), False, [0, 0, 1, 1, 1, 1]),
    "progression_twice": ("progression", (2, 4), False, [0, 1, 1, 2, 2, 2]),
    "progression_at_every_visit": ("progression", (1, 2, 3, 4), False, [1, 2, STOP, STOP, STOP, STOP]),
    "last_line_stops_at_progression": ("progression", (1, 2, 6), False, [1, 2, 2, 2, 2, STOP]),
    "last_line_beyond_progression": ("progression", (1, 2, 3, 4, 5), True, [1, 2, 2, 2, 2, 2]),
    "beyond_progression_is_of_the_last_line_only": ("progression", (3,), True, [0, 0, 1, 1, 1, 1]),
    "time_at_its_visit": ("16 weeks", NEVER, False, [0, 1, 1, 2, 2, STOP]),
    "time_between_visits_waits_for_the_next": ("9 weeks", NEVER, False, [0, 1, 1, 2, 2, STOP]),
    "time_a_day_after_a_visit": ("57 days", NEVER, False, [0, 1, 1, 2, 2, STOP]),
    "time_a_day_before_a_visit": ("55 days", NEVER, False, [1, 2, STOP, STOP, STOP, STOP]),
    "time_does_not_see_progression": ("24 weeks", (1, 2, 4), False, [0, 0, 1, 1, 1, 2]),
    "time_later_than_the_last_visit": ("2 years", NEVER, False, [0, 0, 0, 0, 0, 0]),
    "time_ends_the_last_line_beyond_progression": ("8 weeks", NEVER, True, [1, 2, STOP, STOP, STOP, STOP]),
    "either_time_first": ("16 weeks or progression", NEVER, False, [0, 1, 1, 2, 2, STOP]),
    "either_progression_first": ("24 weeks or progression", (1,), False, [1, 1, 1, 2, 2, 2]),
    "either_both_at_one_visit_is_one_step": ("16 weeks or progression", (2,), False, [0, 1, 1, 2, 2, STOP]),
    "either_counts_from_the_start_of_the_line": ("16 weeks or progression", (1, 4), False, [1, 1, 2, STOP, STOP, STOP]),
    "either_last_line_beyond_progression": ("16 weeks or progression", (1, 2, 3), True, [1, 2, 2, STOP, STOP, STOP]),
    "list_of_each_kind": (["16 weeks", PD, EITHER], (1, 4), False, [0, 1, 1, 2, STOP, STOP]),
    "list_time_then_progression": (["8 weeks", PD, PD], (1, 3), False, [1, 1, 2, 2, 2, 2]),
    "list_last_line_by_time_only": ([PD, PD, "16 weeks"], (1, 2, 3), False, [1, 2, 2, STOP, STOP, STOP]),
}  # fmt: skip


@pytest.mark.parametrize("name", COURSES)
def test_course_of_one_patient(name):
    switch, progressed, beyond, expected = COURSES[name]
    given = arm(strategy="sequence", lines=THREE, switch=switch, beyond_progression=beyond)
    assert course(given, visits(*progressed)) == expected


def test_visit_that_was_missed_delays_the_switch():
    # the visit of day 112, at which progression would have been seen and 16 weeks were over, did not take place
    days = (56.0, 168.0, 224.0)
    for switch in ("progression", "16 weeks", "16 weeks or progression"):
        given = arm(strategy="sequence", lines=THREE, switch=switch)
        assert course(given, visits(2, days=days)) == [0, 1, 1]


def test_visit_that_shows_nothing_ends_no_line():
    given = arm(strategy="sequence", lines=THREE, switch="progression")
    # not evaluable: neither progression nor response
    assert course(given, [(56.0, False), (112.0, True)]) == [0, 1]


def test_time_reached_but_for_rounding_counts():
    # ten visits every 8.1 days sum up to a little less than 81 days
    days = np.add.accumulate(np.full(10, 8.1))
    assert days[-1] < 81.0
    given = arm(strategy="sequence", lines=THREE, switch="81 days")
    assert course(given, [(float(day), False) for day in days]) == [0] * 9 + [1]


def test_switch_is_progression_where_nothing_is_said():
    given = arm(strategy="sequence", lines=THREE)
    assert course(given, visits(2, 3)) == [0, 1, 2, 2, 2, 2]


@pytest.mark.parametrize(("beyond", "expected"), [(False, [0, STOP, STOP]), (True, [0, 0, 0])])
def test_fixed_treatment_stops_at_progression_unless_it_goes_on(beyond, expected):
    given = arm(regimen=SORAFENIB, beyond_progression=beyond)
    assert course(given, visits(2, 3)[:3]) == expected


def test_patients_of_one_visit_are_judged_each_on_their_own_line():
    given = arm(strategy="sequence", lines=THREE, switch=["8 weeks", "progression", "16 weeks or progression"])
    seen = visit(
        5,
        line=np.array([0, 0, 1, 2, STOP]),
        time_on_line=np.array([56.0, 55.0, 300.0, 56.0, np.nan]),
        progressed=np.array([False, True, True, True, False]),
        assessed=np.array([True, True, True, True, False]),
    )
    assert given.plan.decide(seen).tolist() == [1, 0, 2, STOP, STOP]


ENDINGS = {
    "progression": ["ends at progression"] * 3,
    "8 weeks": ["ends after 8 weeks"] * 3,
    "12 weeks": ["ends after 12 weeks (at the visit on day 112 of the line)"] * 3,
    "16 weeks or progression": ["ends after 16 weeks or at progression"] * 3,
    "3 years": ["ends after 1095.75 days (no visit is so late)"] * 3,
}


@pytest.mark.parametrize("switch", ENDINGS)
def test_endings_name_the_visit_at_which_a_time_falls_due(switch):
    given = arm(strategy="sequence", lines=THREE, switch=switch)
    assert list(given.plan.endings(np.array([0.0, *EVERY_8_WEEKS]))) == ENDINGS[switch]


def test_endings_count_from_the_earliest_start_of_a_line():
    times = np.array([0.0, *EVERY_8_WEEKS])
    later = arm(strategy="sequence", lines=THREE, switch=["24 weeks", "24 weeks", "24 weeks"])
    # 168 and 336 are visits, 504 is none
    assert list(later.plan.endings(times)) == ["ends after 24 weeks"] * 2 + [
        "ends after 24 weeks (no visit is so late)"
    ]
    open_end = arm(strategy="sequence", lines=THREE, switch="progression", beyond_progression=True)
    assert open_end.plan.endings(times)[-1] == "goes on to the end of follow-up"
