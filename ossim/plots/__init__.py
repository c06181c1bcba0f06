"""Figures of a trial or sweep Dataset: one file per kind in `kinds`, or in ``figures`` of a folder of the user's.

Each file defines `FIGURE`, a `Figure`: a function `<kind>(ds, *, ax=None, ...)` that draws and returns Axes (an array
of them where it has several panels), and a companion `<kind>_table(ds, ...)` that returns the numbers drawn. A kind may
have variants, as in `kaplan_meier:overall_survival`. `animate` makes a film of a Dataset of fields.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ossim import registry
from ossim.errors import Fault, InputError, unknown
from ossim.plots.base import Figure

if TYPE_CHECKING:
    import xarray as xr

    from ossim.plots.animation import animate as animate
    from ossim.plots.files import save as save
    from ossim.plots.kinds.biomarkers import biomarkers as biomarkers
    from ossim.plots.kinds.concentrations import concentrations as concentrations
    from ossim.plots.kinds.field_kymograph import field_kymograph as field_kymograph
    from ossim.plots.kinds.field_slices import field_slices as field_slices
    from ossim.plots.kinds.heatmap import heatmap as heatmap
    from ossim.plots.kinds.kaplan_meier import kaplan_meier as kaplan_meier
    from ossim.plots.kinds.patient import patient as patient
    from ossim.plots.kinds.published import published as published
    from ossim.plots.kinds.radial_profile import radial_profile as radial_profile
    from ossim.plots.kinds.spider import spider as spider
    from ossim.plots.kinds.sweep_line import sweep_line as sweep_line
    from ossim.plots.kinds.swimmer import swimmer as swimmer
    from ossim.plots.kinds.time_course import time_course as time_course
    from ossim.plots.kinds.waterfall import waterfall as waterfall

# What is not a kind of figure, and the module that makes it.
_MAKERS: Mapping[str, str] = MappingProxyType({"save": "files", "animate": "animation"})


def names() -> list[str]:
    """Return every kind of figure."""
    return list(registry.names(registry.FIGURE))


def find(figure: str) -> Callable[..., Any]:
    """Return the function that draws `figure`, a kind or `kind:variant`.

    Raises
    ------
    UnknownNameError
        If there is no such kind or variant; the message holds the nearest one.
    """
    kind, colon, variant = figure.partition(":")
    found = load(kind)
    if not colon:
        return found.draw
    if variant not in found.variants:
        raise unknown(f"variant of {kind}", variant, found.variants)
    return functools.partial(found.draw, **found.variants[variant])


def load(kind: str) -> Figure:
    """Return a kind of figure.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    InputError
        Its file cannot be run, or what it defines is no figure.
    """
    found = registry.load(registry.FIGURE, kind)
    if not isinstance(found, Figure):
        place = registry.path(registry.FIGURE, kind)
        raise InputError(Fault(str(place), 0, "", "FIGURE must be an ossim.plots.Figure"))
    return found


def applicable(ds: xr.Dataset, kind: str | None = None) -> list[str]:
    """Return the figures, `kind` or `kind:variant`, that can be drawn from `ds`; of one kind, or of all shipped ones.

    Kinds of the user's are tried where they are named: their files are run only then.
    """
    shipped = [name for name in names() if not registry.of_user(registry.FIGURE, name)]
    found = []
    for name in shipped if kind is None else [kind]:
        chosen = load(name)
        found += [name] if chosen.applies(ds) else []
        found += [f"{name}:{variant}" for variant, given in chosen.variants.items() if chosen.applies(ds, **given)]
    return found


def __getattr__(name: str) -> Any:
    if name in _MAKERS:
        return getattr(import_module(f"{__name__}.{_MAKERS[name]}"), name)
    if not name.startswith("_") and name in names():
        return load(name).draw
    if name.endswith("_table") and (kind := name.removesuffix("_table")) in names() and load(kind).table:
        return load(kind).table
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MAKERS, *names(), *(f"{kind}_table" for kind in names())])
