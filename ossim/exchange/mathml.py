"""Symbolic expressions as content MathML, in the subset that SBML level 3 version 1 allows."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

import sympy

from ossim.numerics.codegen.jacobian import WherePositive

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
TIME = "http://www.sbml.org/sbml/symbols/time"
_FUNCTIONS = {sympy.exp: "exp", sympy.log: "ln", sympy.Abs: "abs"}


def math(expression: sympy.Expr | float) -> Element:
    """Return the ``math`` element of an expression; the symbol ``t`` is the time of the simulation.

    Raises
    ------
    ValueError
        The expression holds a function that SBML does not know.
    """
    element = Element("math", {"xmlns": NAMESPACE})
    element.append(_node(sympy.sympify(expression)))
    return element


def _apply(operator: str, *arguments: Element) -> Element:
    element = Element("apply")
    SubElement(element, operator)
    element.extend(arguments)
    return element


def _number(value: float) -> Element:
    element = Element("cn")
    element.text = f" {value!r} "
    if "e" in repr(value):
        mantissa, _, power = repr(value).partition("e")
        element.set("type", "e-notation")
        element.text = f" {mantissa} "
        separator = SubElement(element, "sep")
        separator.tail = f" {int(power)} "
    return element


def _node(expression: sympy.Expr) -> Element:
    if expression.is_Symbol:
        return _symbol(expression.name)
    if expression.is_Rational and not expression.is_Integer:
        return _apply("divide", _number(float(expression.p)), _number(float(expression.q)))
    if expression.is_number and not expression.args:
        return _number(float(expression))
    if expression.is_Add:
        return _apply("plus", *map(_node, expression.args))
    if expression.is_Mul:
        return _product(expression)
    if expression.is_Pow and not isinstance(expression, sympy.exp):
        return _apply("power", *map(_node, expression.args))
    if expression.func in _FUNCTIONS:
        return _apply(_FUNCTIONS[expression.func], _node(expression.args[0]))
    if isinstance(expression, sympy.Min | sympy.Max):
        return _extreme(list(expression.args), "leq" if isinstance(expression, sympy.Min) else "geq")
    if isinstance(expression, WherePositive):
        condition, yes, no = map(_node, expression.args)
        return _choice(yes, _apply("gt", condition, _number(0.0)), no)
    raise ValueError(f"'{expression.func.__name__}' has no form in SBML")


def _symbol(name: str) -> Element:
    time = {"encoding": "text", "definitionURL": TIME}
    element = Element("csymbol", time) if name == "t" else Element("ci")
    element.text = f" {name} "
    return element


def _product(expression: sympy.Mul) -> Element:
    above, below = sympy.fraction(expression, exact=True)  # exp(-x) stays above: 1 / exp(x) may overflow
    if below != 1:
        return _apply("divide", _node(above), _node(below))
    return _apply("times", *map(_node, expression.args))


def _extreme(arguments: list[sympy.Expr], relation: str) -> Element:
    """The least or greatest of several expressions as nested choices."""
    first, *rest = arguments
    if not rest:
        return _node(first)
    return _choice(_node(first), _apply(relation, _node(first), _extreme(rest, relation)), _extreme(rest, relation))


def _choice(yes: Element, condition: Element, no: Element) -> Element:
    element = Element("piecewise")
    piece = SubElement(element, "piece")
    piece.extend([yes, condition])
    SubElement(element, "otherwise").append(no)
    return element
