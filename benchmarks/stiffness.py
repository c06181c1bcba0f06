"""Which method for which stiffness: B2 with a faster turnover of VEGF, by each method and by the choice of the runs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ossim.numerics.ode.problem import Problem, advance_problem

from .forms import FORMS, build, output
from .measure import Case, number, table, take_turns
from .problems import B2, VALUES_B2, Yardstick
from .reference import errors, reference

FORM = FORMS["B2"][0]
METHODS = ("tsit5", "rodas4", "auto")
FACTORS = (1, 4, 16, 64)
RTOLS = (1e-4, 1e-6)
MAX_STEPS = 10_000_000  # at the default, 200 000, runs of the fastest turnover stop early and count as quick
N_REFERENCE = 2  # the reference is explicit: a minute per run where VEGF is fastest


def advance(method: str, end: float, problem: Problem) -> None:
    """Advance a problem by the method called `method`."""
    advance_problem(problem, end, method=method)


def prepared(yardstick: Yardstick, drawn: np.ndarray, rtol: float) -> Problem:
    """A fresh problem, with as many steps as the explicit method may need."""
    problem = build(yardstick, FORMS["B2"][0], drawn, rtol)
    return replace(problem, control=problem.control._replace(max_steps=1e9))


def faster(factor: float) -> Yardstick:
    """B2 with production and loss of VEGF multiplied by `factor`, which leaves its level as it is."""
    columns = [B2.names.index(name) for name in ("pF", "lossF")]

    def draw(n: int) -> np.ndarray:
        drawn = B2.draw(n)
        drawn[:, columns] *= factor
        return drawn

    return replace(B2, draw=draw)


def bound(yardstick: Yardstick, drawn: np.ndarray, rtol: float) -> Problem:
    """An ensemble bound to the engine with room for the steps of the explicit method."""
    problem = build(yardstick, FORM, drawn, rtol)
    return replace(problem, control=problem.control._replace(max_steps=MAX_STEPS))


def stiffness(size: int = 200, repeats: int = 3) -> str:
    """Table of time and error by turnover and tolerance; in brackets the time over that of the better method."""
    rows, end = [], float(B2.days)
    for factor in FACTORS:
        yardstick = faster(factor)
        drawn, exact = yardstick.draw(size), reference(yardstick, min(N_REFERENCE, size))
        for rtol in RTOLS:
            prepare = partial(prepared, yardstick, drawn, rtol)
            solvers = [partial(advance, method, end) for method in METHODS]
            times = take_turns(
                [Case(method, prepare, solver, size) for method, solver in zip(METHODS, solvers, strict=True)], repeats
            )
            cells = []
            for index, solver in enumerate(solvers):
                over = np.median(times[:, index] / times[:, :2].min(axis=1))
                solver(problem := prepare())
                if problem.runs.status.any():
                    raise RuntimeError(f"{METHODS[index]} failed with {factor} times the turnover at rtol {rtol:g}")
                reached = errors(output(yardstick, FORM, problem), exact).max()
                cells += [f"{number(np.median(times[:, index]))} ({over:.2f})", f"{reached:.0e}"]
            rows.append((f"{VALUES_B2['lossF'] * factor:g}", f"{rtol:g}", *cells))
    title = f"B2 with faster VEGF, {size} runs: microseconds of CPU per run (over the better of the first two), error"
    header = ("rate [1/day]", "rtol", *(text for method in METHODS for text in (method, "error")))
    return table(title, header, rows)
