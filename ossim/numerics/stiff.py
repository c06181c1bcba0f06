"""Advance runs of a stiff system by a Rosenbrock method with the exact Jacobian, one run at a time.

The method is L-stable, so that fast decaying parts of the system do not limit the step; between doses it lands exactly
on every event, like the explicit engine, whose workspace and event rules it shares (in lane 0).
"""

from __future__ import annotations

import functools

import numpy as np
from numba import typeof, types

from .arrays import (
    MAX_STEPS,
    NEGATIVE,
    NON_FINITE,
    OK,
    PK_ROWS,
    STEADY,
    STEP_TOO_SMALL,
    VALUE,
    Control,
    Doses,
    Exposure,
    Plan,
    Records,
    Runs,
)
from .cache import digest, jit
from .ensemble import load_run, store_run
from .events import apply_events
from .inputs import clear_inputs
from .jacobian_source import jacobian_source
from .kernel import JACOBIAN_TYPE, KERNEL_TYPE, import_source
from .kernel_source import INPUT_NODES, STEP, TIME
from .lanes import FASTMATH
from .problem import Problem, aligned
from .system import System
from .tableaus import RODAS4

_STAGES = len(RODAS4.alpha)
_GAMMA = RODAS4.gamma


def _square(rows) -> np.ndarray:
    table = np.zeros((_STAGES, _STAGES))
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


_A, _C = _square(RODAS4.a), _square(RODAS4.c)
_ALPHA, _D, _DENSE = np.array(RODAS4.alpha), np.array(RODAS4.d), np.array(RODAS4.dense)


@jit(fastmath=FASTMATH)
def factor(matrix, pivots):
    """LU factors of a square matrix in place, with row exchanges; False if it is singular."""
    n = pivots.size
    for column in range(n):
        best = column
        for row in range(column + 1, n):
            if abs(matrix[row, column]) > abs(matrix[best, column]):
                best = row
        pivots[column] = best
        if not abs(matrix[best, column]) > 0.0:
            return False
        for other in range(n):
            matrix[column, other], matrix[best, other] = matrix[best, other], matrix[column, other]
        for row in range(column + 1, n):
            matrix[row, column] /= matrix[column, column]
            for other in range(column + 1, n):
                matrix[row, other] -= matrix[row, column] * matrix[column, other]
    return True


@jit(fastmath=FASTMATH)
def substitute(matrix, pivots, vector):
    """Solve with the factors of `factor`; `vector` is overwritten by the solution."""
    n = pivots.size
    for column in range(n):
        best = pivots[column]
        vector[column], vector[best] = vector[best], vector[column]
    for row in range(n):
        for column in range(row):
            vector[row] -= matrix[row, column] * vector[column]
    for row in range(n - 1, -1, -1):
        for column in range(row + 1, n):
            vector[row] -= matrix[row, column] * vector[column]
        vector[row] /= matrix[row, row]


@jit(fastmath=FASTMATH)
def _inputs_at(run, tau, w, pk, plan, exposure, values, slopes):
    """Inputs at `tau` after the start of the step, and their time derivatives; node 0 of the workspace is set."""
    for channel in range(plan.n_inputs):
        values[channel] = exposure.level[run, channel]
        slopes[channel] = 0.0
    for slot in range(exposure.channel.size):
        decay, base = exposure.decay[run, slot], slot * PK_ROWS
        value, steady = pk[(base + VALUE) * 8], pk[(base + STEADY) * 8]
        transient = (value - steady) * np.exp(-decay * tau)
        values[exposure.channel[slot]] += exposure.weight[run, slot] * (steady + transient)
        slopes[exposure.channel[slot]] -= exposure.weight[run, slot] * decay * transient
    for channel in range(plan.n_inputs):
        w[(plan.inputs + channel * INPUT_NODES) * 8] = values[channel]


