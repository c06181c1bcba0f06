"""Turn a system into compiled lane kernels, loading them from the cache when nothing they depend on has changed."""

from __future__ import annotations

import functools
import importlib.util
import sys
import types as python_types
from dataclasses import dataclass

import numba
from numba import types

from .cache import cache_folder, digest, write_source
from .kernel_source import Layout, kernel_source, layout_of
from .system import System

#: kernel(workspace, n_units, rtol, atol)
KERNEL_SIGNATURE = types.void(types.Array(types.float64, 1, "C"), types.int64, types.float64, types.float64)
KERNEL_TYPE = types.FunctionType(KERNEL_SIGNATURE)
_VECTOR, _MATRIX = types.Array(types.float64, 1, "C"), types.Array(types.float64, 2, "C")
#: jacobian(t, state, parameters, inputs, by_state, by_input, by_time)
JACOBIAN_SIGNATURE = types.void(types.float64, _VECTOR, _VECTOR, _VECTOR, _MATRIX, _MATRIX, _VECTOR)
JACOBIAN_TYPE = types.FunctionType(JACOBIAN_SIGNATURE)
CACHE = cache_folder() is not None


@dataclass(frozen=True)
class Kernel:
    """Compiled functions of one system and the layout of the workspace they share."""

    rates: object
    step: object
    observe: object
    layout: Layout


def import_source(name: str, text: str):
    """Import generated source as a module, from the cache folder where there is one."""
    path = write_source(name, text)
    if path is None:
        module = python_types.ModuleType(name)
        source = text.replace("cache=CACHE", "cache=False")
        code = compile(source, f"<{name}>", "exec")
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
def compile_kernel(system: System) -> Kernel:
    """Compile a system, or load it: seconds when new, tens of milliseconds when known."""
    text = kernel_source(system)
    module = import_source(f"{system.name}_{digest(text)}", text)
    return Kernel(module.kernel_rates, module.kernel_step, module.kernel_observe, layout_of(system))
