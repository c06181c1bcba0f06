"""Strategies: what is prescribed next, decided at a visit from what the clinic can see. One file per strategy.

A file of `kinds`, or of ``strategies`` in a folder of the user's, defines `STRATEGY`, a class derived from `Strategy`.
"""

from __future__ import annotations

from ossim import registry
from ossim.strategies.base import STOP, Line, Strategy, Visit
from ossim.strategies.treatment import Regimens

__all__ = ["STOP", "Line", "Regimens", "Strategy", "Visit", "strategies", "strategy"]


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
    return registry.load_class(registry.STRATEGY, name, Strategy)
