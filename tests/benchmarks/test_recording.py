"""Recorded right-hand sides are those that were called, and their work is counted as documented."""

from __future__ import annotations

import math

import numpy as np
import pytest

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
