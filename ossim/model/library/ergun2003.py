"""Hahnfeldt's tumor with vessels that grow on their own, whatever the tumor does.

References
----------
Ergun A, Camphausen K, Wein LM. Optimal scheduling of radiotherapy and angiogenic inhibitors. Bull Math Biol 2003;
65:407-424.
"""

from __future__ import annotations

from ossim.model.declaration import Model
from ossim.model.library._mouse_drugs import COMPARTMENTS, EFFECT_NAMES, EFFECTS, INPUTS
from ossim.model.library.hahnfeldt1999 import STATES
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import ergun_support
from ossim.terms.growth import gompertz_growth


def rates(V, K, g_endostatin, g_angiostatin, g_tnp470, lambda1, b, d, e_endostatin, e_angiostatin, e_tnp470):
    """Tumor volume V and carrying capacity K, which does not depend on V, under the drug levels g."""
    inhibition = e_endostatin * g_endostatin + e_angiostatin * g_angiostatin + e_tnp470 * g_tnp470
    dV = gompertz_growth(V, lambda1, K)
    dK = ergun_support(K, b, d) - inhibition * K
    return dV, dK


MODEL = Model(
    name="ergun2003",
    title="Tumor growth on vessels that grow on their own (Ergun 2003, form only)",
    reference="ergun2003",
    system=System("ergun2003", ("V", "K"), ("lambda1", "b", "d", *EFFECTS), rates, INPUTS),
    states=STATES,
    symbols={"lambda1": "growth_rate", "b": "stimulation_rate", "d": "inhibition_rate", **EFFECT_NAMES},
    compartments=COMPARTMENTS,
)
