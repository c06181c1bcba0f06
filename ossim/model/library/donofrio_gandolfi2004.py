"""Hahnfeldt's tumor with vessels that stimulate themselves: the growth of the carrying capacity is proportional to it.

References
----------
d'Onofrio A, Gandolfi A. Tumour eradication by antiangiogenic therapy: analysis and extensions of the model by
Hahnfeldt et al. (1999). Math Biosci 2004; 191:159-184.
"""

from __future__ import annotations

from ossim.model.declaration import Model
from ossim.model.library._mouse_drugs import COMPARTMENTS, EFFECTS, INPUTS
from ossim.model.library.hahnfeldt1999 import STATES, SYMBOLS
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import donofrio_gandolfi_support
from ossim.terms.growth import gompertz_growth


def rates(V, K, g_endostatin, g_angiostatin, g_tnp470, lambda1, lambda2, b, d, e_endostatin, e_angiostatin, e_tnp470):
    """Tumor volume V and effective carrying capacity K under the drug levels g; effects of the drugs add."""
    inhibition = e_endostatin * g_endostatin + e_angiostatin * g_angiostatin + e_tnp470 * g_tnp470
    dV = gompertz_growth(V, lambda1, K)
    dK = donofrio_gandolfi_support(V, K, b, d) - lambda2 * K - inhibition * K
    return dV, dK


MODEL = Model(
    name="donofrio_gandolfi2004",
    title="Tumor growth under angiogenic control, stimulation by the vessels (d'Onofrio and Gandolfi 2004)",
    reference="donofrio_gandolfi2004",
    system=System("donofrio_gandolfi2004", ("V", "K"), ("lambda1", "lambda2", "b", "d", *EFFECTS), rates, INPUTS),
    states=STATES,
    symbols=SYMBOLS,
    compartments=COMPARTMENTS,
)
