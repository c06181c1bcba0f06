"""Logistic growth towards a carrying capacity."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import logistic_growth


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
