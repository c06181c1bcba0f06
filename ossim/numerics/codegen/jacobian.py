"""Write a model's exact Jacobian as lines of a kernel, by calling its rate functions with symbols."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy
from sympy.printing.pycode import PythonCodePrinter

from ossim.numerics.codegen.system import System, argument_names, output_names


class WherePositive(sympy.Function):
    """`a` where `condition` > 0, else `b`; the jump between them has no derivative.

    The derivative chooses as well, so that one that is not finite (of a power at zero) stays where it is not asked for.
    """

    nargs = 3

    def _eval_derivative(self, s):
        condition, a, b = self.args
        da, db = a.diff(s), b.diff(s)
        return sympy.Integer(0) if da == 0 and db == 0 else WherePositive(condition, da, db)


SYMBOLIC = {
    "exp": sympy.exp,
    "log": sympy.log,
    "pow": sympy.Pow,
    "sqrt": sympy.sqrt,
    "absolute": sympy.Abs,
    "minimum": sympy.Min,
    "maximum": sympy.Max,
    "where_positive": WherePositive,
}
MOST_FACTORS = 6  # powers up to this one are written as products


def symbolic(function: Callable) -> Callable:
    """Copy of a rate function whose elementary functions work on symbols; so do the functions that it calls."""
    scope = dict(function.__globals__)
    for name in function.__code__.co_names:
        target = scope.get(name)
        if isinstance(target, types.FunctionType) and name not in SYMBOLIC:
            scope[name] = symbolic(target)
    return types.FunctionType(function.__code__, scope | SYMBOLIC, function.__name__)


def symbol(name: str) -> sympy.Symbol:
    """The symbol of a state, parameter or input."""
    return sympy.Symbol(name, real=True)


def trace(system: System) -> dict[str, sympy.Expr]:
    """Derivative of each state as an expression in symbols named like states, parameters and inputs.

    Raises
    ------
    ValueError
        If the system repeats a unit: its Jacobian is not needed, since the patient is not stiff.
    """
    if system.unit_states:
        raise ValueError(f"the symbolic form of {system.name} is not available: it repeats a unit")
    values = symbolic(system.rates)(*(symbol(name) for name in argument_names(system.rates)))
    values = values if isinstance(values, tuple) else (values,)
    found = dict(zip(output_names(system.rates), values, strict=True))
    return {name: sympy.sympify(found[f"d{name}"]) for name in system.states}


@dataclass(frozen=True)
class Derivatives:
    """Lines that compute what several derivatives share, and one expression per derivative that is not zero."""

    lines: tuple[str, ...]
    by_state: Mapping[tuple[int, int], str]
    by_input: Mapping[tuple[int, int], str]
    by_time: Mapping[int, str]


def derivatives(system: System, names: Mapping[str, str]) -> Derivatives:
    """Derive the rates of a system; `names` says how a state, parameter or input is written."""
    rates = list(trace(system).values())
    by_state = {(i, j): sympy.diff(r, symbol(s)) for i, r in enumerate(rates) for j, s in enumerate(system.states)}
    by_input = {(i, j): sympy.diff(r, symbol(s)) for i, r in enumerate(rates) for j, s in enumerate(system.inputs)}
    by_time = {i: sympy.diff(rate, symbol("t")) for i, rate in enumerate(rates)}
    groups = [{key: e for key, e in group.items() if e != 0} for group in (by_state, by_input, by_time)]
    expressions = [e for group in groups for e in group.values()]
    shared, reduced = sympy.cse(expressions, symbols=(symbol(f"_c{i}") for i in range(10**6)))
    used = set().union(*(e.free_symbols for e in expressions)) if expressions else set()
    printer = LanePrinter()
    lines = [f"{name} = {text}" for name, text in names.items() if symbol(name) in used]
    lines += [f"{name} = {printer.doprint(expression)}" for name, expression in shared]
    texts = iter([printer.doprint(expression) for expression in reduced])
    return Derivatives(tuple(lines), *({key: next(texts) for key in group} for group in groups))


class LanePrinter(PythonCodePrinter):
    """Writes expressions in the elementary functions of kernels, with floating-point constants only."""

    def __init__(self):
        super().__init__({"fully_qualified_modules": False})

    def _call(self, name: str, *arguments) -> str:
        return f"{name}({', '.join(self._print(argument) for argument in arguments)})"

    def _print_number(self, expr) -> str:
        return repr(float(expr))

    _print_Integer = _print_Rational = _print_Float = _print_NumberSymbol = _print_number
    _print_Zero = _print_One = _print_NegativeOne = _print_Half = _print_number

    def _print_Pow(self, expr, rational=False) -> str:
        base, power = expr.as_base_exp()
        text = f"({self._print(base)})"
        if power.is_Integer and 0 < abs(int(power)) <= MOST_FACTORS:
            product = "*".join([text] * abs(int(power)))
            return f"({product})" if power > 0 else f"(1.0/({product}))"
        if power.is_Rational and power.q == 2 and abs(power.p) <= MOST_FACTORS:
            product = "*".join([f"sqrt{text}"] * abs(power.p))
            return f"({product})" if power > 0 else f"(1.0/({product}))"
        return self._call("pow", base, power)

    def _print_exp(self, expr) -> str:
        return self._call("exp", expr.args[0])

    def _print_log(self, expr) -> str:
        return self._call("log", expr.args[0])

    def _print_Abs(self, expr) -> str:
        return self._call("absolute", expr.args[0])

    def _print_sign(self, expr) -> str:
        x = self._print(expr.args[0])
        return f"where_positive({x}, 1.0, where_positive(-({x}), -1.0, 0.0))"

    def _print_Heaviside(self, expr) -> str:
        return f"where_positive({self._print(expr.args[0])}, 1.0, 0.0)"

    def _nested(self, name: str, arguments) -> str:
        first, *rest = arguments
        return self._print(first) if not rest else f"{name}({self._print(first)}, {self._nested(name, rest)})"

    def _print_Min(self, expr) -> str:
        return self._nested("minimum", expr.args)

    def _print_Max(self, expr) -> str:
        return self._nested("maximum", expr.args)

    def _print_WherePositive(self, expr) -> str:
        return self._call("where_positive", *expr.args)
