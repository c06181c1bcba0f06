"""Figures of a trial or sweep Dataset: one file per kind in `kinds`.

Each kind is a function `<kind>(ds, *, ax=None, ...)` that draws and returns Axes (an array of them where it has
several panels), and a companion `<kind>_table(ds, ...)` that returns the numbers drawn.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import TYPE_CHECKING

from ossim.errors import unknown

if TYPE_CHECKING:
    import xarray as xr


def names() -> list[str]:
    """Return every kind of figure, one per file of the directory `kinds`."""
    directory = import_module(f"{__name__}.kinds").__path__
    return sorted(module.name for module in pkgutil.iter_modules(directory))


def find(kind: str):
    """Return the function that draws `kind`.

    Raises
    ------
    UnknownNameError
        If there is no such kind; the message holds the nearest one.
    """
    return getattr(_module(kind), kind)


def applicable(ds: xr.Dataset) -> list[str]:
    """Return the kinds of figure that can be drawn from `ds`."""
    return [kind for kind in names() if _module(kind).applies(ds)]


def _module(kind: str):
    if kind not in names():
        raise unknown("kind of figure", kind, names())
    return import_module(f"{__name__}.kinds.{kind}")


def __getattr__(name: str):
    kind = name.removesuffix("_table")
    if not name.startswith("_") and kind in names():
        return getattr(_module(kind), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *names(), *(f"{kind}_table" for kind in names())])
