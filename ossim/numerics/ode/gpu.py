"""The same engine on a CUDA GPU: one run per thread, compiled from the functions that the lanes use.

What differs is what a row of the workspace is. For the lanes it is a vector of eight doubles; here a thread sees its
own column of a matrix, so a row is one double, and neighboring threads read neighboring addresses. Every function of
the engine and of a kernel is compiled again with the row operations replaced, and nothing is written twice.

Needs a CUDA device and the extra ``ossim[gpu]``. With ``NUMBA_ENABLE_CUDASIM=1`` the threads run in Python instead.
"""

from __future__ import annotations

import functools
import math
import types
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numba import config, cuda
from numba.core.dispatcher import Dispatcher

from ossim.numerics.codegen.kernel import compile_kernel
from ossim.numerics.codegen.layout import ACCEPT, BUSY, FRESH, MARKS
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.ensemble import advance
from ossim.numerics.ode.method_switch import EXPLICIT, STIFF
from ossim.numerics.ode.problem import Problem, make_plan, unfinished

THREADS = 65_536  # in flight; each takes one run after another
BLOCK = 64
SIMULATED = bool(config.ENABLE_CUDASIM)
ADVICE = "install ossim[gpu] and an NVIDIA driver, or leave out the device to use the processor"


class GpuError(RuntimeError):
    """The GPU cannot be used; the message says why in one line."""


def _load(w, row):
    return w[row]


def _store(w, row, value):
    w[row] = value


def _get(w, row, lane):
    return w[row]


def _put(w, row, lane, value):
    w[row] = value


def _where_positive(condition, a, b):
    return a if condition > 0.0 else b


def _where_at_least(value, limit, a, b):
    return a if value >= limit else b


def _minimum(a, b):
    return b if b < a else a


def _maximum(a, b):
    return b if b > a else a


def _positive_lanes(flag):
    return 1 if flag > 0.0 else 0


def _align_stack():
    return 0


def _absolute(x):
    return abs(x)


def _device(function: Callable) -> Callable:
    # the simulator calls plain functions much faster, and in the same way
    return function if SIMULATED else cuda.jit(device=True)(function)


#: row and lane operations of the processor, by the names under which the engine and the kernels call them
_ROWS = {
    "load": _load,
    "store": _store,
    "get": _get,
    "put": _put,
    "where_positive": _where_positive,
    "where_at_least": _where_at_least,
    "minimum": _minimum,
    "maximum": _maximum,
    "min": _minimum,
    "max": _maximum,
    "absolute": _absolute,
    "positive_lanes": _positive_lanes,
    "align_stack": _align_stack,
}


@functools.cache
def _replacements() -> dict[str, Any]:
    # the simulator is Python: its mathematics would raise where a device gives infinity or no number
    source = np if SIMULATED else math
    names = ("exp", "log", "sqrt")
    found = {name: _device(function) for name, function in _ROWS.items()} | {"WIDTH": 1, "ALL_LANES": 1}
    return found | {name: getattr(source, name) for name in names}


@functools.cache
def on_device(dispatcher: Dispatcher) -> Callable:
    """Device form of a function of the engine or of a kernel, and of all that it calls."""
    function = dispatcher.py_func
    scope = dict(function.__globals__) | _replacements()
    for name in function.__code__.co_names:
        if isinstance(scope.get(name), Dispatcher):
            scope[name] = on_device(scope[name])
    return _device(types.FunctionType(function.__code__, scope, function.__name__))


@functools.cache
def compile_threads(system: System, method: str) -> Callable:
    """The CUDA kernel that advances one queue of runs per thread."""
    kernel = compile_kernel(system, method)
    step, observe = on_device(kernel.advance), on_device(kernel.observe)
    serve = on_device(advance)

    def advance_threads(
        queue, n_units, runs, exposure, doses, clocks, watch, records, limits, plan, interpolant, w, section, weights,
        marks, lane_run,
    ):  # fmt: skip
        thread = cuda.grid(1)
        if thread < w.shape[1]:
            spaces = (w[:, thread], section[:, thread], weights[:, thread], marks[:, thread], lane_run[:, thread])
            mine = queue[thread :: w.shape[1]]
            serve(
                mine, n_units, runs, exposure, doses, clocks, watch, records, limits, plan, 0.0, step, observe,
                interpolant, spaces,
            )  # fmt: skip

    return cuda.jit(advance_threads)


def _there(arrays: NamedTuple) -> NamedTuple:
    """Copies of all arrays of a tuple on the device."""
    return type(arrays)(*(cuda.to_device(np.ascontiguousarray(array)) for array in arrays))


def _back(arrays: NamedTuple, copies: NamedTuple) -> None:
    """Copy what the device has changed into the arrays themselves."""
    for array, copy in zip(arrays, copies, strict=True):
        if array.size:
            array[...] = copy.copy_to_host()


def check_device() -> None:
    """Refuse a machine without a usable GPU.

    Raises
    ------
    GpuError
        With the reason and what to do.
    """
    if not cuda.is_available():
        raise GpuError(f"no CUDA device can be used; {ADVICE}")


def advance_problem_on_gpu(problem: Problem, end, method: str = "tsit5") -> None:
    """Advance all runs in place to `end` [day] on the GPU; see `advance_problem`.

    The results are those of the lanes up to rounding: exp and log are the device's, and products are contracted
    differently.

    Raises
    ------
    GpuError
        There is no device, or it cannot be used.
    """
    check_device()
    runs, clocks = problem.runs, problem.clocks
    runs.end[:] = end
    runs.method[:] = STIFF if method == "rodas4" else EXPLICIT
    going = unfinished(problem)
    kernel, compiled = compile_kernel(problem.system, method), compile_threads(problem.system, method)
    n_modes, n_clocks = problem.exposure.channel.size, clocks.state.size
    plan = make_plan(kernel.layout, n_modes, n_clocks)
    parts = (runs, problem.exposure, problem.doses, clocks, problem.watch, problem.records)
    try:
        copies = [_there(part) for part in parts]
        constants = [cuda.to_device(np.array(given)) for given in (problem.control, kernel.tableau.interpolant)]
        for units in np.unique(problem.n_units[going]):
            queue = np.flatnonzero(going & (problem.n_units == units))
            n = min(queue.size, THREADS)
            w = np.ones((plan.rows, n))
            w[[ACCEPT, BUSY, FRESH]] = -1.0
            spaces = (
                w,
                np.ones((plan.rows, n)),
                np.zeros((kernel.layout.n_stages, n)),
                np.zeros((MARKS + n_modes + n_clocks, n), np.int64),
                np.zeros((1, n), np.int64),
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # small cohorts leave a device idle, which is no fault
                compiled[-(-n // BLOCK), BLOCK](
                    cuda.to_device(queue), int(units), *copies, constants[0], plan, constants[1],
                    *(cuda.to_device(space) for space in spaces),
                )  # fmt: skip
        for part, copy in zip(parts, copies, strict=True):
            _back(part, copy)
    except cuda.cudadrv.error.CudaSupportError as error:
        raise GpuError(f"the GPU cannot be used: {' '.join(str(error).split())}; {ADVICE}") from None
