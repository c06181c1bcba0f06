"""Integrals over the tissue of what a pure function of the fields returns, eight cells at a time in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from ossim.numerics.pde.grid import staggered
from ossim.numerics.pde.reaction import Local, compiled, evaluation, module_source
from ossim.numerics.pde.store import WIDTH, Store

VOLUME = "volume"  # field of the store with the volume of every cell, zero outside tissue


@dataclass(frozen=True)
class Totals(Local):
    """Integrals of what a function returns, by the names it returns.

    The function must be finite where all fields are zero, as they are outside tissue.
    """

    @cached_property
    def kernel(self) -> Callable:
        """Compiled ``kernel(block, pitch, rows, places, parameters, found)``."""
        return _kernel(self)


def integrate(totals: Totals, store: Store, parameters: np.ndarray) -> dict[str, float]:
    """Return each integral [unit of the function, times mm^d]; eight strands of fixed order add it up."""
    (found,) = staggered(1, (len(totals.fields) * WIDTH,))
    places = store.places((VOLUME, *totals.given))
    totals.kernel(store.block, store.pitch, store.rows, places, parameters, found)
    return dict(zip(totals.fields, found.reshape(-1, WIDTH).sum(axis=1).tolist(), strict=True))


def source(totals: Totals) -> str:
    """Return the module text of the compiled pass."""
    before = [f"t_{name} = 0.0 * load(block, 0)" for name in totals.fields]
    body = ["volume = load(block, places[0] * pitch + row)", *evaluation(totals, 1)]
    body += [f"t_{name} = t_{name} + volume * a_{name}" for name in totals.fields]
    after = [f"store(found, {number}, t_{name})" for number, name in enumerate(totals.fields)]
    signature = "integrate(block, pitch, rows, places, parameters, found)"
    return module_source(totals, totals.function, signature, before, body, after)


@cache
def _kernel(totals: Totals) -> Callable:
    return compiled(f"{totals.name}_totals", source(totals), "integrate")
