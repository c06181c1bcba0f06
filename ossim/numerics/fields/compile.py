"""How kernels on fields are compiled and cached: apart from those of the engine, so that neither rebuilds the other."""

from __future__ import annotations

import functools
from pathlib import Path

import numba

from ..cache import cache_folder, compile_cached, digest
from ..lanes import FASTMATH


@functools.cache
def fields_digest() -> str:
    """Digest of the sources of the kernels on fields and of the lane arithmetic they share with the engine."""
    folder = Path(__file__).parent
    shared = (folder.parent / f"{name}.py" for name in ("lanes", "elementary"))
    return digest(*(path.read_text(encoding="utf-8") for path in (*sorted(folder.glob("*.py")), *shared)))


def field_jit(function):
    """`numba.njit` for kernels on fields, cached by the digest of this package; they may not allocate."""
    options = {"error_model": "numpy", "_nrt": False, "nogil": True, "boundscheck": False, "fastmath": FASTMATH}
    before, root = numba.config.CACHE_DIR, cache_folder()
    if root is not None:
        numba.config.CACHE_DIR = str(root / f"engine-fields-{fields_digest()}")
    try:
        return compile_cached(function, **options)
    finally:
        numba.config.CACHE_DIR = before
