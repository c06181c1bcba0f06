"""The same system for the logarithms of its states: they cannot become negative, and exponential growth is a line.

The rates are derived from the declaration with symbols and simplified, so that log(V/K) becomes v - k and V^(2/3) one
exponential; nobody writes a model twice.
"""

from __future__ import annotations

from dataclasses import replace

import sympy

from ossim.numerics.codegen.explicit import kernel_source
from ossim.numerics.codegen.jacobian import LanePrinter, symbol, trace
from ossim.numerics.codegen.kernel import import_source
from ossim.numerics.codegen.system import System, argument_names

PREFIX = "log_"


def in_logarithms(system: System) -> System:
    """Return the system whose states are the logarithms of the states of `system`, named ``log_<state>``.

    Raises
    ------
    ValueError
        The system repeats a unit, or a rate is not defined for positive states.
    """
    states = tuple(f"{PREFIX}{name}" for name in system.states)
    if taken := set(states) & {*system.states, *system.parameters, *system.inputs}:
        raise ValueError(f"model {system.name}: '{min(taken)}' is a name already")

    def write() -> str:
        return _rates_text(system, states)

    module = import_source(f"{system.name}_logarithms", f"logarithms\n{kernel_source(system)}", write)
    return replace(system, name=f"{system.name}_logarithms", states=states, rates=module.logarithmic_rates)


def _rates_text(system: System, states: tuple[str, ...]) -> str:
    rates = trace(system)
    logarithms = dict(zip((symbol(name) for name in system.states), map(symbol, states), strict=True))
    powers = {state: sympy.exp(logarithm) for state, logarithm in logarithms.items()}
    # parameters appear in logarithms only if they are positive: log(V/K) may be split
    positive = {s: sympy.Symbol(s.name, positive=True) for r in rates.values() for s in r.free_symbols - set(powers)}
    found = []
    for rate, logarithm in zip(rates.values(), logarithms.values(), strict=True):
        relative = sympy.expand(rate.xreplace(positive).xreplace(powers) * sympy.exp(-logarithm))
        relative = sympy.powsimp(sympy.expand_log(sympy.powdenest(relative, force=True), force=True))
        found.append(relative.xreplace({after: before for before, after in positive.items()}))
    shared, reduced = sympy.cse(found, symbols=(symbol(f"shared_{i}") for i in range(10**6)))
    printer = LanePrinter()
    lines = [f"    {name} = {printer.doprint(expression)}" for name, expression in shared]
    outputs = [f"d{name}" for name in states]
    lines += [f"    {name} = {printer.doprint(expression)}" for name, expression in zip(outputs, reduced, strict=True)]
    used = [name for name in argument_names(system.rates) if name not in system.states]
    return "\n".join(
        (
            f'"""Rates of the logarithms of the states of {system.name}, written by ossim; do not edit."""',
            "from ossim.numerics.elementwise import absolute, exp, log, maximum, minimum, pow, sqrt, where_positive",
            "",
            "",
            f"def logarithmic_rates({', '.join((*states, *used))}):",
            *lines,
            f"    return {', '.join(outputs)}",
            "",
        )
    )
