"""Surface growth: exponential while small, in proportion to the surface when large."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import surface_growth


def rates(V, a, b):
    """dV/dt = a V / (V + b)^(1/3)."""
    dV = surface_growth(V, a, b)
    return dV


MODEL = Model(
    name="surface_growth",
    title="Surface growth",
    reference="murphy2016",
    system=System("surface_growth", ("V",), ("a", "b"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "surface_growth_rate", "b": "switch_volume"},
)
