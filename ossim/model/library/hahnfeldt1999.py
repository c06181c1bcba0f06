"""Tumor growth bounded by its own vessels, and their loss under endostatin, angiostatin and TNP-470.

References
----------
Hahnfeldt P, Panigrahy D, Folkman J, Hlatky L. Tumor development under angiogenic signaling: a dynamical theory of
tumor growth, treatment response, and postvascular dormancy. Cancer Res 1999; 59:4770-4775, equations 1-4, table 1.
"""

from __future__ import annotations

from ossim.model.declaration import Model, State
from ossim.model.library._mouse_drugs import COMPARTMENTS, EFFECT_NAMES, EFFECTS, INPUTS
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import hahnfeldt_support
from ossim.terms.growth import gompertz_growth


def rates(V, K, g_endostatin, g_angiostatin, g_tnp470, lambda1, lambda2, b, d, e_endostatin, e_angiostatin, e_tnp470):
    """Tumor volume V and effective carrying capacity K under the drug levels g; effects of the drugs add."""
    inhibition = e_endostatin * g_endostatin + e_angiostatin * g_angiostatin + e_tnp470 * g_tnp470
    dV = gompertz_growth(V, lambda1, K)
    dK = hahnfeldt_support(V, K, b, d) - lambda2 * K - inhibition * K
    return dV, dK


STATES = {
    "V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
    "K": State("carrying_capacity", "mm^3", "effective carrying capacity", "initial_carrying_capacity"),
}
SYMBOLS = {
    "lambda1": "growth_rate",
    "lambda2": "vessel_loss_rate",
    "b": "stimulation_rate",
    "d": "inhibition_rate",
    **EFFECT_NAMES,
}

MODEL = Model(
    name="hahnfeldt1999",
    title="Tumor growth under angiogenic control (Hahnfeldt 1999)",
    reference="hahnfeldt1999",
    system=System("hahnfeldt1999", ("V", "K"), ("lambda1", "lambda2", "b", "d", *EFFECTS), rates, INPUTS),
    states=STATES,
    symbols=SYMBOLS,
    compartments=COMPARTMENTS,
)
