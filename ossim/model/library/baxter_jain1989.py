"""Interstitial fluid pressure of a tumor without lymph vessels: vessels leak, fluid oozes out through the surface."""

from __future__ import annotations

from ossim.model.field_model import Field, FieldModel
from ossim.numerics.pde.system import FieldSystem, Transported


def balance(Lp, SV, Pv, sigma, pi_v, pi_i):
    """Starling's law: filtration through vessel walls until the pressure of the tissue holds against it."""
    uptake = Lp * SV
    supply = Lp * SV * (Pv - sigma * (pi_v - pi_i))
    return uptake, supply


SYMBOLS = {
    "Lp": "vessel_wall_conductivity",
    "SV": "vessel_surface",
    "K": "tissue_conductivity",
    "Pv": "vessel_pressure",
    "sigma": "reflection_coefficient",
    "pi_v": "plasma_oncotic_pressure",
    "pi_i": "tissue_oncotic_pressure",
    "Ps": "surface_pressure",
}

MODEL = FieldModel(
    name="baxter_jain1989",
    title="Interstitial fluid pressure in a tumor, at rest",
    reference="baxter1989",
    system=FieldSystem(
        "baxter_jain1989", (), tuple(SYMBOLS), transported=(Transported("p", "K", balance, boundary="Ps"),)
    ),
    fields={"p": Field("interstitial_pressure", "mmHg", "interstitial fluid pressure")},
    symbols=SYMBOLS,
    size="tumor_size",
    spacing="cell_spacing",
)
