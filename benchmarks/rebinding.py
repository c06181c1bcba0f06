"""Rate functions in another arithmetic: the same Python on floats, JAX arrays, symbols or counted numbers.

An arithmetic is a mapping from the names of `ossim.numerics.elementwise` to functions.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping

import numba

Arithmetic = Mapping[str, Callable]


def _where_positive(condition, a, b):
    return a if condition > 0.0 else b


FLOATS: Arithmetic = {
    "exp": math.exp,
    "log": math.log,
    "pow": math.pow,
    "sqrt": math.sqrt,
    "absolute": abs,
    "minimum": min,
    "maximum": max,
    "where_positive": numba.njit(_where_positive),
}


def rebind(function: Callable, arithmetic: Arithmetic, finish: Callable = lambda function: function) -> Callable:
    """Return a rate function, and all that it calls, with the elementary functions of `arithmetic`.

    `finish` is applied to every function on the way, for example to compile it.
    """
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        if isinstance(scope.get(name), types.FunctionType) and name not in arithmetic:
            scope[name] = rebind(scope[name], arithmetic, finish)
    return finish(types.FunctionType(function.__code__, scope | dict(arithmetic), function.__name__))


def rebind_math(function: Callable, arithmetic: Arithmetic) -> Callable:
    """Return a function that calls ``math`` and ``abs`` with the elementary functions of `arithmetic`."""
    return types.FunctionType(
        function.__code__, {"math": types.SimpleNamespace(**arithmetic), "abs": arithmetic["absolute"]}
    )
