"""What every solver of P2 gives, and who takes part; slow ones run a part of the horizon, which the table says."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from .spatial_problem import Outputs, SpatialProblem, collect

SPATIAL_PEERS = ("explicit", "belod", "devito", "jax", "pypde")
LEAST_PART = 0.05  # of the horizon


@dataclass(frozen=True)
class Solved:
    """Outputs of a run over the first of the output times, and the CPU seconds of these; compilation is not in it.

    `moved` counts the bytes that have to be read and written at least in all steps of the run, `held` those of the
    fields that a step works on; 0 where that is not known.
    """

    outputs: Outputs
    seconds: float
    moved: float = 0.0
    held: int = 0


@dataclass(frozen=True)
class SpatialSolver:
    """`run(n)` solves a problem up to output number n; `part` of the horizon is what the table asks of it."""

    label: str
    run: Callable[[int], Solved]
    part: float = 1.0
    bar: str = ""


def euler_steps(problem: SpatialProblem) -> tuple[int, float]:
    """Steps of explicit Euler between outputs, an even number, and the step [day]: the largest that is stable."""
    pairs = math.ceil(problem.interval / problem.largest_step / 2.0 - 1e-9)
    return 2 * pairs, problem.interval / (2 * pairs)


def march(problem: SpatialProblem, n: int, advance: Callable[[], None], fields: Callable[[], Sequence]) -> Solved:
    """Call `advance` once per output and time it; look at the fields in between."""
    seconds, rows = 0.0, []
    for _ in range(n):
        start = time.process_time()
        advance()
        seconds += time.process_time() - start
        rows.append(problem.observe(fields()))
    return Solved(collect(rows), seconds)


def others(problem: SpatialProblem, names: Sequence[str]) -> tuple[list[SpatialSolver], list[str]]:
    """The tools that work here, and one line for each that does not."""
    found, absent = [], []
    for name in names:
        try:
            found += import_module(f".peer_{name}", __package__).spatial_solvers(problem)
        except Exception as error:  # a broken peer says so in the table, whatever is wrong with it
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
            absent.append(f"not measured: {name} ({reason})")
    return found, absent
