"""Exponential growth: a constant doubling time."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import exponential_growth


def rates(V, a):
    """dV/dt = a V."""
    dV = exponential_growth(V, a)
    return dV


MODEL = Model(
    name="exponential",
    title="Exponential growth",
    reference="murphy2016",
    system=System("exponential", ("V",), ("a",), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "growth_rate"},
)
