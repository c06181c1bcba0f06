"""Recorded right-hand sides are those that were called, and their work is counted as documented."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.peak import cpp_work
from benchmarks.problems import B1
from benchmarks.recording import EXP, LOG, Recorder


def recorded(yardstick):
    recorder = Recorder()
    y = [recorder.number(f"y[{index}]") for index in range(len(yardstick.states))]
    p = [recorder.number(f"p[{index}]") for index in range(len(yardstick.names))]
    dy = [None] * len(y)
    yardstick.rewrite(recorder.arithmetic())(0.0, y, dy, p)
    return recorder, dy


def test_operations_are_those_counted_by_hand():
    # V: 2 products, a ratio, log; K: pow (log, product, exp), 6 products, 3 differences; A: 1; C: 4
    assert recorded(B1)[0].operations() == (3 + LOG) + (LOG + 1 + EXP + 9) + 1 + 4


def test_text_gives_the_slopes_of_the_function():
    recorder, slopes = recorded(B1)
    p = B1.draw(1)[0]
    y = B1.start(p[None])[0] + 1.0
    scope = {"y": y, "p": p, "R": float, "log_": math.log, "pow_": math.pow}
    for line in recorder.lines():
        exec(line.removeprefix("R ").rstrip(";").replace("R{}", "0.0"), scope)
    expected = np.empty(y.size)
    B1.slopes(0.0, y, expected, p)
    assert [scope[slope.text] for slope in slopes] == pytest.approx(list(expected), rel=1e-15)


def test_work_of_a_step_is_that_of_the_method_and_of_six_evaluations():
    # per state: 21 products with slopes, 15 sums, 12 for stage states, an estimate of 13, 6 to scale and compare it
    per_state = sum(2 * stage - 1 + 2 for stage in range(1, 7)) + 13 + 6
    step_size = LOG * 2 + EXP + 4
    rates = recorded(B1)[0].operations()
    assert cpp_work(B1) == 6 * rates + 4 * per_state + step_size