def _advance_stiff(queue, runs, exposure, doses, records, control, plan, rates, jacobian, workspaces):
    """Advance the queued runs to their ends."""
    w, pk, levels = workspaces
    n = plan.n_states
    y, new, parameters = np.zeros(n), np.zeros(n), np.zeros(plan.n_parameters)
    u, by_state, by_input = np.zeros((_STAGES, n)), np.zeros((n, n)), np.zeros((n, plan.n_inputs))
    by_time, matrix, pivots = np.zeros(n), np.zeros((n, n)), np.zeros(n, np.int64)
    x, x_slope = np.zeros(plan.n_inputs), np.zeros(plan.n_inputs)
    for run in queue:
        load_run(run, 0, w, pk, levels, plan, runs, exposure)
        clear_inputs(w, levels, plan)
        parameters[:] = runs.parameters[run]
        t, h = runs.time[run], runs.step[run]
        first = True
        while t < runs.end[run] and runs.status[run] == OK:
            if first:
                while (
                    records.row[run] >= 0
                    and records.next[run] < records.time.size
                    and records.time[records.next[run]] <= t
                ):
                    for i in range(n):
                        records.state[records.row[run], records.next[run], i] = w[(plan.state + i) * 8]
                    for slot in range(records.value.shape[2]):
                        records.value[records.row[run], records.next[run], slot] = pk[(slot * PK_ROWS + VALUE) * 8]
                    records.next[run] += 1
                first = False
            _, longest = apply_events(run, 0, t, w, pk, levels, plan, doses, exposure)
            stop = runs.end[run]
            if doses.next[run] < doses.last[run]:
                stop = min(stop, doses.origin[run] + doses.time[doses.next[run]])
            remaining = stop - t
            wanted = min(h, control.max_step, longest)
            landing = wanted >= 0.999 * remaining
            made = remaining if landing else (0.5 * remaining if wanted > 0.5 * remaining else wanted)
            for i in range(n):
                y[i] = w[(plan.state + i) * 8]
            _inputs_at(run, 0.0, w, pk, plan, exposure, x, x_slope)
            jacobian(t, y, parameters, x, by_state, by_input, by_time)
            for i in range(n):
                for channel in range(plan.n_inputs):
                    by_time[i] += by_input[i, channel] * x_slope[channel]
                for j in range(n):
                    matrix[i, j] = -by_state[i, j]
                matrix[i, i] += 1.0 / (made * _GAMMA)
            solvable = factor(matrix, pivots)
            w[STEP * 8] = made
            for stage in range(_STAGES):
                for i in range(n):
                    w[(plan.state + i) * 8] = y[i]
                    for earlier in range(stage):
                        w[(plan.state + i) * 8] += _A[stage, earlier] * u[earlier, i]
                w[TIME * 8] = t + _ALPHA[stage] * made
                _inputs_at(run, _ALPHA[stage] * made, w, pk, plan, exposure, x, x_slope)
                rates(w, 0, control.rtol, control.atol)
                for i in range(n):
                    right = w[(plan.slopes + i) * 8] + made * _D[stage] * by_time[i]
                    for earlier in range(stage):
                        right += _C[stage, earlier] / made * u[earlier, i]
                    u[stage, i] = right
                if solvable:
                    substitute(matrix, pivots, u[stage])
            error, lowest = 0.0, 0.0
            for i in range(n):
                new[i] = w[(plan.state + i) * 8] + u[_STAGES - 1, i]
                scale = control.atol + control.rtol * max(abs(y[i]), abs(new[i]))
                part = abs(u[_STAGES - 1, i]) / scale
                error = max(error, part) if part < np.inf else np.inf
                lowest = min(lowest, new[i])
            runs.n_steps[run] += 1
            growth = 0.9 * max(error, 1e-8) ** -0.25
            if solvable and error <= 1.0 and lowest >= control.lowest:
                t_new = stop if landing else t + made
                row = records.row[run]
                while row >= 0 and records.next[run] < records.time.size and records.time[records.next[run]] <= t_new:
                    output = records.next[run]
                    tau = records.time[output] - t
                    theta = min(tau / made, 1.0)
                    for i in range(n):
                        inner, outer = 0.0, 0.0
                        for stage in range(_DENSE.shape[1]):
                            inner += _DENSE[0, stage] * u[stage, i]
                            outer += _DENSE[1, stage] * u[stage, i]
                        bend = inner + theta * outer
                        records.state[row, output, i] = (1.0 - theta) * y[i] + theta * (new[i] + (1.0 - theta) * bend)
                    for slot in range(records.value.shape[2]):
                        value, steady = pk[(slot * PK_ROWS + VALUE) * 8], pk[(slot * PK_ROWS + STEADY) * 8]
                        relaxed = np.exp(-exposure.decay[run, slot] * tau)
                        records.value[row, output, slot] = steady + (value - steady) * relaxed
                    records.next[run] += 1
                for i in range(n):
                    w[(plan.state + i) * 8] = new[i]
                for slot in range(exposure.channel.size):
                    value, steady = pk[(slot * PK_ROWS + VALUE) * 8], pk[(slot * PK_ROWS + STEADY) * 8]
                    relaxed = np.exp(-exposure.decay[run, slot] * made)
                    pk[(slot * PK_ROWS + VALUE) * 8] = steady + (value - steady) * relaxed
                t = t_new
                grown = made * min(max(growth, 0.2), 6.0)
                h = max(grown, h) if landing else grown
            else:
                for i in range(n):
                    w[(plan.state + i) * 8] = y[i]
                if not (error < np.inf) or not solvable:
                    reason, h = NON_FINITE, 0.2 * made
                elif error > 1.0:
                    reason, h = STEP_TOO_SMALL, made * min(max(growth, 0.2), 0.9)
                else:
                    reason, h = NEGATIVE, 0.5 * made
                if h < 1e-13 * max(1.0, abs(t)):
                    runs.status[run] = reason
            if runs.n_steps[run] >= control.max_steps and t < runs.end[run] and runs.status[run] == OK:
                runs.status[run] = MAX_STEPS
        store_run(run, 0, t, h, w, pk, plan, runs, exposure)


