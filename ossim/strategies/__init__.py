"""Strategies: what is prescribed next, decided at a visit from what the clinic can see. One file per strategy.

A file of `kinds`, or of ``strategies`` in a folder of the user's, defines `STRATEGY`, a class derived from `Strategy`.
"""

from __future__ import annotations

from ossim import registry
from ossim.errors import InputError
from ossim.sections.base import Section
from ossim.strategies.base import STOP, Line, Strategy, Visit
from ossim.strategies.checks import decide_checked, labels_checked, plan_checked
from ossim.strategies.treatment import Regimens

__all__ = [
    "STOP",
    "Line",
    "Regimens",
    "Strategy",
    "Visit",
    "decide_checked",
    "labels_checked",
    "planned",
    "strategies",
    "strategy",
    "usable",
]


def strategies() -> tuple[str, ...]:
    """Names of the strategies, sorted."""
    return registry.names(registry.STRATEGY)


def strategy(name: str) -> type[Strategy]:
    """Return the strategy called `name`: a class that is made with its options.

    Raises
    ------
    UnknownNameError
        No strategy has this name.
    InputError
        Its file cannot be run, or what it defines is no strategy.
    """
    found: type[Strategy] = registry.load_class(registry.STRATEGY, name, Strategy)
    if not (isinstance(found.Options, type) and issubclass(found.Options, Section)):
        place = registry.path(registry.STRATEGY, name)
        raise InputError(f"{place}: Options must be a class derived from Section, is {found.Options!r}")
    return found


def usable() -> dict[str, type[Strategy]]:
    """Return name -> strategy for all that can be loaded; for each other one a line is logged, and it is left out."""
    found = {}
    for name in strategies():
        try:
            found[name] = strategy(name)
        except InputError as error:
            registry.LOG.warning("ossim: left out: %s", error)
    return found


def planned(name: str, options: Section) -> Strategy:
    """Return the strategy called `name` with its options, what it plans checked.

    Raises
    ------
    InputError
        As `strategy`, or its lines or labels break the contract of `Strategy`.
    """
    return plan_checked(name, strategy(name), options)
