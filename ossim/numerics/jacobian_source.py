"""Write the Python source of a model's exact Jacobian, by calling its rate functions with symbols."""

from __future__ import annotations

import types
from collections.abc import Callable

import sympy

from .system import System, argument_names, output_names

SYMBOLIC = {
    "exp": sympy.exp,
    "log": sympy.log,
    "pow": sympy.Pow,
    "sqrt": sympy.sqrt,
    "absolute": sympy.Abs,
    "minimum": sympy.Min,
    "maximum": sympy.Max,
    "where_positive": lambda condition, a, b: sympy.Piecewise((a, condition > 0), (b, True)),
}


def symbolic(function: Callable) -> Callable:
    """Copy of a rate function whose elementary functions work on symbols; so do the functions that it calls."""
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        target = scope.get(name)
        if isinstance(target, types.FunctionType) and name not in SYMBOLIC:
            scope[name] = symbolic(target)
    return types.FunctionType(function.__code__, scope | SYMBOLIC, function.__name__)


def trace(system: System) -> dict[str, sympy.Expr]:
    """Derivative of each state as an expression in symbols named like states, parameters and inputs.

    Raises
    ------
    ValueError
        If the system repeats a unit: its Jacobian is not needed, since the patient is not stiff.
    """
    if system.unit_states:
        raise ValueError(f"the symbolic form of {system.name} is not available: it repeats a unit")
    symbols = [sympy.Symbol(name, real=True) for name in argument_names(system.rates)]
    values = symbolic(system.rates)(*symbols)
    values = values if isinstance(values, tuple) else (values,)
    found = dict(zip(output_names(system.rates), values, strict=True))
    return {name: sympy.sympify(found[f"d{name}"]) for name in system.states}


def jacobian_source(system: System) -> str:
    """Return the module text that defines ``kernel_jacobian(t, y, p, x, by_state, by_input, by_time)``."""
    rates = trace(system)
    groups = {
        "by_state": (system.states, 2),
        "by_input": (system.inputs, 2),
        "by_time": (("t",), 1),
    }
    targets, expressions = [], []
    for array, (names, dimensions) in groups.items():
        for row, rate in enumerate(rates.values()):
            for column, name in enumerate(names):
                derivative = sympy.diff(rate, sympy.Symbol(name, real=True))
                index = f"{row}, {column}" if dimensions == 2 else f"{row}"
                targets.append(f"{array}[{index}]")
                expressions.append(derivative)
    shared, reduced = sympy.cse(expressions, symbols=(sympy.Symbol(f"_{i}", real=True) for i in range(10**6)))
    used = set().union(*(e.free_symbols for e in expressions)) if expressions else set()
    # underscores: no state, parameter or input is called like an array
    sources = (("y_", system.states), ("p_", system.parameters), ("x_", system.inputs))
    lines = [
        f"    {name} = {array}[{index}]"
        for array, names in sources
        for index, name in enumerate(names)
        if sympy.Symbol(name, real=True) in used
    ]
    lines += [f"    {symbol} = {_code(expression)}" for symbol, expression in shared]
    lines += [f"    {target} = {_code(expression)}" for target, expression in zip(targets, reduced, strict=True)]
    return "\n".join(
        (
            f'"""Jacobian of {system.name}, written by ossim; do not edit."""',
            "from math import copysign, exp, log, sqrt",
            "from numba import njit",
            "from ossim.numerics.kernel import CACHE, JACOBIAN_SIGNATURE",
            "",
            "",
            "@njit(JACOBIAN_SIGNATURE, cache=CACHE, nogil=True, error_model='numpy')",
            "def kernel_jacobian(t, y_, p_, x_, by_state, by_input, by_time):",
            *lines,
            "",
        )
    )


def _code(expression: sympy.Expr) -> str:
    expression = expression.replace(sympy.Heaviside, lambda a, *_: sympy.Piecewise((1, a > 0), (0, True)))
    return sympy.pycode(expression, fully_qualified_modules=False)
