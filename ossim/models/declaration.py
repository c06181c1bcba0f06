"""How a model is declared: its system in symbols, and the English names, units and doses that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..numerics.system import System


@dataclass(frozen=True)
class State:
    """A state as users see it; `initial` names the parameter that holds its value at the start."""

    name: str
    unit: str
    long_name: str
    initial: str


@dataclass(frozen=True)
class Compartment:
    """Where doses go: a drug that decays at the rate `decay` (a parameter) and acts through a kernel input.

    The input is amount times `gain` (a parameter; 1 where None), in closed form between doses.
    """

    name: str
    unit: str
    long_name: str
    input: str
    decay: str
    gain: str | None = None


@dataclass(frozen=True)
class Model:
    """A model of the catalogue.

    Attributes
    ----------
    states : kernel symbol -> State
    symbols : kernel symbol -> parameter name, for every parameter of the system
    compartments : dose compartments, in the order of the system's inputs
    """

    name: str
    title: str
    reference: str
    system: System
    states: Mapping[str, State]
    symbols: Mapping[str, str]
    compartments: tuple[Compartment, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters: of the kernel, of the drugs, of the initial state."""
        kernel = [self.symbols[symbol] for symbol in self.system.parameters]
        drugs = [name for item in self.compartments for name in (item.decay, item.gain) if name]
        return tuple(dict.fromkeys([*kernel, *drugs, *(state.initial for state in self.states.values())]))
