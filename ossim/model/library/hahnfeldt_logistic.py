"""Hahnfeldt's tumor with generalized logistic in place of Gompertz growth towards its carrying capacity.

References
----------
Hahnfeldt et al. 1999, see `hahnfeldt1999`; the growth law as in Wilson et al. 2015 (CPT Pharmacometrics Syst
Pharmacol 4:720-727), whose exponent is the default.
"""

from __future__ import annotations

from ossim.model.declaration import Model
from ossim.model.library._mouse_drugs import COMPARTMENTS, EFFECTS, INPUTS
from ossim.model.library.hahnfeldt1999 import STATES, SYMBOLS
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import hahnfeldt_support
from ossim.terms.growth import generalized_logistic_growth


def rates(
    V, K, g_endostatin, g_angiostatin, g_tnp470, lambda1, theta, lambda2, b, d, e_endostatin, e_angiostatin, e_tnp470
):
    """Tumor volume V and effective carrying capacity K under the drug levels g; Gompertz growth as theta goes to 0."""
    inhibition = e_endostatin * g_endostatin + e_angiostatin * g_angiostatin + e_tnp470 * g_tnp470
    dV = generalized_logistic_growth(V, lambda1, K, theta)
    dK = hahnfeldt_support(V, K, b, d) - lambda2 * K - inhibition * K
    return dV, dK


MODEL = Model(
    name="hahnfeldt_logistic",
    title="Tumor growth under angiogenic control, generalized logistic form",
    reference="hahnfeldt1999",
    system=System("hahnfeldt_logistic", ("V", "K"), ("lambda1", "theta", "lambda2", "b", "d", *EFFECTS), rates, INPUTS),
    states=STATES,
    symbols={**SYMBOLS, "theta": "growth_exponent"},
    compartments=COMPARTMENTS,
)
