"""libRoadRunner's CVODE on the yardsticks: the model compiled from Antimony text, restarted at every dose."""

from __future__ import annotations

import antimony
import numpy as np
import roadrunner
import sympy

from ossim.numerics.codegen.jacobian import SYMBOLIC

from .forms import ATOL
from .problems import Yardstick

# Antimony knows pieces, not the derivative-free selection of the kernels
ARITHMETIC = SYMBOLIC | {"where_positive": lambda condition, a, b: sympy.Piecewise((a, condition > 0), (b, True))}
NAMES = {"log": "ln", "Abs": "abs", "Min": "min", "Max": "max"}


class _Antimony(sympy.printing.str.StrPrinter):
    """Prints an expression in the language of Antimony."""

    def _print_Function(self, expression):
        name = expression.func.__name__
        return f"{NAMES.get(name, name)}({self.stringify(expression.args, ', ')})"

    _print_Min = _print_Max = _print_Abs = _print_Function

    def _print_Pow(self, expression, rational=False):
        return f"({self._print(expression.base)})^({self._print(expression.exp)})"

    def _print_Piecewise(self, expression):
        (value, condition), (otherwise, _) = expression.args
        return f"piecewise({self._print(value)}, {self._print(condition)}, {self._print(otherwise)})"


def model_text(yardstick: Yardstick) -> str:
    """Antimony text of the problem as written; every parameter and state gets its value at run time."""
    y = [sympy.Symbol(f"y{index}", real=True) for index in range(len(yardstick.states))]
    p = [sympy.Symbol(f"p{index}", real=True) for index in range(len(yardstick.names))]
    dy = [sympy.Integer(0)] * len(y)
    with sympy.evaluate(False):  # rearranged by sympy, the patient takes twice as long
        yardstick.rewrite(ARITHMETIC)(sympy.Symbol("time"), y, dy, p)
    printer = _Antimony({"full_prec": True})
    rates = [f"{name}' = {printer.doprint(rate)}" for name, rate in zip(y, dy, strict=True)]
    values = [f"{name} = 1" for name in (*y, *p)]
    return "\n".join(("model yardstick", *rates, *values, "end"))


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement."""
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(model_text(yardstick)) < 0:
        raise RuntimeError(antimony.getLastError())
    engine = roadrunner.RoadRunner(antimony.getSBMLString("yardstick"))
    engine.timeCourseSelections = [f"y{index}" for index in yardstick.summed]

    def run(drawn: np.ndarray, rtol: float) -> np.ndarray:
        engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = rtol, ATOL
        engine.integrator.maximum_num_steps = 100_000
        out = np.empty((len(drawn), yardstick.days + 1))
        for row, (p, start) in enumerate(zip(drawn, yardstick.start(drawn), strict=True)):
            engine.reset()
            for prefix, values in (("p", p), ("y", start)):
                for index, value in enumerate(values):
                    engine.setValue(f"{prefix}{index}", value)
            out[row, 0] = start[list(yardstick.summed)].sum()
            for first, last in yardstick.segments():
                for drug in np.flatnonzero(yardstick.given[first]):
                    name = f"y{yardstick.drug_state[drug]}"
                    engine.setValue(name, engine.getValue(name) + p[yardstick.drug_dose[drug]])
                found = engine.simulate(first, last, last - first + 1)
                out[row, first + 1 : last + 1] = np.asarray(found)[1:].sum(axis=1)
        return out

    return [("libRoadRunner (CVODE)", run, 20 if yardstick.key == "B1" else 4)]
