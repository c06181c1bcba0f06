"""Fair timing on a busy machine: cases take turns in one process, and ratios are taken within a turn."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Something to time: `prepare` makes a fresh argument (not timed), `solve` works on it, for `size` runs."""

    label: str
    prepare: Callable[[], Any]
    solve: Callable[[Any], Any]
    size: int


def take_turns(cases: Sequence[Case], repeats: int, clock: Callable[[], float] = time.process_time) -> np.ndarray:
    """Time all cases `repeats` times, forwards and backwards in turn.

    Returns
    -------
    shape (repeats, n_cases), microseconds per run; the first pass, which compiles and warms up, is not in it
    """
    found = np.empty((repeats, len(cases)))
    for case in cases:
        case.solve(case.prepare())
    for turn in range(repeats):
        order = range(len(cases)) if turn % 2 == 0 else reversed(range(len(cases)))
        for index in order:
            argument = cases[index].prepare()
            gc.collect()
            start = clock()
            cases[index].solve(argument)
            found[turn, index] = (clock() - start) / cases[index].size * 1e6
            del argument
    return found


def paired_ratio(times: np.ndarray, index: int, base: int) -> float:
    """Median over turns of the time of one case over that of another."""
    return float(np.median(times[:, index] / times[:, base]))


def spread(times: np.ndarray, index: int) -> float:
    """Largest over smallest time of a case: how far the machine disturbed it."""
    return float(times[:, index].max() / times[:, index].min())


def machine() -> str:
    """The processor, the interpreter and how busy the machine is, for the head of a table."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as handle:
            name = next((line.split(":")[1].strip() for line in handle if line.startswith("model name")), name)
    except OSError:
        pass
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{name}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, NumPy {np.__version__}"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows as aligned text, the first column to the left."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "  ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    return "\n".join(("", title, lines[0], "-" * len(lines[0]), *lines[1:]))


def number(value: float) -> str:
    """Three significant digits, without exponent up to a million."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
