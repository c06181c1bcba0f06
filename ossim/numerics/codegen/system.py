"""The mathematical form of a model: named states, parameters and inputs, and pure scalar rate functions.

Arguments are bound by name, results by the names in the function's last line: an output called ``d<state>`` is the
time derivative of that state, any other output is a quantity that later functions may ask for. A system may hold a
*unit* that is repeated (a lesion): its states follow the shared ones, and its summary outputs listed in `totals` are
summed over units into ``<output>_total``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """States, parameters, inputs and rate functions of one model; see the module for the naming rules."""

    name: str
    states: tuple[str, ...]
    parameters: tuple[str, ...]
    rates: Callable
    inputs: tuple[str, ...] = ()
    unit_states: tuple[str, ...] = ()
    unit_parameters: tuple[str, ...] = ()
    unit_summary: Callable | None = None
    totals: tuple[str, ...] = ()
    unit_rates: Callable | None = None
    unit_observable: Callable | None = None
    max_units: int = 0

    @property
    def n_states(self) -> int:
        """Width of the state vector, all units included."""
        return len(self.states) + self.max_units * len(self.unit_states)

    @property
    def n_parameters(self) -> int:
        """Width of the parameter vector, all units included."""
        return len(self.parameters) + self.max_units * len(self.unit_parameters)

    @property
    def functions(self) -> tuple[Callable, ...]:
        """The declared functions, in the order in which they are evaluated."""
        declared = (self.unit_summary, self.rates, self.unit_rates, self.unit_observable)
        return tuple(function for function in declared if function is not None)

    def state_names(self, n_units: int | None = None) -> tuple[str, ...]:
        """Names along the state vector, units numbered from 1."""
        units = range(1, (self.max_units if n_units is None else n_units) + 1)
        return self.states + tuple(f"{name}_{unit}" for unit in units for name in self.unit_states)


def argument_names(function: Callable) -> tuple[str, ...]:
    """Names of the arguments of a rate function."""
    return tuple(inspect.signature(function).parameters)


def output_names(function: Callable) -> tuple[str, ...]:
    """Names in the final ``return a, b, ...`` of a rate function.

    Raises
    ------
    ValueError
        If the function does not end in a return of plain names.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    last = tree.body[-1]
    value = last.value if isinstance(last, ast.Return) else None
    elements = value.elts if isinstance(value, ast.Tuple) else [value]
    if not all(isinstance(element, ast.Name) for element in elements):
        raise ValueError(f"{function.__name__} must end in 'return name, name, ...'")
    return tuple(element.id for element in elements)
