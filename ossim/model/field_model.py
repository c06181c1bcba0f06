"""How a model in space is declared: its fields in symbols, the names and units users see, what counts as tumor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ossim.numerics.pde.system import FieldSystem


@dataclass(frozen=True)
class Field:
    """A field as users see it; `stock` says whether its integral over space means something."""

    name: str
    unit: str
    long_name: str
    stock: bool = False


@dataclass(frozen=True)
class FieldModel:
    """A model of the catalogue whose states are fields.

    Attributes
    ----------
    fields : symbol -> Field, for every field of the system
    symbols : symbol -> parameter name, for every parameter of the system
    tumor : symbols of the fields that add up to the tumor; it is what lies above the parameter `tumor_level`
    front : symbols of a diffusivity and of a growth rate; a front between them is about sqrt(D / rate) wide, which the
        grid must resolve
    geometries : what it may be run in; `size` and `spacing` of the grid where nothing is said [mm]
    step : longest time step where nothing is said [day]; None where all fields are at rest
    """

    name: str
    title: str
    reference: str
    system: FieldSystem
    fields: Mapping[str, Field]
    symbols: Mapping[str, str]
    size: str
    spacing: str
    step: str | None = None
    tumor: tuple[str, ...] = ()
    tumor_level: str | None = None
    front: tuple[str, str] | None = None
    geometries: tuple[str, ...] = ("radial", "line", "plane", "box")
    time_unit: str = "day"
    length_unit: str = "mm"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters: of the system, of the outline of the tumor, of grid and step."""
        outline = (self.tumor_level,) if self.tumor_level else ()
        used = (*(self.symbols[symbol] for symbol in self.system.parameters), *outline)
        return tuple(dict.fromkeys((*used, self.size, self.spacing, *((self.step,) if self.step else ()))))

    @property
    def at_rest(self) -> bool:
        """Whether nothing changes in time: no field evolves, and those transported are at rest."""
        return not self.system.fields and all(item.at_rest for item in self.system.transported)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what a run holds over time: fields, their integrals, and the diameter of the tumor."""
        names = [item.name for item in self.fields.values()]
        names += [f"total_{item.name}" for item in self.fields.values() if item.stock]
        return (*names, "tumor_diameter", "tumor_volume") if self.tumor else tuple(names)

    @property
    def doses(self) -> tuple[str, ...]:
        """Names of dose compartments: a model of fields takes none."""
        return ()
