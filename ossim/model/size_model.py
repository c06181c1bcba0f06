"""How a model of metastases by size is declared: which of the common laws it has, and the names that users see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ossim.model.declaration import Level

#: parameters of growth, seeding and detection that every such model has
COMMON = ("growth_rate", "largest_size", "seeding_rate", "seeding_exponent", "cell_density", "visible_diameter")


@dataclass(frozen=True)
class Therapy:
    """A systemic drug and the parameters that say what its full level, 1, does.

    Attributes
    ----------
    level : the dose compartment, given as a rate
    primary_effect, growth_effect, seeding_effect : share by which the primary grows more slowly, by which metastases
        do, and by which all seed less
    eradication_rate : rate at which metastases of any size are eradicated [1/day]
    """

    level: Level
    primary_effect: str
    growth_effect: str
    seeding_effect: str
    eradication_rate: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of its parameters."""
        return self.primary_effect, self.growth_effect, self.seeding_effect, self.eradication_rate


@dataclass(frozen=True)
class SizeModel:
    """A model of the catalogue whose state is the number of metastases by size; the primary starts as one cell.

    Attributes
    ----------
    surgery_day, residual_fraction : parameters: when the primary is removed, and the share of it that stays; None in a
        model without surgery
    """

    name: str
    title: str
    reference: str
    therapies: tuple[Therapy, ...] = ()
    surgery_day: str | None = None
    residual_fraction: str | None = None
    time_unit: str = "day"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters."""
        surgery = (name for name in (self.surgery_day, self.residual_fraction) if name)
        return (*COMMON, *(name for therapy in self.therapies for name in therapy.parameters), *surgery)

    @property
    def compartments(self) -> tuple[Level, ...]:
        """Where doses go."""
        return tuple(therapy.level for therapy in self.therapies)

    @property
    def doses(self) -> tuple[str, ...]:
        """Names of the dose compartments."""
        return tuple(level.name for level in self.compartments)

    @property
    def states(self) -> Mapping[str, object]:
        """No state starts from a number of its own: there is a primary of one cell and no metastasis."""
        return MappingProxyType({})

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of what a run holds over time."""
        shown = ("primary_volume", "metastasis_count", "visible_count", "metastatic_burden")
        relapse = ("relapse_count", "relapse_probability") if self.surgery_day else ()
        return (*shown, *relapse, *self.doses)


def equations(declared: SizeModel) -> list[str]:
    """Return the equations of a model as text, one a line."""
    treated = bool(declared.therapies)
    growth, weight = ("u(t) growth_rate", "v(t) seeding_rate") if treated else ("growth_rate", "seeding_rate")
    lost = " - e(t) rho" if treated else ""
    lines = [
        f"d rho(x, t)/dt = -d/dx (g rho){lost}   x: size [cells], rho: metastases per size",
        f"g(x) = {growth} x ln(largest_size / x)",
        "g(1) rho(1, t) = b(X(t)) + integral of b(x) rho(x, t) dx   X: size of the primary",
        f"b(x) = {weight} x^seeding_exponent",
        "rho(x, 0) = 0, X(0) = 1",
    ]
    if treated:
        drugs = declared.therapies
        for symbol, role, what in (
            ("u", "growth_effect", ""),
            ("u", "primary_effect", " for the primary"),
            ("v", "seeding_effect", ""),
        ):
            factors = " ".join(f"(1 - {getattr(drug, role)} {drug.level.input})" for drug in drugs)
            lines.append(f"{symbol} = {factors}{what}")
        lines.append("e = " + " + ".join(f"{drug.eradication_rate} {drug.level.input}" for drug in drugs))
    if declared.surgery_day:
        lines.append(f"X becomes {declared.residual_fraction} X on {declared.surgery_day}")
    return lines
