"""Bertalanffy growth: gain through the surface, loss in the volume."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import bertalanffy_growth


def rates(V, a, b):
    """dV/dt = a V^(2/3) - b V."""
    dV = bertalanffy_growth(V, a, b)
    return dV


MODEL = Model(
    name="bertalanffy",
    title="Bertalanffy growth",
    reference="murphy2016",
    system=System("bertalanffy", ("V",), ("a", "b"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "gain_rate", "b": "loss_rate"},
)
