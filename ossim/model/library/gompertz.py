"""Gompertz growth: the growth rate falls with the logarithm of the volume."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import gompertz_growth


def rates(V, a, K):
    """dV/dt = a V ln(K/V)."""
    dV = gompertz_growth(V, a, K)
    return dV


MODEL = Model(
    name="gompertz",
    title="Gompertz growth",
    reference="murphy2016",
    system=System("gompertz", ("V",), ("a", "K"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "growth_rate", "K": "carrying_capacity"},
)
