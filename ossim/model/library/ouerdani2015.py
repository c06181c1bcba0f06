"""Renal cell carcinoma in patients under pazopanib: the size of the lesions, and the vessels that can carry it.

References
----------
Ouerdani A, Struemper H, Suttle AB, Ouellet D, Ribba B. Preclinical modeling of tumor growth and angiogenesis
inhibition to describe pazopanib clinical effects in renal cell carcinoma. CPT Pharmacometrics Syst Pharmacol 2015;
4:660-668, doi 10.1002/psp4.12001.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp, pow, where_positive
from ossim.terms.growth import logistic_growth


def rates(P, K, auc, t, k, b, n, a0, ba, c0, bc, d):
    """Tumor size P and carrying capacity K at the exposure `auc` of a day; the kill of cells fades at the rate d."""
    kill = where_positive(auc, a0 * pow(auc, ba), 0.0)
    vessel_loss = where_positive(auc, c0 * pow(auc, bc), 0.0)
    dP = logistic_growth(P, k, K) - kill * exp(-d * t) * P
    dK = b * pow(P, n) - vessel_loss * K
    return dP, dK


SYSTEM = System("ouerdani2015", ("P", "K"), ("k", "b", "n", "a0", "ba", "c0", "bc", "d"), rates, ("auc",))
SYMBOLS = {
    "k": "growth_rate",
    "b": "stimulation_rate",
    "n": "stimulation_exponent",
    "a0": "kill_rate",
    "ba": "kill_exponent",
    "c0": "vessel_loss_rate",
    "bc": "vessel_loss_exponent",
    "d": "kill_decay_rate",
}

MODEL = Model(
    name="ouerdani2015",
    title="Pazopanib in patients with renal cell carcinoma (Ouerdani 2015)",
    reference="ouerdani2015",
    system=SYSTEM,
    states={
        "P": State("sum_of_diameters", "mm", "sum of longest diameters", "initial_sum_of_diameters"),
        "K": State("carrying_capacity", "mm", "carrying capacity", "initial_carrying_capacity"),
    },
    symbols=SYMBOLS,
    compartments=(Level("pazopanib", "mg", "pazopanib dose", "auc", "pazopanib_clearance"),),
)
