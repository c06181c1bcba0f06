"""How kernels of structured populations are compiled and cached: apart from those of the engine."""

from __future__ import annotations

import functools
from pathlib import Path

from ossim.numerics.simd.cache import compile_cached, digest, kept_in
from ossim.numerics.simd.lanes import FASTMATH


@functools.cache
def structured_digest() -> str:
    """Digest of the sources of these kernels and of the lane arithmetic they share with the engine."""
    folder = Path(__file__).parent
    shared = (folder.parent / "simd" / f"{name}.py" for name in ("lanes", "elementary"))
    return digest(*(path.read_text(encoding="utf-8") for path in (*sorted(folder.glob("*.py")), *shared)))


def structured_jit(function):
    """`numba.njit` for kernels of structured populations, cached by the digest of this package; no allocation."""
    options = {"error_model": "numpy", "_nrt": False, "nogil": True, "boundscheck": False, "fastmath": FASTMATH}
    with kept_in(lambda: f"engine-structured-{structured_digest()}"):
        return compile_cached(function, **options)
