"""Mendelsohn growth: a power of the volume, between linear and exponential."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import mendelsohn_growth


def rates(V, a, b):
    """dV/dt = a V^b."""
    dV = mendelsohn_growth(V, a, b)
    return dV


MODEL = Model(
    name="mendelsohn",
    title="Mendelsohn growth",
    reference="murphy2016",
    system=System("mendelsohn", ("V",), ("a", "b"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "growth_rate", "b": "growth_exponent"},
)
