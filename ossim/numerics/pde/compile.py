"""How kernels on fields are compiled and cached: apart from those of the engine, so that neither rebuilds the other."""

from __future__ import annotations

import functools
from pathlib import Path

import numba
from numba.core.compiler import CompilerBase, DefaultPassBuilder

from ossim.numerics.simd.cache import cache_folder, compile_cached, digest
from ossim.numerics.simd.lanes import FASTMATH


@functools.cache
def fields_digest() -> str:
    """Digest of the sources of the kernels on fields and of the lane arithmetic they share with the engine."""
    folder = Path(__file__).parent
    shared = (folder.parent / "simd" / f"{name}.py" for name in ("lanes", "elementary"))
    return digest(*(path.read_text(encoding="utf-8") for path in (*sorted(folder.glob("*.py")), *shared)))


class _Apart(CompilerBase):
    """Compile as usual, with the promise that no two array arguments overlap."""

    def define_pipelines(self):
        """The usual passes."""
        self.state.flags.noalias = True
        return [DefaultPassBuilder.define_nopython_pipeline(self.state)]


def apart_jit(function):
    """`field_jit` for kernels whose array arguments never overlap: loops over many arrays are vectorized then."""
    return field_jit(function, pipeline_class=_Apart)


def field_jit(function, **further):
    """`numba.njit` for kernels on fields, cached by the digest of this package; they may not allocate."""
    options = {"error_model": "numpy", "_nrt": False, "nogil": True, "boundscheck": False, "fastmath": FASTMATH}
    options |= further
    before, root = numba.config.CACHE_DIR, cache_folder()
    if root is not None:
        numba.config.CACHE_DIR = str(root / f"engine-fields-{fields_digest()}")
    try:
        return compile_cached(function, **options)
    finally:
        numba.config.CACHE_DIR = before
