"""libRoadRunner's CVODE on the yardsticks: the model compiled from Antimony text, restarted at every dose."""

from __future__ import annotations

import antimony
import numpy as np
import roadrunner
import sympy

from ossim.numerics.jacobian_source import trace

from .forms import ATOL, FORMS
from .problems import Yardstick


def model_text(yardstick: Yardstick) -> str:
    """Antimony text of the problem as written; every parameter and state gets its value at run time."""
    system = FORMS[yardstick.key][0].system
    rates = trace(system)
    lines = [f"{name}_' = {_formula(rate, system)}" for name, rate in rates.items()]
    values = [f"{name}_ = 1" for name in (*system.states, *system.parameters)]
    return "\n".join(("model yardstick", *lines, *values, "end"))


def _formula(expression: sympy.Expr, system) -> str:
    # a trailing underscore keeps names clear of units and functions of the language
    names = {sympy.Symbol(n, real=True): sympy.Symbol(f"{n}_") for n in (*system.states, *system.parameters)}
    text = sympy.sstr(expression.xreplace(names), full_prec=True)
    return text.replace("**", "^").replace("log(", "ln(").replace("Abs(", "abs(")


def solvers(yardstick: Yardstick) -> list:
    """Label, solver and runs per measurement."""
    if yardstick.key not in FORMS:
        raise RuntimeError(f"{yardstick.key} is not written in Antimony")
    antimony.clearPreviousLoads()
    if antimony.loadAntimonyString(model_text(yardstick)) < 0:
        raise RuntimeError(antimony.getLastError())
    engine = roadrunner.RoadRunner(antimony.getSBMLString("yardstick"))
    system = FORMS[yardstick.key][0].system
    engine.timeCourseSelections = [f"{yardstick.states[index]}_" for index in yardstick.summed]
    columns = [yardstick.names.index(name) for name in system.parameters]

    def run(drawn: np.ndarray, rtol: float) -> np.ndarray:
        engine.integrator.relative_tolerance, engine.integrator.absolute_tolerance = rtol, ATOL
        engine.integrator.maximum_num_steps = 100_000
        out = np.empty((len(drawn), yardstick.days + 1))
        for row, (p, start) in enumerate(zip(drawn, yardstick.start(drawn), strict=True)):
            engine.reset()
            for name, column in zip(system.parameters, columns, strict=True):
                engine.setValue(f"{name}_", p[column])
            for name, value in zip(yardstick.states, start, strict=True):
                engine.setValue(f"{name}_", value)
            out[row, 0] = start[list(yardstick.summed)].sum()
            for first, last in yardstick.segments():
                for drug in np.flatnonzero(yardstick.given[first]):
                    name = f"{yardstick.states[yardstick.drug_state[drug]]}_"
                    engine.setValue(name, engine.getValue(name) + p[yardstick.drug_dose[drug]])
                found = engine.simulate(first, last, last - first + 1)
                out[row, first + 1 : last + 1] = np.asarray(found)[1:].sum(axis=1)
        return out

    return [("libRoadRunner (CVODE)", run, 20 if yardstick.key == "B1" else 4)]
