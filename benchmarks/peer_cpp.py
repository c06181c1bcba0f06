"""The yardsticks in C++ (`cpp/`), compiled here for this machine: scalar, and eight runs per vector register."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from .forms import ATOL
from .problems import Yardstick

PROBLEMS = {"B1": 1, "B2": 2}
FLAGS = ("-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")


@functools.cache
def library() -> ctypes.CDLL:
    """Compile and load the solvers.

    Raises
    ------
    RuntimeError
        No compiler is there, or it refuses the source.
    """
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise RuntimeError("no C++ compiler found")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "yardsticks.so"
        source = Path(__file__).with_name("cpp") / "yardsticks.cpp"
        done = subprocess.run([compiler, *FLAGS, str(source), "-o", str(target)], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{compiler} failed: {done.stderr.strip().splitlines()[0]}")
        loaded = ctypes.CDLL(str(target))
    loaded.solve_yardstick.restype = ctypes.c_int64
    return loaded


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _run(yardstick: Yardstick, lanes: int, largest: bool, drawn: np.ndarray, rtol: float) -> np.ndarray:
    out = np.empty((len(drawn), yardstick.days + 1))
    start = np.ascontiguousarray(yardstick.start(drawn))
    given = np.ascontiguousarray(yardstick.given, np.int8)
    state, dose = (np.array(part, np.int64) for part in (yardstick.drug_state, yardstick.drug_dose))
    steps = library().solve_yardstick(
        ctypes.c_int(PROBLEMS[yardstick.key]),
        ctypes.c_int(lanes),
        ctypes.c_int(largest),
        ctypes.c_int64(len(drawn)),
        _pointer(drawn),
        _pointer(start),
        ctypes.c_int64(yardstick.days),
        ctypes.c_int64(given.shape[1]),
        _pointer(given),
        _pointer(state),
        _pointer(dose),
        ctypes.c_double(rtol),
        ctypes.c_double(ATOL),
        _pointer(out),
    )
    if steps < 0:
        raise RuntimeError("the C++ solver failed")
    return out


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement; errors of a step are judged by their mean square or their largest."""
    if yardstick.key not in PROBLEMS:
        raise RuntimeError(f"{yardstick.key} is not written in C++")
    library()
    return [
        ("C++ Tsit5, 8 lanes", partial(_run, yardstick, 8, False), 1000),
        ("C++ Tsit5, 8 lanes, largest error", partial(_run, yardstick, 8, True), 1000),
        ("C++ Tsit5, scalar", partial(_run, yardstick, 1, False), 500 if yardstick.key == "B1" else 200),
    ]
