"""Memory bandwidth of one core: the STREAM triad by size of the arrays, and what share of it a stencil reaches.

Counted as STREAM does: two reads and one write of 8 bytes per element, the fetch of the written line not counted.
"""

from __future__ import annotations

import functools
import time

import numba
import numpy as np

from ossim.numerics.pde.grid import staggered

from .measure import number, table

SIZES = {"L2": 384, "L3": 6 * 1024, "DRAM": 192 * 1024}  # [KiB] of the three arrays together
ROUNDS_KIB = 2 * 1024 * 1024  # moved in one measurement


@numba.njit(fastmath={"contract", "nsz"}, error_model="numpy", _nrt=False)
def triad(a, b, c, q, rounds):
    """Write b + q c to a, again and again."""
    for turn in range(rounds):
        for i in range(a.size):
            a[i] = b[i] + (q + turn) * c[i]


def bandwidth(kib: int, repeats: int = 5) -> float:
    """Best GB/s of the triad on three arrays of `kib` KiB together."""
    a, b, c = staggered(3, (kib * 1024 // 24,))
    rounds = max(ROUNDS_KIB // kib, 2)
    triad(a, b, c, 0.5, 1)
    best = np.inf
    for _ in range(repeats):
        start = time.process_time()
        triad(a, b, c, 0.5, rounds)
        best = min(best, time.process_time() - start)
    return 24e-9 * a.size * rounds / best


@functools.cache
def ceilings() -> dict[str, float]:
    """GB/s by the level of memory that holds the arrays."""
    return {level: bandwidth(kib) for level, kib in SIZES.items()}


@functools.cache
def ceiling(bytes_held: int) -> float:
    """GB/s of the triad on arrays as large as what a method works on."""
    return bandwidth(max(int(bytes_held) // 1024, 16))


def share(bytes_moved: float, seconds: float, bytes_held: int) -> float:
    """What part of the triad's bandwidth, at the size of the working set, was used to move so many bytes."""
    return bytes_moved / seconds * 1e-9 / ceiling(bytes_held)


def stream() -> str:
    """Table of the ceilings."""
    rows = [(level, number(SIZES[level]), number(found)) for level, found in ceilings().items()]
    return table("STREAM triad, one core, best of 5", ("", "KiB", "GB/s"), rows)
