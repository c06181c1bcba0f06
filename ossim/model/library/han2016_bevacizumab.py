"""Bevacizumab in serum after infusions: two compartments, and what sex, albumin and alkaline phosphatase change.

References
----------
Han K, Peyret T, Marchand M, et al. Population pharmacokinetics of bevacizumab in cancer patients with external
validation. Cancer Chemother Pharmacol 2016; 78:341-351, doi 10.1007/s00280-016-3079-6.
"""

from __future__ import annotations

from ossim.model.declaration import Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import pow
from ossim.terms.pharmacokinetics import allometric, exchange


def rates(A1, A2, CL, V1, Q, V2, WT, WT_ref, b_CL, b_V, male, CL_male, V1_male, IFN, CL_IFN, ALB, ALB_ref, b_ALB, ALP,
          ALP_ref, b_ALP):  # fmt: skip
    """Amounts in serum A1 and periphery A2."""
    size = pow(WT / WT_ref, b_CL)
    volume = allometric(V1, WT, WT_ref, b_V) * pow(V1_male, male)
    serum = pow(ALB / ALB_ref, b_ALB) * pow(ALP / ALP_ref, b_ALP)
    clearance = CL * size * pow(CL_male, male) * pow(CL_IFN, IFN) * serum
    spread = exchange(A1, volume, A2, allometric(V2, WT, WT_ref, b_V), Q * size)
    dA1 = -clearance * A1 / volume - spread
    dA2 = spread
    dauc = 24.0 * A1 / volume
    return dA1, dA2, dauc


def observe(A1, V1, WT, WT_ref, b_V, male, V1_male):
    """Concentration in serum."""
    concentration = A1 / (allometric(V1, WT, WT_ref, b_V) * pow(V1_male, male))
    return concentration


SYMBOLS = {
    "CL": "clearance",
    "V1": "central_volume",
    "Q": "intercompartmental_clearance",
    "V2": "peripheral_volume",
    "WT": "body_weight",
    "WT_ref": "reference_body_weight",
    "b_CL": "clearance_weight_exponent",
    "b_V": "volume_weight_exponent",
    "male": "male",
    "CL_male": "clearance_factor_male",
    "V1_male": "central_volume_factor_male",
    "IFN": "interferon_alfa",
    "CL_IFN": "clearance_factor_interferon_alfa",
    "ALB": "albumin",
    "ALB_ref": "reference_albumin",
    "b_ALB": "clearance_albumin_exponent",
    "ALP": "alkaline_phosphatase",
    "ALP_ref": "reference_alkaline_phosphatase",
    "b_ALP": "clearance_alkaline_phosphatase_exponent",
}

MODEL = Model(
    name="han2016_bevacizumab",
    title="Bevacizumab in serum (Han 2016)",
    reference="han2016",
    system=System("han2016_bevacizumab", ("A1", "A2", "auc"), tuple(SYMBOLS), rates),
    states={
        "A1": State("central_amount", "mg", "bevacizumab, central"),
        "A2": State("peripheral_amount", "mg", "bevacizumab, peripheral"),
        "auc": State("auc", "mg h/L", "AUC of bevacizumab"),
    },
    symbols=SYMBOLS,
    compartments=(Depot("bevacizumab", "mg", "bevacizumab infusion", "A1"),),
    observe=observe,
    observables={"concentration": Observable("bevacizumab_concentration", "mg/L", "bevacizumab")},
)
