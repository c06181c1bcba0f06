"""P2 in two or three dimensions: CPU time and errors of `ossim` and of every other tool, on one grid in one run.

Errors are relative L2 errors over the outputs, in time only: everyone has the grid of the reference. A tool that runs
a part of the horizon has its time scaled to the whole, and its errors are those of the part.

The row `ossim` is what a user gets, by `ossim.simulate` (`spatial_user.py`); bars and ratios are to it. The row below
it is a solver put together by hand from parts that `simulate` does not choose by itself (`spatial_ours.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from .measure import number, table
from .spatial_ours import ours
from .spatial_peers import LEAST_PART, SPATIAL_PEERS, Solved, SpatialSolver, others
from .spatial_problem import PROBLEMS, Outputs, SpatialProblem, errors
from .spatial_reference import STEP, reference
from .spatial_user import as_a_user
from .stream import share

ALLOWED = 1e-3  # of each error of `ossim`, where a bar counts
BARS = {
    "P2-2D": {"py-pde": 5000.0, "Devito": 250.0, "BE-LOD": 80.0},
    "P2-3D": {"py-pde": 4000.0, "Devito": 120.0},
}
HEADER = ("", "CPU s", "of horizon", "mass", "front", "VEGF", "/ ossim", "bar", "of STREAM")


def spatial(
    dimensions: str | SpatialProblem,
    peers: Sequence[str] = SPATIAL_PEERS,
    repeats: int = 3,
    part: float | None = None,
    step: float = STEP,
) -> str:
    """Table of one problem; `part` of the horizon for every peer instead of its own, `step` of the reference [day].

    `ossim` is measured `repeats` times first and once more after each peer; ratios are to the median of all.
    """
    problem = PROBLEMS[dimensions] if isinstance(dimensions, str) else dimensions
    exact = reference(problem, step)
    as_a_user(problem)  # compiles
    own = [as_a_user(problem) for _ in range(repeats)]
    ours(problem)
    parts = min((ours(problem) for _ in range(repeats)), key=lambda one: one.seconds)
    solvers, absent = others(problem, peers)
    runs = []
    for solver in solvers:
        solver = solver if part is None else replace(solver, part=part)
        runs.append((solver, solver.run(outputs_of(problem, solver.part))))
        own.append(as_a_user(problem))
    base = median(one.seconds for one in own)
    reached = errors(own[0].outputs, exact.outputs)
    rows = [("ossim", number(base), "1", *_errors(reached), "1", "", _share(own[0], base))]
    by_hand = errors(parts.outputs, exact.outputs)
    ratio, moved = number(parts.seconds / base), _share(parts, parts.seconds)
    rows.append(("its parts, by hand", number(parts.seconds), "1", *_errors(by_hand), ratio, "", moved))
    rows += [_row(problem, solver, found, exact.outputs, base, reached) for solver, found in runs]
    rows.append(("reference, own error", "", "", *_errors(exact.own), "", "", ""))
    shape = " x ".join(map(str, problem.shape))
    title = f"{problem.key}: {shape} cells of {problem.spacing:g} mm, {problem.days:g} days; * scaled from a part"
    return "\n".join((table(title, HEADER, rows), *absent))


def outputs_of(problem: SpatialProblem, part: float) -> int:
    """How many of the outputs a part of the horizon holds, at least one and at least `LEAST_PART` of it."""
    return max(round(max(part, LEAST_PART) * problem.n_outputs), 1)


def _row(
    problem: SpatialProblem,
    solver: SpatialSolver,
    found: Solved,
    exact: Outputs,
    base: float,
    reached: tuple[float, ...],
) -> tuple[str, ...]:
    done = len(found.outputs.mass) / problem.n_outputs
    seconds = found.seconds / done
    needed = BARS.get(problem.key, {}).get(solver.bar)
    verdict = ""
    if needed is not None:
        met = seconds / base >= needed and max(reached) <= ALLOWED
        verdict = f">= {needed:,.0f} {'met' if met else 'NOT MET'}"
    label = number(seconds) + ("*" if done < 1.0 else "")
    return (
        solver.label,
        label,
        f"{done:.2g}",
        *_errors(errors(found.outputs, exact)),
        number(seconds / base),
        verdict,
        _share(found, found.seconds),
    )


def _share(found: Solved, seconds: float) -> str:
    return f"{100 * share(found.moved, seconds, found.held):.0f} %" if found.moved else "-"


def _errors(found: Sequence[float]) -> tuple[str, ...]:
    return tuple(f"{error:.1e}" for error in found)
