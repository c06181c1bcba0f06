"""Gompertz growth with an offset: growth per volume stays finite in small tumors."""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import gompertz_offset_growth


def rates(V, a, b, c):
    """dV/dt = a V ln(b / (V + c))."""
    dV = gompertz_offset_growth(V, a, b, c)
    return dV


MODEL = Model(
    name="gompertz_offset",
    title="Gompertz growth with an offset",
    reference="murphy2016",
    system=System("gompertz_offset", ("V",), ("a", "b", "c"), rates),
    states={"V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume")},
    symbols={"a": "growth_rate", "b": "scale_volume", "c": "offset_volume"},
)
