"""Numbers that write down what is done with them: the text of a right-hand side in C++, and how much work it is.

Work is counted in floating-point operations as written, without looking for common parts: 1 for each of + - * / sqrt,
minimum, maximum and choice, 0 for a change of sign; exp, log and pow as their polynomials.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

EXP = 33  # range reduction 7, 13 steps of Horner's rule at 2
LOG = 28  # mantissa and ratio 4, square 1, 6 steps of Horner's rule at 2, product 1, half square 2, 8 to assemble
COST = {"neg": 0, "absolute": 0, "exp": EXP, "log": LOG, "pow": LOG + 1 + EXP}
_CPP = {"absolute": "abs", "minimum": "min", "maximum": "max"}
_SIGN = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


class Recorder:
    """Collects the operations of all its numbers, in order."""

    def __init__(self) -> None:
        self.done: list[tuple[str, tuple[str, ...]]] = []

    def number(self, text: str) -> Number:
        """An argument that C++ calls `text`."""
        return Number(self, text)

    def apply(self, name: str, *arguments: object) -> Number:
        """The result of one more operation; plain numbers take part as constants."""
        self.done.append((name, tuple(a.text if isinstance(a, Number) else repr(float(a)) for a in arguments)))
        return Number(self, f"r{len(self.done) - 1}")

    def arithmetic(self) -> dict:
        """The elementary functions, recorded (constants among themselves are left to Python)."""
        names = ("exp", "log", "pow", "sqrt", "absolute", "minimum", "maximum", "where_positive")
        return {name: lambda *arguments, name=name: self.apply(name, *arguments) for name in names}

    def operations(self) -> int:
        """Floating-point operations so far."""
        return sum(COST.get(name, 1) * count for name, count in Counter(name for name, _ in self.done).items())

    def lines(self) -> list[str]:
        """One C++ definition per operation, of type R."""
        return [f"R r{index} = {_cpp(name, arguments)};" for index, (name, arguments) in enumerate(self.done)]


@dataclass(frozen=True)
class Number:
    """A number known by its name in the text; arithmetic on it is recorded."""

    recorder: Recorder
    text: str

    def __add__(self, other):
        return self.recorder.apply("add", self, other)

    def __radd__(self, other):
        return self.recorder.apply("add", other, self)

    def __sub__(self, other):
        return self.recorder.apply("sub", self, other)

    def __rsub__(self, other):
        return self.recorder.apply("sub", other, self)

    def __mul__(self, other):
        return self.recorder.apply("mul", self, other)

    def __rmul__(self, other):
        return self.recorder.apply("mul", other, self)

    def __truediv__(self, other):
        return self.recorder.apply("div", self, other)

    def __rtruediv__(self, other):
        return self.recorder.apply("div", other, self)

    def __neg__(self):
        return self.recorder.apply("neg", self)

    def __pow__(self, other):
        return self.recorder.apply("pow", self, other)


def _cpp(name: str, arguments: tuple[str, ...]) -> str:
    if name in _SIGN:
        left, right = arguments
        return f"({left}) {_SIGN[name]} ({right})"
    if name == "neg":
        return f"-({arguments[0]})"
    # constants become an R, so that one template serves all arguments
    given = (f"R{{}} + ({text})" if _is_constant(text) else text for text in arguments)
    return f"{_CPP.get(name, name)}_({', '.join(given)})"


def _is_constant(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()
