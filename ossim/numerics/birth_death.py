"""Cells that divide, die and mutate one by one, from a single cell to a tumor of a given size; in compiled code.

Every run draws from a stream of its own (splitmix64 from the key of the run), so that a run is the same whatever runs
beside it.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from ossim.numerics.simd.cache import jit

# Steele, Lea and Flood 2014, Fast splittable pseudorandom number generators (doi 10.1145/2714064.2660195)
_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 2.0**-53


@jit(forceinline=True)
def _uniform(state):
    """The number in (0, 1) that belongs to a state of the generator."""
    z = (state ^ (state >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    z = z ^ (z >> _S31)
    return (float(z >> _S11) + 0.5) * _TO_UNIT


@jit(nogil=True)
def _grow(keys, birth, death, birth_r, death_r, mutation, size, resistant, sensitive, time, attempts):
    """Follow each run from one sensitive cell until there are `size` cells, again from one where they die out."""
    divide, leave = birth * (1.0 - mutation), birth + death
    divide_r, leave_r = birth_r, birth_r + death_r
    for run in range(keys.size):
        state = keys[run]
        tries, S, R, t = 0, 0, 0, 0.0
        while size > S + R:
            if S + R == 0:
                tries, S, t = tries + 1, 1, 0.0
            of_s, of_r = leave * S, leave_r * R
            state += _GOLDEN
            x = _uniform(state) * (of_s + of_r)
            state += _GOLDEN
            t -= math.log(_uniform(state)) / (of_s + of_r)
            if x < of_s:
                if x < divide * S:
                    S += 1
                elif x < birth * S:
                    R += 1
                else:
                    S -= 1
            elif x < of_s + divide_r * R:
                R += 1
            else:
                R -= 1
        resistant[run], sensitive[run], time[run], attempts[run] = R, S, t, tries


def grow_clones(keys, birth, death, birth_resistant, death_resistant, mutation, size, threads: int = 1):
    """Grow a tumor for each key until it has `size` cells.

    Parameters
    ----------
    keys : a random 64-bit word per run, shape (n_runs,)
    birth, death : rates per sensitive cell; with suffix, per resistant cell
    mutation : probability that one of the two cells of a sensitive division is resistant

    Returns
    -------
    resistant cells, sensitive cells, time since the first cell, number of first cells that were needed: (n_runs,) each
    """
    keys = np.ascontiguousarray(keys, np.uint64)
    n = keys.size
    resistant, sensitive, attempts = (np.zeros(n, np.int64) for _ in range(3))
    time = np.zeros(n)
    given = [float(value) for value in (birth, death, birth_resistant, death_resistant, mutation)]

    def work(part: slice) -> None:
        _grow(keys[part], *given, int(size), resistant[part], sensitive[part], time[part], attempts[part])

    edges = np.linspace(0, n, max(1, min(threads, n)) + 1).astype(int)
    parts = [slice(low, high) for low, high in pairwise(edges)]
    if len(parts) == 1:
        work(parts[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    return resistant, sensitive, time, attempts
