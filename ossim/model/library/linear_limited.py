"""Linear-limited growth: exponential while small, by a constant volume a day when large."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import linear_limited_growth


def rates(V, a, b):
    """dV/dt = a V / (V + b)."""
    dV = linear_limited_growth(V, a, b)
    return dV


MODEL = Model(
    name="linear_limited",
    title="Linear-limited growth",
    reference="murphy2016",
    system=System("linear_limited", ("V",), ("a", "b"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "linear_growth_rate", "b": "switch_volume"},
)
