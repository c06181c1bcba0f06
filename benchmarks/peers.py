"""Who takes part in a comparison: every form that `ossim` solves, and every other tool that works here.

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
from .measure import Case
from .problems import YARDSTICKS, Yardstick

PEERS = ("cpp", "numbalsoda", "diffrax", "roadrunner", "sundae", "scipy")
FAST = ("cpp", "numbalsoda")


@dataclass(frozen=True)
class Contender:
    """A solver of one yardstick: `volumes` gives what it finds for an ensemble, `case` times it.

    The tolerance of a `logarithmic` one bounds the error of logarithms.
    """

    label: str
    volumes: Callable[[np.ndarray, float], np.ndarray]
    case: Callable[[float], Case]
    logarithmic: bool = False


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
        Contender(f"ossim, {form.label}", partial(volumes, form), partial(case, form), form.logarithmic)
        for form in FORMS[yardstick.key]
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