def _signature():
    """Argument types, so that the function is compiled once for all models."""
    f1, f2, f3 = (np.zeros((1,) * k) for k in (1, 2, 3))
    i1, b1 = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    examples = (
        i1,
        Runs(f2, f1, f1, f1, f2, f2, i1, i1),
        Exposure(f2, f2, f2, f2, f2, i1, f2),
        Doses(f1, i1, i1, f1, f1, f1, i1, i1, f1, i1, i1, i1, b1, f2),
        Records(f1, i1, i1, f3, f3),
        Control(0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0),
        Plan(*(0,) * len(Plan._fields)),
    )
    return types.void(*(typeof(e) for e in examples), KERNEL_TYPE, JACOBIAN_TYPE, typeof((f1, f1, f1)))


advance_stiff = jit(_signature(), counted=True, fastmath=FASTMATH, nogil=True)(_advance_stiff)


@functools.cache
def compile_jacobian(system: System) -> object:
    """Compile the exact Jacobian of a system, or load it."""
    text = jacobian_source(system)
    return import_source(f"{system.name}_jacobian_{digest(text)}", text).kernel_jacobian


def advance_problem_stiff(system: System, problem: Problem, end: float) -> None:
    """Advance all runs in place to `end` [day] by the stiff method; clocks and watched observables are not followed."""
    runs, plan, kernel = problem.runs, problem.plan, problem.kernel
    runs.end[:] = end
    queue = np.flatnonzero((runs.status == OK) & (runs.time < runs.end))
    workspaces = (
        aligned(kernel.layout.rows),
        aligned(PK_ROWS * problem.exposure.channel.size),
        aligned(max(plan.n_inputs, 1)),
    )
    advance_stiff(
        queue,
        runs,
        problem.exposure,
        problem.doses,
        problem.records,
        problem.control,
        plan,
        kernel.rates,
        compile_jacobian(system),
        workspaces,
    )


