"""Generalized logistic growth: a family that holds the logistic law and, as a limit, that of Gompertz."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import generalized_logistic_growth


def rates(V, lam, K, alpha):
    """dV/dt = (lam/alpha) V (1 - (V/K)^alpha)."""
    dV = generalized_logistic_growth(V, lam, K, alpha)
    return dV


MODEL = Model(
    name="generalized_logistic",
    title="Generalized logistic growth",
    reference="richards1959",
    system=System("generalized_logistic", ("V",), ("lam", "K", "alpha"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"lam": "growth_rate", "K": "carrying_capacity", "alpha": "shape_exponent"},
)
