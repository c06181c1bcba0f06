"""What a kernel costs, counted in its text: the yardstick for choosing a method without a clock.

A clock would choose differently from run to run, and results would no longer be the same bits.
"""

from __future__ import annotations

import ast

#: vector operations of the elementary functions, counted in their own text; all others cost one
WEIGHTS = {"exp": 24.0, "log": 34.0, "pow": 60.0, "sqrt": 18.0, "judge": 120.0, "write_inputs": 60.0}
DIVISION = 10.0


def cost(text: str, name: str) -> float:
    """Vector operations of one call of the function `name` of a module text, those of called functions included."""
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    known: dict[str, float] = {}

    def of(function: str) -> float:
        if function not in functions:
            return WEIGHTS.get(function, 1.0)
        if function not in known:
            known[function] = sum(map(single, ast.walk(functions[function])))
        return known[function]

    def single(node: ast.AST) -> float:
        if isinstance(node, ast.BinOp):
            return DIVISION if isinstance(node.op, ast.Div) else 1.0
        return of(node.func.id) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else 0.0

    return of(name)
