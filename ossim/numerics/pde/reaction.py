"""What happens in each cell by itself, compiled from pure scalar functions for eight cells at a time.

A `Reaction` advances fields by a step of Heun's method, or of Shu and Osher's of order 3, which pays where the growth
of a front is followed for long. A `Local` writes what a function of the fields returns into other fields. The functions
take fields and parameters by name, like the rate functions of the engine; they must be finite where all fields are
zero, as they are outside tissue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from types import SimpleNamespace

import numpy as np

from ossim.numerics.codegen.functions import copied_functions
from ossim.numerics.codegen.kernel import import_source
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.pde.store import Store
from ossim.numerics.simd.cache import digest

_PREAMBLE = (
    "from ossim.numerics.simd.cache import compile_cached",
    "from ossim.numerics.simd.elementary import exp, log, pow",
    "from ossim.numerics.codegen.kernel import inlined",
    "from ossim.numerics.simd.lanes import FASTMATH, absolute, load, maximum, minimum, sqrt, store, where_positive",
)
LOWEST = ("first = 0.0 * load(block, 0)", "lowest = first + 1e300")
_ENDING = (
    "",
    "",
    "def compile_kernel(function):",
    "    options = {'error_model': 'numpy', '_nrt': False, 'nogil': True, 'boundscheck': False}",
    "    return compile_cached(function, fastmath=FASTMATH, **options)",
    "",
    "",
)


@dataclass(frozen=True)
class Reaction:
    """Rates of `fields` [1/day]: a pure function of them, of the fields `given` (held fixed), and of parameters.

    Attributes
    ----------
    order : of the step in time, 2 (Heun) or 3 (Shu and Osher); both are convex combinations of Euler steps
    """

    name: str
    fields: tuple[str, ...]
    parameters: tuple[str, ...]
    rates: Callable
    given: tuple[str, ...] = ()
    order: int = 2

    @cached_property
    def kernel(self) -> Callable:
        """Compiled ``kernel(block, pitch, rows, places, parameters, step, lowest)``."""
        return _reaction_kernel(self)


@dataclass(frozen=True)
class Local:
    """Values of a pure function of the fields `given` and of parameters, by the names it returns."""

    name: str
    given: tuple[str, ...]
    parameters: tuple[str, ...]
    function: Callable

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """Names of what the function returns."""
        return output_names(self.function)

    @cached_property
    def kernel(self) -> Callable:
        """Compiled ``kernel(block, pitch, rows, places, parameters, lowest)``."""
        return _local_kernel(self)


def react(reaction: Reaction, store: Store, parameters: np.ndarray, step: float) -> float:
    """Advance the fields by one step [day] in place; return the lowest value of any of them (NaN if one is)."""
    places = store.places((*reaction.fields, *reaction.given))
    reaction.kernel(store.block, store.pitch, store.rows, places, parameters, float(step), store.lowest)
    return float(store.lowest.min())


def evaluate(local: Local, store: Store, parameters: np.ndarray, into: tuple[str, ...]) -> float:
    """Write what the function returns to the fields `into` of the store; return the lowest value (NaN if one is)."""
    places = store.places((*into, *local.given))
    local.kernel(store.block, store.pitch, store.rows, places, parameters, store.lowest)
    return float(store.lowest.min())


def source(reaction: Reaction) -> str:
    """Return the module text of the compiled step.

    Raises
    ------
    ValueError
        The function asks for a name that is neither field nor parameter, or does not give one rate for each field;
        the order is neither 2 nor 3.
    """
    fields = reaction.fields
    if reaction.order not in (2, 3):
        raise ValueError(f"reaction {reaction.name}: order must be 2 or 3, is {reaction.order}")
    if output_names(reaction.rates) != tuple(f"d{name}" for name in fields):
        raise ValueError(f"reaction {reaction.name}: must return d<field> for {', '.join(fields)} in order")
    known = (*fields, *reaction.given)
    body = [f"u_{name} = load(block, places[{number}] * pitch + row)" for number, name in enumerate(known)]
    slopes = _call(reaction, reaction.rates, known, dict.fromkeys(fields, "v"))
    body += [f"{_names('a', fields)} = {_call(reaction, reaction.rates, known, {})}"]
    body += [f"v_{name} = u_{name} + step * a_{name}" for name in fields]
    body += [f"{_names('b', fields)} = {slopes}"]
    if reaction.order == 3:
        body += [f"v_{name} = u_{name} + 0.25 * step * (a_{name} + b_{name})" for name in fields]
        body += [f"{_names('c', fields)} = {slopes}"]
    for number, name in enumerate(fields):
        if reaction.order == 3:
            body += [f"u_{name} = u_{name} + step / 6.0 * (a_{name} + b_{name} + 4.0 * c_{name})"]
        else:
            body += [f"u_{name} = u_{name} + 0.5 * step * (a_{name} + b_{name})"]
        body += [f"store(block, places[{number}] * pitch + row, u_{name})"]
        body += [f"lowest = minimum(lowest, u_{name}) + 0.0 * u_{name}"]
    signature = "react(block, pitch, rows, places, parameters, step, found)"
    return module_source(reaction, reaction.rates, signature, LOWEST, body, ("store(found, 0, lowest)",))


def local_source(local: Local) -> str:
    """Return the module text that evaluates a function in every cell."""
    body = evaluation(local, len(local.fields))
    for number, name in enumerate(local.fields):
        body += [f"a_{name} = a_{name} + 0.0 * first", f"store(block, places[{number}] * pitch + row, a_{name})"]
        body += [f"lowest = minimum(lowest, a_{name}) + 0.0 * a_{name}"]
    signature = "evaluate(block, pitch, rows, places, parameters, found)"
    return module_source(local, local.function, signature, LOWEST, body, ("store(found, 0, lowest)",))


def evaluation(item, first: int) -> list[str]:
    """Lines that load the fields given, from place `first` on, and write what the function returns to a_<name>."""
    given = enumerate(item.given, start=first)
    body = [f"u_{name} = load(block, places[{number}] * pitch + row)" for number, name in given]
    return [*body, f"{_names('a', output_names(item.function))} = {_call(item, item.function, item.given, {})}"]


def _names(stage: str, fields: tuple[str, ...]) -> str:
    return ", ".join(f"{stage}_{name}" for name in fields) + ","


def _call(item, function: Callable, known: tuple[str, ...], stages: dict[str, str]) -> str:
    arguments = argument_names(function)
    if unknown := [name for name in arguments if name not in (*known, *item.parameters)]:
        raise ValueError(f"{item.name}: no field or parameter called '{unknown[0]}'")
    given = (f"{stages.get(name, 'u')}_{name}" if name in known else f"p_{name}" for name in arguments)
    text = f"{function.__name__}({', '.join(given)})"
    return text if len(output_names(function)) > 1 else f"({text},)"


def module_source(item, function: Callable, signature: str, before: Iterable, body: Iterable, after: Iterable) -> str:
    """Return the text of a module with a kernel: lines `before` the loop over rows of eight cells, in it, and `after`.

    The kernel is ``kernel_<name>`` with the name in `signature`; p_<parameter> holds each parameter of the item.
    """
    functions = copied_functions(SimpleNamespace(name=item.name, functions=(function,)))
    name = signature.partition("(")[0]
    lines = [f"    p_{parameter} = parameters[{number}]" for number, parameter in enumerate(item.parameters)]
    lines += [f"    {line}" for line in before]
    lines += ["    for row in range(rows):", *(f"        {line}" for line in body), *(f"    {line}" for line in after)]
    heading = (f'"""Kernel of {item.name}, cell by cell, written by ossim; do not edit."""', *_PREAMBLE)
    kernel = (f"def {signature}:", *lines, *_ENDING, f"kernel_{name} = compile_kernel({name})")
    return "\n".join((*heading, "", "", *functions, "", *kernel, ""))


@cache
def _reaction_kernel(reaction: Reaction) -> Callable:
    return compiled(f"{reaction.name}_reaction", source(reaction), "react")


@cache
def _local_kernel(local: Local) -> Callable:
    return compiled(f"{local.name}_local", local_source(local), "evaluate")


def compiled(name: str, text: str, kernel: str) -> Callable:
    """Import a module written by `module_source` and return its kernel."""
    module = import_source(f"{name}_{digest(text)}", text, lambda: text)
    return getattr(module, f"kernel_{kernel}")
