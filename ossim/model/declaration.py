"""How a model is declared: its system in symbols, and the English names, units and doses that users see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ossim.numerics.codegen.system import System, argument_names


@dataclass(frozen=True)
class State:
    """A state as users see it; `initial` names the parameter it starts at, None where it starts at zero."""

    name: str
    unit: str
    long_name: str
    initial: str | None = None


@dataclass(frozen=True)
class Observable:
    """What is computed from states, parameters and inputs for the user to see."""

    name: str
    unit: str
    long_name: str


@dataclass(frozen=True)
class Compartment:
    """A drug whose level jumps by a dose and then decays at the rate `decay` (a parameter); a kernel input.

    The input is level times `gain` (a parameter; 1 where None), in closed form between doses.
    """

    name: str
    unit: str
    long_name: str
    input: str
    decay: str
    gain: str | None = None


@dataclass(frozen=True)
class Level:
    """A drug whose level is the rate at which it is given, in `unit` per day: a mean daily dose, a control; an input.

    It takes infusions only. The input is the rate divided by `clearance` (a parameter; 1 where None).
    """

    name: str
    unit: str
    long_name: str
    input: str
    clearance: str | None = None


@dataclass(frozen=True)
class Depot:
    """A drug that is given into a state of the system.

    A dose of the amount `amount` given at day `time` reaches the state times `fraction(amount, time, ...)`, a function
    whose other arguments are symbols of parameters (1 where None), and `lag` days later (a parameter; 0 where None).
    """

    name: str
    unit: str
    long_name: str
    state: str
    fraction: Callable | None = None
    lag: str | None = None


@dataclass(frozen=True)
class Clock:
    """The day of the latest single dose of a drug as a kernel input, zero before the first; beside a `Depot`."""

    name: str
    unit: str
    long_name: str
    input: str


Dosed = Compartment | Level | Depot | Clock


@dataclass(frozen=True)
class Model:
    """A model of the catalogue.

    Attributes
    ----------
    states : kernel symbol -> State
    symbols : symbol -> parameter name, for every parameter of the system, of `observe` and of dose fractions
    compartments : where doses go; all those of one name get each dose
    observe : pure function of states, parameters, inputs and `t`, ending like a rate function in the returned names
    observables : name returned by `observe` -> Observable
    signed : whether states may be negative; where not, one that becomes so is a failure of the run
    time_unit : "1" where a paper counts time in its own units, which then stand for days
    """

    name: str
    title: str
    reference: str
    system: System
    states: Mapping[str, State]
    symbols: Mapping[str, str]
    compartments: tuple[Dosed, ...] = ()
    observe: Callable | None = None
    observables: Mapping[str, Observable] = field(default_factory=dict)
    time_unit: str = "day"
    signed: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters: of the kernel, of what is observed, of the drugs, of the initial state."""
        used = [self.symbols[symbol] for symbol in self.system.parameters]
        used += [self.symbols[name] for name in self._arguments(self.observe) if name in self.symbols]
        for item in self.compartments:
            used += [name for name in _named(item) if name]
            if isinstance(item, Depot):
                used += [self.symbols[name] for name in self._arguments(item.fraction) if name in self.symbols]
        used += [state.initial for state in self.states.values() if state.initial]
        return tuple(dict.fromkeys(used))

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what a run holds over time: states, observables, and drugs that are no states."""
        shown = (*self.states.values(), *self.observables.values())
        levels = (item for item in self.compartments if isinstance(item, Compartment | Level))
        return tuple(dict.fromkeys(item.name for item in (*shown, *levels)))

    @property
    def doses(self) -> tuple[str, ...]:
        """Names of the dose compartments, once each."""
        return tuple(dict.fromkeys(item.name for item in self.compartments))

    @staticmethod
    def _arguments(function: Callable | None) -> tuple[str, ...]:
        return argument_names(function) if function else ()


def _named(item: Dosed) -> tuple[str | None, ...]:
    """Parameters that a compartment names."""
    if isinstance(item, Compartment):
        return item.decay, item.gain
    if isinstance(item, Level):
        return (item.clearance,)
    return (item.lag,) if isinstance(item, Depot) else ()
