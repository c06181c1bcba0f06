"""Compare `ossim` with other tools on the yardsticks: cost per run, error reached, ratio, all taken in turn.

A tool that cannot be used here is named with its reason. Every tool stops at every dose and gives daily output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import numpy as np

from . import patient_kernel
from .forms import FORMS, build, output, solve
from .measure import Case, number, paired_ratio, spread, table, take_turns
from .problems import YARDSTICKS, Yardstick
from .reference import errors, reference

PEERS = ("cpp", "numbalsoda", "diffrax", "roadrunner", "sundae", "scipy")
FAST = ("cpp", "numbalsoda")
N_REFERENCE = 16


@dataclass(frozen=True)
class Contender:
    """A solver of one yardstick: `volumes` gives what it finds for an ensemble, `case` times it."""

    label: str
    volumes: Callable[[np.ndarray, float], np.ndarray]
    case: Callable[[float], Case]


def yardstick_named(key: str) -> Yardstick:
    """B1, B2 or patient."""
    return patient_kernel.yardstick() if key == "patient" else YARDSTICKS[key]


def own(yardstick: Yardstick, size: int) -> list[Contender]:
    """Every form of the yardstick that `ossim` solves."""
    if yardstick.key == "patient":
        return [_own_patient(size)]
    drawn = yardstick.draw(size)

    def volumes(form, given, rtol):
        problem = build(yardstick, form, given, rtol)
        solve(yardstick, problem)
        if problem.runs.status.any():
            raise RuntimeError(f"{yardstick.key}, {form.label}: {np.count_nonzero(problem.runs.status)} runs failed")
        return output(yardstick, form, problem)

    def case(form, rtol):
        prepare = partial(build, yardstick, form, drawn, rtol)
        return Case(f"ossim, {form.label}", prepare, partial(solve, yardstick), size)

    return [
        Contender(f"ossim, {form.label}", partial(volumes, form), partial(case, form)) for form in FORMS[yardstick.key]
    ]


def _own_patient(size: int) -> Contender:
    def case(rtol):
        return Case("ossim", partial(patient_kernel.build, size, rtol), patient_kernel.solve, size)

    return Contender("ossim", patient_kernel.volumes, case)


def others(yardstick: Yardstick, names: Sequence[str], scale: float = 1.0) -> tuple[list[Contender], list[str]]:
    """The tools that work here, and one line for each that does not."""
    found, absent = [], []
    for name in names:
        try:
            solvers = import_module(f".peer_{name}", __package__).solvers(yardstick)
        except Exception as error:  # a broken peer says so in the table, whatever is wrong with it
            reason = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
            absent.append(f"not measured: {name} ({reason})")
            continue
        for label, run, size in solvers:
            found.append(_peer(yardstick, label, run, max(int(size * scale), 1)))
    return found, absent


def _peer(yardstick: Yardstick, label: str, run: Callable, size: int) -> Contender:
    drawn = yardstick.draw(size)

    def case(rtol):
        return Case(label, lambda: None, lambda _: run(drawn, rtol), size)

    return Contender(label, run, case)


def compare(key: str, peers: Sequence[str] = PEERS, rtol: float = 1e-6, size: int = 1000, repeats: int = 7) -> str:
    """Table of one yardstick at one tolerance.

    The error of a tool is the largest relative error of the daily volume over the first runs of the ensemble; slow
    tools are timed on fewer runs of the same ensemble.
    """
    yardstick = yardstick_named(key)
    n_reference = min(N_REFERENCE, size)
    exact = reference(yardstick, n_reference)
    found, absent = others(yardstick, peers, min(size / 1000, 1.0))
    mine = own(yardstick, size)
    contenders = mine + found
    cases = [contender.case(rtol) for contender in contenders]
    times = take_turns(cases, repeats)
    given = yardstick.draw(n_reference)
    rows = []
    for index, contender in enumerate(contenders):
        reached = errors(contender.volumes(given, rtol), exact)
        ratios = (f"{paired_ratio(times, index, base):.2f}" for base in range(len(mine)))
        row = (contender.label, cases[index].size, number(times[:, index].min()), number(np.median(times[:, index])))
        rows.append((*row, f"{spread(times, index):.1f}", f"{reached.max():.1e}", *ratios))
    title = f"{key} at rtol {rtol:g}: microseconds of CPU per run, one core; ratios are medians over {repeats} turns"
    bases = (f"/ {form.label.removeprefix('ossim, ')}" for form in mine)
    header = ("tool", "runs", "least", "median", "spread", "error", *bases)
    return "\n".join((table(title, header, rows), *absent))


def equal_error(
    key: str,
    peers: Sequence[str] = FAST,
    targets: Sequence[float] = (1e-6, 1e-8),
    rtols: Sequence[float] = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9),
    size: int = 400,
    repeats: int = 5,
) -> str:
    """Table of cost at equal error: each tool at many tolerances, its cost interpolated to the target errors."""
    yardstick = yardstick_named(key)
    exact = reference(yardstick, min(N_REFERENCE, size))
    found, absent = others(yardstick, peers, min(size / 1000, 1.0))
    contenders = own(yardstick, size) + found
    cases = [contender.case(rtol) for contender in contenders for rtol in rtols]
    times = take_turns(cases, repeats).reshape(repeats, len(contenders), len(rtols)).min(axis=0)
    given = yardstick.draw(len(exact))
    reached = np.array([[errors(c.volumes(given, rtol), exact).max() for rtol in rtols] for c in contenders])
    costs = np.array([[cost_at(t, *pair) for t in targets] for pair in zip(reached, times, strict=True)])
    rows = []
    for index, contender in enumerate(contenders):
        pairs = (f"{number(t)} ({e:.0e})" for t, e in zip(times[index], reached[index], strict=True))
        ends = (f"{number(cost)} ({cost / first:.2f})" for cost, first in zip(costs[index], costs[0], strict=True))
        rows.append((contender.label, *pairs, *ends))
    title = f"{key}: microseconds of CPU per run (largest error) by rtol, and at equal error (over the first row)"
    header = ("tool", *(f"rtol {rtol:g}" for rtol in rtols), *(f"error {target:g}" for target in targets))
    return "\n".join((table(title, header, rows), *absent))


def cost_at(target: float, reached: np.ndarray, cost: np.ndarray) -> float:
    """Cost at the target error, on a line between the two tolerances around it on logarithmic scales.

    NaN where no tolerance reaches the target; the least cost where every tolerance does better.
    """
    order = np.argsort(reached)
    x, y = np.log(reached[order]), np.log(cost[order])
    if np.log(target) < x[0]:
        return float("nan")
    if np.log(target) > x[-1]:
        return float(cost.min())
    return float(np.exp(np.interp(np.log(target), x, y)))
