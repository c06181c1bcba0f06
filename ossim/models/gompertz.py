"""Gompertz growth: the growth rate falls with the logarithm of the volume."""

from __future__ import annotations

from ..numerics.system import System
from ..terms.growth import gompertz_growth
from .declaration import Model, State


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
