"""Figures of a trial or sweep Dataset: one file per kind in `kinds`.

Each kind is a function `<kind>(ds, *, ax=None, ...)` that draws and returns Axes (an array of them where it has
several panels), and a companion `<kind>_table(ds, ...)` that returns the numbers drawn. A kind may have variants,
spelled `kind:variant`, such as `kaplan_meier:overall_survival`. `animate` makes a film of a Dataset of fields.
"""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ossim.errors import unknown

if TYPE_CHECKING:
    import xarray as xr

# What is not a kind of figure, and the module that makes it.
_MAKERS: Mapping[str, str] = MappingProxyType({"save": "files", "animate": "animation"})
_NO_VARIANTS: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


def names() -> list[str]:
    """Return every kind of figure, one per file of the directory `kinds`."""
    directory = import_module(f"{__name__}.kinds").__path__
    return sorted(module.name for module in pkgutil.iter_modules(directory))


def find(figure: str) -> Callable[..., Any]:
    """Return the function that draws `figure`, a kind or `kind:variant`.

    Raises
    ------
    UnknownNameError
        If there is no such kind or variant; the message holds the nearest one.
    """
    kind, colon, variant = figure.partition(":")
    draw = getattr(_module(kind), kind)
    if not colon:
        return draw
    known = _variants(kind)
    if variant not in known:
        raise unknown(f"variant of {kind}", variant, known)
    return functools.partial(draw, **known[variant])


def applicable(ds: xr.Dataset, kind: str | None = None) -> list[str]:
    """Return the figures, `kind` or `kind:variant`, that can be drawn from `ds`; of one kind, or of all."""
    found = []
    for name in names() if kind is None else [kind]:
        applies = _module(name).applies
        found += [name] if applies(ds) else []
        found += [f"{name}:{variant}" for variant, options in _variants(name).items() if applies(ds, **options)]
    return found


def _variants(kind: str) -> Mapping[str, Mapping[str, Any]]:
    return getattr(_module(kind), "VARIANTS", _NO_VARIANTS)


def _module(kind: str):
    if kind not in names():
        raise unknown("kind of figure", kind, names())
    return import_module(f"{__name__}.kinds.{kind}")


def __getattr__(name: str):
    if name in _MAKERS:
        return getattr(import_module(f"{__name__}.{_MAKERS[name]}"), name)
    kind = name.removesuffix("_table")
    if not name.startswith("_") and kind in names():
        return getattr(_module(kind), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MAKERS, *names(), *(f"{kind}_table" for kind in names())])
