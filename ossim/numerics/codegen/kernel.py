"""Turn a system into compiled lane kernels, loading them from the cache when nothing they depend on has changed."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types as python_types
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import numba
from numba import types

from ossim.numerics.codegen.explicit import kernel_source
from ossim.numerics.codegen.layout import Layout, layout_of
from ossim.numerics.codegen.system import System
from ossim.numerics.codegen.tableaus import RODAS4, TSIT5, Tableau
from ossim.numerics.simd.cache import compile_cached, digest, write_source
from ossim.numerics.simd.lanes import FASTMATH

#: kernel(workspace, marks, limits) -> lanes to look at, one bit each
KERNEL_SIGNATURE = types.int64(
    types.Array(types.float64, 1, "C"), types.Array(types.int64, 1, "C"), types.Array(types.float64, 1, "C")
)
KERNEL_TYPE = types.FunctionType(KERNEL_SIGNATURE)

#: decorator of the functions of a generated module that are not called from outside it
inlined = numba.njit(forceinline=True, fastmath=FASTMATH, error_model="numpy")


def entry(function):
    """Compile a function of a generated module that is called from outside it."""
    options = {"nogil": True, "boundscheck": False, "error_model": "numpy", "_nrt": False}
    return compile_cached(function, KERNEL_SIGNATURE, fastmath=FASTMATH, **options)


METHODS = {"tsit5": TSIT5, "rodas4": RODAS4}


class Entry:
    """A compiled function of a generated module as an argument of others; numba asks for its address at every call."""

    _numba_type_ = KERNEL_TYPE

    def __init__(self, function):
        compiled = function.get_compile_result(KERNEL_SIGNATURE)
        self._address = compiled.library.get_pointer_to_function(compiled.fndesc.llvm_cfunc_wrapper_name)
        self._function = function  # keeps the code where it is

    def __wrapper_address__(self) -> int:
        return self._address


@dataclass(frozen=True)
class Kernel:
    """Compiled functions of one system under one method, what a step costs, and the layout of the workspace."""

    advance: object
    observe: object
    cost: float
    layout: Layout
    tableau: Tableau

    @functools.cached_property
    def entries(self) -> tuple[Entry, Entry]:
        """`advance` and `observe` with their addresses known, for many short calls."""
        return Entry(self.advance), Entry(self.observe)


def import_source(name: str, key: str, write: Callable[[], str]):
    """Import generated source as a module, from the cache folder where there is one."""
    path = write_source(name, key, write)
    if path is None:
        module = python_types.ModuleType(name)
        code = compile(write(), f"<{name}>", "exec")
        python_types.FunctionType(code, module.__dict__)()
        return module
    # numba derives the place of its cache files from the module file: keep them beside the source
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(path.parent)
    try:
        specification = importlib.util.spec_from_file_location(f"ossim_kernels.{name}", path)
        module = importlib.util.module_from_spec(specification)
        sys.modules[specification.name] = module
        specification.loader.exec_module(module)
    finally:
        numba.config.CACHE_DIR = before
    return module


@functools.cache
def compile_kernel(system: System, method: str = "tsit5") -> Kernel:
    """Compile a system, or load it: seconds when new, tens of milliseconds when known.

    Raises
    ------
    ValueError
        A name of the system is reserved, or the stiff method cannot be had for it.
    """
    text = kernel_source(system)
    key = f"{method}\n{text}"

    def write() -> str:
        # sympy takes as long to load as everything else together, and only this needs it
        return text if method == "tsit5" else import_module("ossim.numerics.codegen.rosenbrock").stiff_source(system)

    module = import_source(f"{system.name}_{method}_{digest(key)}", key, write)
    tableau = METHODS[method]
    return Kernel(module.kernel_advance, module.kernel_observe, module.COST, layout_of(system, tableau), tableau)
