"""Share of the peak: floating-point work of the steps of each form, over what one core can do at most.

A step is counted from the declaration of the form and the tableau of the method, not from compiled code: six
evaluations of the slopes (the seventh is the first of the next step), the stage states, the error estimate with its
largest part, the drug inputs at five stage times and the new step size. `recording` says what each operation counts.
Outputs, doses, and the restart after a dose count as no work, but their time is in the measurement.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.codegen.tableaus import TSIT5

from . import peer_cpp
from .forms import FORMS, Form, build, solve
from .measure import Case, number, spread, table, take_turns
from .problems import YARDSTICKS, Yardstick
from .rebinding import rebind
from .recording import Number, Recorder

PEAK_WORK = 192  # operations of one round of the peak kernel
PEAK_ROUNDS = 2_000_000

Slopes = Callable[[list], list]


def step_work(form: Form, yardstick: Yardstick) -> int:
    """Operations of one step of `ossim` on a form."""
    recorder, system = Recorder(), form.system
    modes = 0
    if form.modes is not None:
        named = dict(zip(yardstick.names, yardstick.draw(1).T, strict=True))
        modes = sum(found.size for found in form.modes(named))
    rates = rebind(system.rates, recorder.arithmetic())
    outputs = [output_names(system.rates).index(f"d{name}") for name in system.states]

    def slopes(y: list) -> list:
        values = dict(zip(system.states, y, strict=True))
        found = rates(*(values.get(name, recorder.number(name)) for name in argument_names(system.rates)))
        return [found[index] for index in outputs]

    _record_inputs(recorder, modes)
    _record_step(recorder, slopes, len(system.states))
    return recorder.operations()


def cpp_work(yardstick: Yardstick) -> int:
    """Operations of one step of the C++ yardstick (that judges errors by the largest part)."""
    recorder = Recorder()
    p = [recorder.number(name) for name in yardstick.names]
    rates = yardstick.rewrite(recorder.arithmetic())

    def slopes(y: list) -> list:
        dy = [None] * len(y)
        rates(0.0, y, dy, p)
        return dy

    _record_step(recorder, slopes, len(yardstick.states))
    return recorder.operations()


def _record_inputs(recorder: Recorder, modes: int) -> None:
    """At every stage time after the first: a level, plus every mode as it has decayed until then."""
    h = recorder.number("h")
    for c in sorted(set(TSIT5.c[1:])):
        total = h
        for _ in range(modes):
            total = total + h * (h * recorder.apply("exp", h * (h * c)))


def _record_step(recorder: Recorder, slopes: Slopes, n: int) -> None:
    do, h = recorder.arithmetic(), recorder.number("h")
    y = [recorder.number(f"y{index}") for index in range(n)]
    k = [[recorder.number("k")] * n]
    for row in TSIT5.a[1:]:
        new = [y[index] + h * _weighted(row, k, index) for index in range(n)]
        k.append(slopes(new))
    error = h
    for index in range(n):
        scale = h + h * do["maximum"](do["absolute"](y[index]), do["absolute"](new[index]))
        part = do["absolute"](h * _weighted(TSIT5.error, k, index)) / scale
        error = do["maximum"](error, part)
    h * do["exp"](h * do["log"](error) - h * do["log"](h))


def _weighted(weights: Sequence[float], k: list, index: int) -> Number:
    terms = [weight * slope[index] for weight, slope in zip(weights, k, strict=False) if weight]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


@dataclass(frozen=True)
class _Worker:
    case: Case
    steps: float
    work: float


def _workers(yardstick: Yardstick, size: int, rtol: float) -> Iterator[_Worker]:
    """Every form, and C++, with the steps per run and the operations per step."""
    drawn = yardstick.draw(size)
    for form in FORMS[yardstick.key]:
        prepare = partial(build, yardstick, form, drawn, rtol)
        problem = prepare()
        solve(yardstick, problem)
        case = Case(f"{yardstick.key}, ossim, {form.label}", prepare, partial(solve, yardstick), size)
        yield _Worker(case, problem.runs.n_steps.mean(), step_work(form, yardstick))
    run = partial(peer_cpp.integrate, yardstick, 8, True, drawn, rtol)
    case = Case(f"{yardstick.key}, C++ Tsit5, 8 lanes, largest error", lambda: None, lambda _: run(), size)
    yield _Worker(case, run()[1] / size, cpp_work(yardstick))


def peak(size: int = 1000, repeats: int = 5, rtol: float = 1e-6) -> str:
    """Table of work and rate of every form of the yardsticks and of the C++ yardstick, with the peak in turn."""
    try:
        multiply_add = peer_cpp.compiled("peak.cpp").multiply_add
    except RuntimeError as error:
        return f"\nShare of the peak: not measured ({error})"
    multiply_add.restype = ctypes.c_double
    top = Case("peak", lambda: None, lambda _: multiply_add(ctypes.c_int64(PEAK_ROUNDS)), PEAK_ROUNDS)
    workers = [_Worker(top, 1, PEAK_WORK)]
    workers += [worker for yardstick in YARDSTICKS.values() for worker in _workers(yardstick, size, rtol)]
    times = take_turns([worker.case for worker in workers], repeats)
    work = np.array([worker.steps * worker.work for worker in workers])
    rates = work / times / 1e3  # operations per microsecond / 1000 = GFLOP/s
    rows = []
    for index, worker in enumerate(workers):
        counts = (number(worker.steps) if index else "-", number(worker.work))
        rate, share = np.median(rates[:, index]), np.median(rates[:, index] / rates[:, 0])
        rows.append((worker.case.label, *counts, number(rate), f"{100 * share:.0f} %", f"{spread(times, index):.1f}"))
    title = f"Share of the peak of one core (FP64, multiply-adds) at rtol {rtol:g}, medians over {repeats} turns"
    return table(title, ("", "steps/run", "operations/step", "GFLOP/s", "of peak", "spread"), rows)
