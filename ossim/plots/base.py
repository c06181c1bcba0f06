"""The contract of a kind of figure: when it can be drawn, how, the numbers behind it, and its variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A kind of figure; a file of it calls one of these `FIGURE`, and its name is that of the file.

    Attributes
    ----------
    draw : ``draw(ds, *, ax=None, **options)`` draws on new or given Axes and returns them, an array where it has
        several panels; the first line of its text says what it shows
    applies : ``applies(ds, **options)`` says whether a Dataset holds what it needs
    table : ``table(ds, **options)`` returns the numbers drawn as a Dataset; None where they are the Dataset itself
    variants : name -> options of `draw` and `applies`; figures are called ``kind`` and ``kind:variant``
    """

    draw: Callable[..., Any]
    applies: Callable[..., bool]
    table: Callable[..., Any] | None = None
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
