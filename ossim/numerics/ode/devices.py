"""Where runs are advanced: by the lanes of the processor, or by the threads of a GPU."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ossim.errors import InputError, unknown
from ossim.numerics.ode.problem import Problem, advance_problem

DEVICES = ("cpu", "gpu")


def advance_on(device: str) -> Callable[..., None]:
    """The function that advances a problem on a device, called like `advance_problem`.

    Raises
    ------
    InputError
        An unknown device, or there is no GPU that can be used; the line says what to do.
    """
    if device not in DEVICES:
        raise unknown("device", device, DEVICES)
    if device == "cpu":
        return advance_problem
    gpu = import_module("ossim.numerics.ode.gpu")  # loads the CUDA part of numba
    try:
        gpu.check_device()
    except gpu.GpuError as error:
        raise InputError(f"device: {error}") from None

    def advance(problem: Problem, end, threads: int = 1, method: str = "tsit5") -> None:
        try:
            gpu.advance_problem_on_gpu(problem, end, "tsit5" if method == "auto" else method)
        except gpu.GpuError as error:
            raise InputError(f"device: {error}") from None

    return advance
