"""The patient's equations as a yardstick: three lesions, 31 states, sorafenib twice a day for 120 days.

`ossim` takes the drug in closed form, as in every trial; other tools integrate its modes as two more states. The unit
of time of the yardstick is the half day between doses.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numba
import numpy as np

from ossim.model.patient.equations import SYSTEM
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.ode.problem import Problem, advance_problem
from ossim.trial.arm import set_up

from .patient import setting
from .problems import Yardstick
from .rebinding import FLOATS, Arithmetic, rebind

LESIONS, INTERVALS, HALF_DAY = 3, 240, 0.5
_SHARED, _WIDTH = len(SYSTEM.states), len(SYSTEM.unit_states)
N_STATES = _SHARED + LESIONS * _WIDTH
VOLUMES = tuple(_SHARED + _WIDTH * lesion + cells for lesion in range(LESIONS) for cells in range(6))
N_MODES = 2  # absorption and elimination


def names_of_parameters() -> tuple[str, ...]:
    """Names along the parameter vector: the model's, the drug's, and the states at the start."""
    units = tuple(f"{name}_{unit}" for unit in range(LESIONS) for name in SYSTEM.unit_parameters)
    drug = tuple(f"{kind}_{mode}" for kind in ("decay", "weight", "increment") for mode in range(N_MODES))
    return (*SYSTEM.parameters, *units, *drug, *(f"start_{index}" for index in range(N_STATES)))


def rewrite(arithmetic: Arithmetic, finish: Callable = lambda function: function) -> Callable:
    """Slopes per half day as one function (t, y, dy, p), written out for three lesions, in any arithmetic.

    `finish` is applied to every rate function on the way.
    """
    where = {name: f"p[{index}]" for index, name in enumerate(names_of_parameters())}
    where |= {name: f"y[{index}]" for index, name in enumerate(SYSTEM.states)}
    where |= dict.fromkeys(SYSTEM.inputs, "0.0")
    for unit in range(LESIONS):
        for index, name in enumerate(SYSTEM.unit_states):
            where[f"{name}_{unit}"] = f"y[{_SHARED + unit * _WIDTH + index}]"
    summary, lines = output_names(SYSTEM.unit_summary), []

    def call(function, unit=None) -> None:
        own = () if unit is None else {*SYSTEM.unit_states, *SYSTEM.unit_parameters, *summary}
        given = (f"{name}_{unit}" if name in own else name for name in argument_names(function))
        results = (name if unit is None else f"{name}_{unit}" for name in output_names(function))
        left = ", ".join(results)
        lines.append(f"{left} = {function.__name__}({', '.join(where.get(name, name) for name in given)})")

    modes = (f"{where[f'weight_{mode}']} * y[{N_STATES + mode}]" for mode in range(N_MODES))
    lines.append(f"x_vegfr = {' + '.join(modes)}")
    where["x_vegfr"] = "x_vegfr"
    for unit in range(LESIONS):
        call(SYSTEM.unit_summary, unit)
    for name in SYSTEM.totals:
        lines.append(f"{name}_total = {' + '.join(f'{name}_{unit}' for unit in range(LESIONS))}")
    call(SYSTEM.rates)
    lines += [f"dy[{index}] = {HALF_DAY} * d{name}" for index, name in enumerate(SYSTEM.states)]
    for unit in range(LESIONS):
        call(SYSTEM.unit_rates, unit)
        start = _SHARED + unit * _WIDTH
        lines += [f"dy[{start + i}] = {HALF_DAY} * d{name}_{unit}" for i, name in enumerate(SYSTEM.unit_states)]
    for mode in range(N_MODES):
        lines.append(f"dy[{N_STATES + mode}] = -{HALF_DAY} * {where[f'decay_{mode}']} * y[{N_STATES + mode}]")
    declared = (SYSTEM.unit_summary, SYSTEM.rates, SYSTEM.unit_rates)
    scope = {function.__name__: rebind(function, arithmetic, finish) for function in declared}
    exec("\n    ".join(("def patient_slopes(t, y, dy, p):", *lines)), scope)
    return scope["patient_slopes"]


@functools.cache
def slopes() -> Callable:
    """The slopes on floats, with compiled rate functions."""
    return rewrite(FLOATS, numba.njit)


def build(n: int, rtol: float) -> Problem:
    """Bind the first `n` patients, each with three lesions, to the engine; nobody progresses or dies."""
    base = setting("sorafenib", n)
    patients = replace(base.patients, n_lesions=np.full(n, LESIONS))
    protocol = replace(base.at(rtol).protocol, trajectory_times=np.arange(INTERVALS + 1) * HALF_DAY)
    problem, lines = set_up(base.arm, patients, base.plan, protocol, np.arange(n))
    problem.doses.next[:], problem.doses.last[:] = lines.first_event[0], lines.last_event[0]
    problem.watch.active[:] = False
    problem.clocks.threshold[:] = np.inf
    return problem


def solve(problem: Problem) -> None:
    """Advance a fresh problem to its last day, on one thread."""
    advance_problem(problem, INTERVALS * HALF_DAY)


def volumes(given: np.ndarray, rtol: float) -> np.ndarray:
    """Total volume of as many patients as there are rows in `given`, shape (n, INTERVALS + 1)."""
    problem = build(len(given), rtol)
    solve(problem)
    return problem.records.state[:, :, list(VOLUMES)].sum(axis=2)


def _ensemble(n: int) -> np.ndarray:
    problem = build(n, 1e-6)
    runs, exposure, doses = problem.runs, problem.exposure, problem.doses
    model = runs.parameters[:, : len(SYSTEM.parameters) + LESIONS * len(SYSTEM.unit_parameters)]
    increment = exposure.gain * doses.value[0] * doses.scale
    drug = (exposure.decay, exposure.weight, increment)
    return np.ascontiguousarray(np.hstack([model, *drug, runs.state[:, :N_STATES]]))


def _start(p: np.ndarray) -> np.ndarray:
    return np.hstack([p[:, -N_STATES:], np.zeros((len(p), N_MODES))])


def yardstick() -> Yardstick:
    """The patient as a yardstick for other tools."""
    names = names_of_parameters()
    return Yardstick(
        key="patient",
        names=names,
        states=(*SYSTEM.state_names(LESIONS), *(f"mode_{mode}" for mode in range(N_MODES))),
        draw=_ensemble,
        slopes=slopes(),
        rewrite=rewrite,
        start=_start,
        given=np.ones((INTERVALS, N_MODES), bool),
        drug_state=tuple(N_STATES + mode for mode in range(N_MODES)),
        drug_dose=tuple(names.index(f"increment_{mode}") for mode in range(N_MODES)),
        summed=VOLUMES,
    )
