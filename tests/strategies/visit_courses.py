"""Visits of made-up patients, for strategies: what a test does not speak of is stable disease without drug."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ossim.config.arm import Arm
from ossim.dataset import Response
from ossim.strategies import STOP, Visit, decide_checked


def visit(n: int = 1, **known: object) -> Visit:
    """A visit of `n` patients on their first line; `known` fields replace what is made up."""
    full = np.full(n, 50.0)
    fields = {
        "number": 1,
        "time": 56.0,
        "line": np.zeros(n, np.int64),
        "time_on_line": np.full(n, 56.0),
        "assessed": np.ones(n, np.bool_),
        "progressed": np.zeros(n, np.bool_),
        "response": np.full(n, Response.SD, np.int8),
        "new_lesion": np.zeros(n, np.bool_),
        "burden": full,
        "baseline": full,
        "nadir": full,
        "diameters": np.stack([full, np.full(n, np.nan)], axis=1),
        "sum_of_diameters": full,
        "vegf": np.ones(n),
        "svegfr2": np.ones(n),
        "dose_given": {},
    }
    return Visit(**(fields | known))


def arm(**keys: object) -> Arm:
    """An arm of a config."""
    return Arm.model_validate(keys)


def course(given: Arm, visits: Sequence[tuple[float, bool]]) -> list[int]:
    """Lines of one patient after each of the `visits`: day, and whether it shows progression."""
    strategy, line, begun, after = given.plan, 0, 0.0, []
    for number, (day, progressed) in enumerate(visits, start=1):
        if line != STOP:
            view = visit(
                number=number,
                time=day,
                line=np.array([line]),
                time_on_line=np.array([day - begun]),
                progressed=np.array([progressed]),
            )
            found = int(decide_checked(given.strategy, strategy, view)[0])
            line, begun = found, begun if found == line else day
        after.append(line)
    return after
