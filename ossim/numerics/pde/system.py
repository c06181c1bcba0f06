"""A system of fields in symbols: what reacts, what spreads, what drifts, what is at rest at every time.

Evolving fields react cell by cell, spread by diffusion and drift up potentials. Transported fields (oxygen, a growth
factor, a drug, a pressure) are fast: they are at rest with the evolving ones, or follow with a decay that may be fast.
All functions are pure and scalar, take fields, parameters and coordinates by name (r, x, y, z [mm] and `tissue`, 1 in
tissue, 0 outside), and may be compiled for lanes of cells. That of the start is evaluated once, by NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Transported:
    """A field a with div(D grad a) - uptake a + supply = 0, or = a_t where it is not `at_rest`.

    Attributes
    ----------
    balance : function of evolving fields, of transported ones before this one, of this one where it is not `at_rest`
        (for an uptake that saturates), and of parameters, ending in ``return uptake, supply``: [1/day] and [unit of a
        per day]
    diffusivity : parameter, D [mm^2/day]
    boundary : parameter, value of a at the boundary of the grid; None: nothing flows through it
    """

    name: str
    diffusivity: str
    balance: Callable
    at_rest: bool = True
    boundary: str | None = None


@dataclass(frozen=True)
class Drift:
    """Drift of an evolving field up the gradient of `potential`, a function that returns one [mm^2/day]."""

    field: str
    potential: Callable


@dataclass(frozen=True)
class FieldSystem:
    """Fields and their laws.

    Attributes
    ----------
    fields : evolving fields
    rates : function ending in ``return d<field>, ...``, in order; None where nothing reacts
    diffusivity : evolving field -> parameter, mm^2/day
    mobility : function ending in ``return mobility``, from 0 to 1, which scales all these diffusivities
    totals : function of all fields and of parameters, ending in ``return <name>, ...``, whose integrals are read off
    start : function of coordinates and parameters, ending in ``return`` of the names of the fields that do not start
        at 0
    """

    name: str
    fields: tuple[str, ...]
    parameters: tuple[str, ...]
    rates: Callable | None = None
    diffusivity: Mapping[str, str] = field(default_factory=dict)
    mobility: Callable | None = None
    transported: tuple[Transported, ...] = ()
    drifts: tuple[Drift, ...] = ()
    totals: Callable | None = None
    start: Callable | None = None

    @property
    def all_fields(self) -> tuple[str, ...]:
        """Evolving and transported fields."""
        return (*self.fields, *(item.name for item in self.transported))

    @property
    def functions(self) -> tuple[Callable, ...]:
        """All functions, in the order in which a reader wants them."""
        found = (self.start, self.mobility, *(item.balance for item in self.transported))
        found += (*(item.potential for item in self.drifts), self.rates, self.totals)
        return tuple(function for function in found if function is not None)
