"""Linear pharmacokinetic sets of a drug: compartments, clearances, volumes, unbound fraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ossim.catalog.reading import Quantity, quantity
from ossim.catalog.vocabulary import PHARMACOKINETIC_UNITS


@dataclass(frozen=True)
class PharmacokineticSet:
    """One parameter set of a linear compartment model; None marks a value that was not found.

    Clearances [L/day] and volumes [L] are apparent (per bioavailability) for oral drugs, rates are [1/day], the lag
    time is [day]; `quantities` holds the same numbers with source and tier.
    """

    name: str
    model: str
    absorption_rate: float | None = None
    clearance: float | None = None
    volume_of_distribution: float | None = None
    half_life: float | None = None
    intercompartmental_clearance: float | None = None
    peripheral_volume: float | None = None
    intercompartmental_clearance_2: float | None = None
    peripheral_volume_2: float | None = None
    lag_time: float | None = None
    bioavailability: float | None = None
    fraction_unbound: float | None = None
    note: str = ""
    variability: Mapping[str, Any] = field(default_factory=dict)
    quantities: Mapping[str, Quantity] = field(default_factory=dict)

    @property
    def compartments(self) -> int:
        """Number of disposition compartments."""
        return int(self.model.rsplit("_", 1)[1])

    @property
    def oral(self) -> bool:
        """Whether the model has an absorption compartment."""
        return self.model.startswith("oral")

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the values without which this set cannot be simulated."""
        needed = ["clearance", "volume_of_distribution"]
        needed += ["absorption_rate"] if self.oral else []
        needed += ["intercompartmental_clearance", "peripheral_volume"] if self.compartments > 1 else []
        needed += ["intercompartmental_clearance_2", "peripheral_volume_2"] if self.compartments > 2 else []
        return tuple(name for name in needed if getattr(self, name) is None)

    @property
    def complete(self) -> bool:
        """Whether this set can be simulated."""
        return not self.missing


def pharmacokinetic_set(name: str, entry: Mapping[str, Any]) -> PharmacokineticSet:
    """Return the section ``pharmacokinetics: <name>:`` of a drug file as a `PharmacokineticSet`."""
    quantities = {key: quantity(entry[key]) for key in PHARMACOKINETIC_UNITS if key in entry}
    return PharmacokineticSet(
        name=name,
        model=entry["model"],
        note=entry.get("note", ""),
        variability=MappingProxyType(dict(entry.get("variability", {}))),
        quantities=MappingProxyType(quantities),
        **{key: item.value for key, item in quantities.items()},
    )
