"""The yardstick problems mean the same to `ossim` and to the other tools."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmarks import forms, patient_kernel, peers
from benchmarks.problems import B1, B2, YARDSTICKS
from benchmarks.reference import errors, reference

RTOL = 1e-9
ALLOWED_ERROR = 1e-7  # the steps of 180 days add up; a wrong term or dose shows above 1e-3
FORMS = [
    pytest.param(YARDSTICKS[key], form, id=f"{key}, {form.label}") for key in YARDSTICKS for form in forms.FORMS[key]
]


@pytest.mark.parametrize(("yardstick", "form"), FORMS)
def test_form_agrees_with_reference(yardstick, form):
    problem = forms.build(yardstick, form, yardstick.draw(1), RTOL)
    forms.solve(yardstick, problem)
    assert errors(forms.output(yardstick, form, problem), reference(yardstick, 1)).max() < ALLOWED_ERROR


def test_patient_written_out_agrees_with_engine():
    yardstick = patient_kernel.yardstick()
    found = patient_kernel.volumes(yardstick.draw(1), RTOL)
    assert errors(found, reference(yardstick, 1)).max() < ALLOWED_ERROR


@pytest.mark.parametrize("yardstick", YARDSTICKS.values(), ids=YARDSTICKS)
def test_fewer_runs_are_the_first_of_more(yardstick):
    np.testing.assert_array_equal(yardstick.draw(3), yardstick.draw(7)[:3])


def test_parameters_spread_by_a_fifth():
    # 0.2 within five standard errors of a standard deviation from 20 000 draws
    spread = np.log(B2.draw(20_000)).std(axis=0)
    np.testing.assert_allclose(spread, 0.2, atol=5 * 0.2 / np.sqrt(2 * 20_000))


def test_doses_are_those_of_the_problems():
    assert B1.given.sum() == 20
    np.testing.assert_array_equal(B2.given.sum(axis=0), [120, 120])


def test_segments_join_and_hold_no_dose_inside():
    segments = B1.segments()
    assert segments[0][0] == 0 and segments[-1] == (19, 60)
    assert all(left[1] == right[0] for left, right in pairwise(segments))


def test_tool_that_is_not_there_is_named_with_its_reason():
    found, absent = peers.others(B1, ["abacus"])
    assert found == []
    assert absent[0].startswith("not measured: abacus (No module named")
