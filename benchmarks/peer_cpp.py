"""The yardsticks in C++ (`cpp/`), compiled here for this machine: scalar, and eight runs per vector register.

B1 and B2 are written by hand; the patient's equations are written from the model by recording what they do.
"""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from . import patient_kernel
from .forms import ATOL
from .problems import Yardstick
from .recording import Recorder

PROBLEMS = {"B1": 1, "B2": 2, "patient": 3}
FLAGS = ("-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")


def compiled(name: str, **generated: str) -> ctypes.CDLL:
    """Compile and load a file of `cpp/`, which may include further text by the names of `generated`.

    Raises
    ------
    RuntimeError
        No compiler is there, or it refuses the source.
    """
    compiler = shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise RuntimeError("no C++ compiler found")
    source = Path(__file__).with_name("cpp")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "compiled.so"
        for header, text in generated.items():
            (Path(folder) / f"{header}.hpp").write_text(text)
        command = [compiler, *FLAGS, f"-I{folder}", f"-I{source}", str(source / name), "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{compiler} failed: {done.stderr.strip().splitlines()[0]}")
        return ctypes.CDLL(str(target))


@functools.cache
def library() -> ctypes.CDLL:
    """The solvers of all yardsticks."""
    loaded = compiled("yardsticks.cpp", generated=struct_text("Patient", patient_kernel.yardstick()))
    loaded.solve_yardstick.restype = ctypes.c_int64
    return loaded


def struct_text(name: str, yardstick: Yardstick) -> str:
    """The right-hand side of a yardstick as C++ text, in the shape of those written by hand."""
    recorder, n = Recorder(), len(yardstick.states)
    dy = [0.0] * n
    y = [recorder.number(f"y[{index}]") for index in range(n)]
    p = [recorder.number(f"p[{index}]") for index in range(len(yardstick.names))]
    yardstick.rewrite(recorder.arithmetic())(0.0, y, dy, p)
    summed = ", ".join(map(str, yardstick.summed))
    body = [*recorder.lines(), *(f"dy[{index}] = {rate.text};" for index, rate in enumerate(dy))]
    return "\n".join(
        (
            '#include "lanes.hpp"',
            f"struct {name} {{",
            f"    static constexpr int N = {n}, P = {len(p)}, SUMMED[] = {{{summed}}};",
            "    template <class R> static inline void slopes(const R *y, R *dy, const R *p) {",
            *(f"        {line}" for line in body),
            "    }",
            "};\n",
        )
    )


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def integrate(
    yardstick: Yardstick, lanes: int, largest: bool, drawn: np.ndarray, rtol: float
) -> tuple[np.ndarray, int]:
    """The daily output of all runs, and the number of steps that they took together.

    Raises
    ------
    RuntimeError
        A step became too small.
    """
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
    return out, steps


def _run(yardstick: Yardstick, lanes: int, largest: bool, drawn: np.ndarray, rtol: float) -> np.ndarray:
    return integrate(yardstick, lanes, largest, drawn, rtol)[0]


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement; errors of a step are judged by their mean square or their largest."""
    library()
    return [
        ("C++ Tsit5, 8 lanes", partial(_run, yardstick, 8, False), 1000),
        ("C++ Tsit5, 8 lanes, largest error", partial(_run, yardstick, 8, True), 1000),
        ("C++ Tsit5, scalar", partial(_run, yardstick, 1, False), 500 if yardstick.key == "B1" else 200),
    ]
