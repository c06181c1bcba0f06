"""Logistic growth towards a carrying capacity."""

from __future__ import annotations

from ..numerics.system import System
from ..terms.growth import logistic_growth
from .declaration import Model, State


def rates(V, a, K):
    """dV/dt = a V (1 - V/K)."""
    dV = logistic_growth(V, a, K)
    return dV


MODEL = Model(
    name="logistic",
    title="Logistic growth",
    reference="murphy2016",
    system=System("logistic", ("V",), ("a", "K"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "growth_rate", "K": "carrying_capacity"},
)
