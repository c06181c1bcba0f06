"""Strategies: what is prescribed next, decided at a visit from what the clinic can see. One file per strategy."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ossim.errors import unknown


def strategies() -> tuple[str, ...]:
    """Names of the strategies: the files of this folder but for the shared `visit`."""
    return tuple(sorted(module.name for module in iter_modules(__path__) if module.name != "visit"))


def strategy(name: str) -> ModuleType:
    """Return the strategy called `name`: a module with ``decide(visit, n_lines, beyond_progression)``.

    Raises
    ------
    UnknownNameError
        No strategy has this name.
    """
    if name not in strategies():
        raise unknown("strategy", name, strategies())
    return import_module(f"{__name__}.{name}")
