"""Named random streams: a draw depends on the seed, the purpose and the patient's number, and on nothing else.

Each purpose ("cohort/doubling_time", "visit/3/lesion_1") has its own Philox key; patient i reads position i of that
stream. Adding patients, arms, parameters or visits therefore changes no draw that existed before, blocks of patients
can be drawn in any order, and every arm sees the same patients and the same visit noise.
"""

from __future__ import annotations

import hashlib

import numpy as np
from scipy.special import ndtri

_PER_COUNTER = 4  # Philox makes four 64-bit words per counter value


def _words(seed: int, purpose: str, first: int, size: int) -> np.ndarray:
    name = hashlib.sha256(purpose.encode()).digest()
    spawn_key = tuple(int.from_bytes(name[i : i + 4], "little") for i in range(0, 16, 4))
    generator = np.random.Philox(np.random.SeedSequence(seed, spawn_key=spawn_key))
    generator.advance(first // _PER_COUNTER)
    skip = first % _PER_COUNTER
    return generator.random_raw(skip + size)[skip:]


def keys(seed: int, purpose: str, first: int, size: int) -> np.ndarray:
    """Random 64-bit words, shape (size,), for those who need a stream of their own for each run."""
    return _words(seed, purpose, first, size)


def uniforms(seed: int, purpose: str, first: int, size: int) -> np.ndarray:
    """Uniform numbers in the open interval (0, 1) of patients `first` ... `first + size - 1`, shape (size,)."""
    return ((_words(seed, purpose, first, size) >> np.uint64(11)).astype(float) + 0.5) * 2.0**-53


def normals(seed: int, purpose: str, first: int, size: int) -> np.ndarray:
    """Standard normal numbers, shape (size,)."""
    return ndtri(uniforms(seed, purpose, first, size))


def exponentials(seed: int, purpose: str, first: int, size: int) -> np.ndarray:
    """Standard exponential numbers, shape (size,)."""
    return -np.log(uniforms(seed, purpose, first, size))
