"""March a system of fields in time by a symmetric split of order 2, watching over every step.

    R(dt/2) T(dt/2) D(dt) T(dt/2) R(dt/2)    reaction R (Heun), drift T, diffusion D (RKL2)

Transported fields and mobilities enter at the middle of a step, extrapolated from the two steps before, and are solved
for once, at its end. A step in which a field falls below zero is undone and taken in halves. A run ends, with what was
reached, when that does not help, when a field is no number, a solver fails, or time is up.

References
----------
G. Strang, "On the construction and comparison of difference schemes", SIAM J. Numer. Anal. 5 (1968) 506.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from time import monotonic

import numpy as np

from ossim.numerics.pde.compile import field_jit
from ossim.numerics.pde.drift import drift
from ossim.numerics.pde.problem import FieldProblem, QuasiSteadyField
from ossim.numerics.pde.reaction import evaluate, react

ROUNDING = 1e-12  # how far below zero a field may go, and by how much diffusion may change an integral, relatively
HALVINGS = 8  # how often a step is halved before the run ends

Drive = Callable[[FieldProblem, float, float], None]


class Ended(IntEnum):
    """How a run ended, in the words of `ossim.dataset.Status`."""

    ok = 0
    non_finite = 1
    negative = 2
    not_conserved = 3
    not_converged = 4
    wall_clock = 5


@dataclass(frozen=True)
class FieldAdvance:
    """What `advance` did: how it ended, the time reached [day], steps taken and undone, whether fields are at rest."""

    ended: Ended
    time: float
    steps: int
    undone: int
    at_rest: bool


def settle(problem: FieldProblem) -> Ended:
    """Bring the transported fields to rest with the evolving ones, as after a jump."""
    problem.last_step = 0.0
    for item in problem.carried:
        problem.store[item.declared.name][...] = item.now
        _balance(problem, item)
        if item.declared.at_rest and not _solve(problem, item):
            return Ended.not_converged
        problem.store[item.declared.name][...] = item.now
        item.before[...] = item.now
    return Ended.ok


def advance(
    problem: FieldProblem,
    stop: float,
    step: float,
    drive: Drive | None = None,
    progress: Callable[[float], None] | None = None,
    wall_clock: float | None = None,
    watch_rest: bool = True,
) -> FieldAdvance:
    """Advance all fields to day `stop` in equal steps of at most `step` [day], in place.

    Parameters
    ----------
    drive : called as ``drive(problem, start, stop)`` before each half step, to set the parameters that hold in it
    progress : called with the day reached after each step
    wall_clock : most seconds that this call may take; what was reached then stands
    watch_rest : look whether fields are at rest at the end
    """
    began, taken, undone, halved = monotonic(), 0, 0, 0
    fields = problem.evolving
    kept = np.empty_like(fields)
    ended = settle(problem) if problem.last_step == 0.0 else Ended.ok
    while ended is Ended.ok and problem.time < stop:
        count = max(1, int(np.ceil((stop - problem.time) / step * 2.0**halved * (1.0 - 1e-12))))
        dt, now = (stop - problem.time) / count, problem.time
        kept[...] = fields
        found = _step(problem, dt, drive)
        if found in (Ended.negative, Ended.non_finite) and halved < HALVINGS:
            fields[...] = kept
            problem.time, halved, undone = now, halved + 1, undone + 1
            continue
        ended, taken = found, taken + 1
        problem.time = stop if count == 1 else now + dt
        halved = max(halved - 1, 0)
        if progress is not None:
            progress(problem.time)
        if ended is Ended.ok and problem.time < stop and _too_long(began, wall_clock):
            ended = Ended.wall_clock
    at_rest = watch_rest and ended is Ended.ok and taken > 0 and _at_rest(problem, kept)
    return FieldAdvance(ended, problem.time, taken, undone, at_rest)


def _too_long(began: float, wall_clock: float | None) -> bool:
    return wall_clock is not None and monotonic() - began > wall_clock


def _at_rest(problem: FieldProblem, kept: np.ndarray) -> bool:
    """Whether the last step changed no evolving field by more than rounding."""
    if not kept.size:
        return True
    return bool(np.abs(problem.evolving - kept).max() <= ROUNDING * np.abs(kept).max())


def _step(problem: FieldProblem, dt: float, drive: Drive | None) -> Ended:
    system, store, start = problem.system, problem.store, problem.time
    middle, end = start + 0.5 * dt, start + dt
    ahead = 0.5 * dt / problem.last_step if problem.last_step > 0.0 else 0.0
    for item in problem.carried:
        _foresee(problem, item, ahead, dt)
    _move(problem, ahead)
    if drive is not None:
        drive(problem, start, middle)
    lowest = _react(problem, 0.5 * dt)
    _drift(problem, 0.5 * dt)
    for name, parameter in problem.moving.items():
        if not _spread(problem, name, parameter, dt):
            return Ended.not_conserved
    _drift(problem, 0.5 * dt)
    if drive is not None:
        drive(problem, middle, end)
    lowest = np.minimum(lowest, _react(problem, 0.5 * dt))  # keeps NaN
    outside = problem.outside
    for name in system.fields if outside is not None else ():
        store[name][outside] = 0.0
    if not np.isfinite(lowest):
        return Ended.non_finite
    if lowest < 0.0 and lowest < -ROUNDING * _largest(problem):
        return Ended.negative
    for item in problem.carried:
        if not _follow(problem, item, dt):
            return Ended.not_converged
        store[item.declared.name][...] = item.now
    if problem.mobility is not None:
        problem.mobility_before[...] = store["mobility"]
    problem.last_step = dt
    return Ended.ok


def _largest(problem: FieldProblem) -> float:
    return max((float(problem.store[name].max()) for name in problem.system.fields), default=0.0)


def _react(problem: FieldProblem, step: float) -> float:
    if problem.reaction is None:
        return 0.0
    return react(problem.reaction, problem.store, problem.parameters, step)


def _move(problem: FieldProblem, ahead: float) -> None:
    """Set the mobility of the middle of the step, extrapolated from those at its start and at that before."""
    if problem.mobility is None:
        return
    found = problem.store["mobility"]
    evaluate(problem.mobility, problem.store, problem.parameters, ("mobility",))
    middle = problem.work[0]
    extrapolate(found, problem.mobility_before, ahead, middle)
    for motion in problem.motions.values():
        motion.scale(middle)


def _spread(problem: FieldProblem, name: str, parameter: str, dt: float) -> bool:
    """Diffuse a field; whether its integral stayed."""
    u = problem.store[name]
    before = _content(problem, u)
    if before == 0.0 and not u.any():
        return True
    problem.motions[parameter].diffuse(u, dt)
    # rounding of a stage is that of the largest term of its sums, not of the integral
    return not abs(_content(problem, u) - before) > 1e3 * ROUNDING * abs(before)


def _content(problem: FieldProblem, u: np.ndarray) -> float:
    """Integral of a field, in cells where they are all alike."""
    if problem.grid.geometry == "radial":
        return problem.grid.integral(u.reshape(problem.grid.shape))
    return float(u.sum())


def _drift(problem: FieldProblem, step: float) -> None:
    for name, local in problem.drifts:
        evaluate(local, problem.store, problem.parameters, ("potential",))
        drift(problem.store[name], problem.store["potential"], problem.unit, step, problem.work)


def _balance(problem: FieldProblem, item: QuasiSteadyField) -> None:
    """Evaluate uptake and supply of a transported field from the fields as they are."""
    store = problem.store
    evaluate(item.local, store, problem.parameters, item.into)
    if item.declared.boundary is not None:
        item.uptake += item.edge
        item.supply += item.edge * item.value
    outside = problem.outside
    if outside is not None:
        item.uptake[outside] = item.supply[outside] = 0.0


def _foresee(problem: FieldProblem, item: QuasiSteadyField, ahead: float, dt: float) -> None:
    """Show the functions a transported field as it will be in the middle of the step.

    It goes on as it did in the step before, `ahead` of which is half of this one; in the first step one that is not at
    rest, and may be far from it, goes on as it would without changes around it.
    """
    given = problem.store[item.declared.name]
    if ahead > 0.0 or item.declared.at_rest:
        extrapolate(item.now, item.before, ahead, given)
        return
    given[...] = item.now
    item.steps.advance(given, item.uptake, item.supply, 0.5 * dt, problem.tolerance)
    np.maximum(given, 0.0, out=given)


def _solve(problem: FieldProblem, item: QuasiSteadyField) -> bool:
    return item.solver.solve(item.uptake, item.supply, item.now, problem.tolerance).converged


def _follow(problem: FieldProblem, item: QuasiSteadyField, dt: float) -> bool:
    """Move a transported field to the end of the step: to rest, or by implicit stages; whether that converged."""
    now = item.now
    if item.declared.at_rest:
        _balance(problem, item)
        # warm start where the field would be if it went on as before
        extrapolate(now, item.before, 1.0, item.before)
        item.now, item.before = item.before, now
        return _solve(problem, item)
    before, kept = now.copy(), (item.uptake.copy(), item.supply.copy())
    given = problem.store[item.declared.name]  # what was foreseen for the middle, now for the end
    extrapolate(given, now, 1.0, given)
    _balance(problem, item)
    after = {"source_after": item.supply, "uptake_after": item.uptake, "guess": given}
    done = item.steps.advance(now, *kept, dt, problem.tolerance, **after).converged
    item.before[...] = before
    return done


@field_jit
def extrapolate(now, before, share, out):
    """Go on by a share of the change until now, to zero at least, into `out`, which may be one of the other arrays."""
    for k in range(now.shape[0]):
        for j in range(now.shape[1]):
            a, b, c = now[k, j], before[k, j], out[k, j]
            for i in range(a.size):
                value = a[i] + share * (a[i] - b[i])
                c[i] = 0.0 if value < 0.0 else value  # keeps NaN
