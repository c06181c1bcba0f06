"""The equations of a model as text, read from its rate functions: what runs is what is printed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator

from ossim.numerics.codegen.system import System

_OPERATORS = {ast.Add: (1, " + "), ast.Sub: (1, " - "), ast.Mult: (2, " * "), ast.Div: (2, " / "), ast.Pow: (4, "^")}
_NAMES = {"log": "ln", "minimum": "min", "maximum": "max", "absolute": "abs"}
_UNARY = 3


def equations(system: System) -> list[str]:
    """Return the equations of a system, one a line, rate laws written out where they are one formula."""
    states = {*system.states, *system.unit_states}
    return [line for function in system.functions for line in function_lines(function, states)]


def function_lines(function: Callable, states: set[str] | frozenset[str] = frozenset()) -> list[str]:
    """Return the assignments of a rate function as text; what is assigned to ``d<state>`` is its time derivative."""
    scope = function.__globals__
    lines, defined = [], {}
    for target, value in _assignments(function):
        name = f"d{target[1:]}/dt" if target.startswith("d") and target[1:] in states else target
        lines.append(f"{name} = {_Writer(scope, defined).write(value)}")
    return lines + [f"  with {line}" for line in defined.values()]


def _assignments(function: Callable) -> Iterator[tuple[str, ast.expr]]:
    for statement in _body(function):
        if isinstance(statement, ast.Assign):
            yield ast.unparse(statement.targets[0]), statement.value


def _body(function: Callable) -> list[ast.stmt]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    has_text = isinstance(tree.body[0], ast.Expr) and isinstance(tree.body[0].value, ast.Constant)
    return tree.body[1:] if has_text else tree.body


class _Writer:
    """Writes expressions; functions of several lines are collected in `defined`, name -> text."""

    def __init__(self, scope: dict, defined: dict[str, str]):
        self.scope, self.defined = scope, defined

    def write(self, node: ast.expr, outer: int = 0) -> str:
        if isinstance(node, ast.BinOp):
            return self._binary(node, outer)
        if isinstance(node, ast.UnaryOp):
            text = f"-{self.write(node.operand, _UNARY)}"
            return f"({text})" if outer > 1 else text
        if isinstance(node, ast.Call):
            return self._call(node, outer)
        if isinstance(node, ast.Constant):
            return f"{node.value:.15g}"
        return node.id if isinstance(node, ast.Name) else ast.unparse(node)

    def _binary(self, node: ast.BinOp, outer: int) -> str:
        level, sign = _OPERATORS[type(node.op)]
        strict = isinstance(node.op, ast.Sub | ast.Div | ast.Pow)
        right = self.write(node.right, level + strict)
        if isinstance(node.op, ast.Pow):
            left = self.write(node.left, level + 1)
        else:  # a leading minus needs no parentheses
            left = self.write(node.left, 0 if isinstance(node.left, ast.UnaryOp) else level)
        text = f"{left}{sign}{right}"
        simple = isinstance(node.op, ast.Div) and not {" "} & set(left + right)
        text = f"{left}/{right}" if simple else text
        return f"({text})" if level < outer else text

    def _call(self, node: ast.Call, outer: int) -> str:
        name = node.func.id
        target = self.scope.get(name)
        if name == "pow":
            return self._binary(ast.BinOp(node.args[0], ast.Pow(), node.args[1]), outer)
        if name == "where_positive":
            condition, yes, no = (self.write(argument) for argument in node.args)
            return f"({yes} where {condition} > 0, else {no})"
        if inspect.isfunction(target) and target.__module__.startswith("ossim."):
            body = _body(target)
            if len(body) == 1 and isinstance(body[0], ast.Return):
                names = inspect.signature(target).parameters
                known = dict(zip(names, node.args, strict=True))
                inner = _Writer({**self.scope, **target.__globals__}, self.defined)
                return inner.write(_Replace(known).visit(body[0].value), outer)
            self._define(name, target)
        return f"{_NAMES.get(name, name)}({', '.join(self.write(argument) for argument in node.args)})"

    def _define(self, name: str, target: Callable) -> None:
        """Add the definition of a rate law of several lines, once."""
        if name in self.defined:
            return
        self.defined[name] = ""
        inner = _Writer(target.__globals__, self.defined)
        *steps, last = _body(target)
        lines = [f"{ast.unparse(step.targets[0])} = {inner.write(step.value)}" for step in steps]
        head = f"{name}({', '.join(inspect.signature(target).parameters)}) = {inner.write(last.value)}"
        self.defined[name] = ", ".join([head, *lines])


class _Replace(ast.NodeTransformer):
    """Puts the arguments of a call in the place of the names of a rate law."""

    def __init__(self, known: dict[str, ast.expr]):
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.known.get(node.id, node)
