"""Everolimus in whole blood after oral doses: first-order absorption into two compartments.

References
----------
de Wit D, Schneider TC, Moes DJAR, et al. Everolimus pharmacokinetics and its exposure-toxicity relationship in patients
with thyroid cancer. Cancer Chemother Pharmacol 2016; 78:63-71, doi 10.1007/s00280-016-3050-6.
"""

from __future__ import annotations

from ossim.model.declaration import Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.pharmacokinetics import allometric, exchange


def rates(Aa, A1, A2, ka, CL, V1, Q, V2, WT, WT_ref, b_CL, b_V):
    """Amounts in the depot Aa, blood A1 and periphery A2."""
    volume = allometric(V1, WT, WT_ref, b_V)
    spread = exchange(A1, volume, A2, V2, Q)
    dAa = -ka * Aa
    dA1 = ka * Aa - allometric(CL, WT, WT_ref, b_CL) * A1 / volume - spread
    dA2 = spread
    dauc = 24.0 * A1 / volume
    return dAa, dA1, dA2, dauc


def absorbed(amount, time, F):
    """Part of a dose that is absorbed, relative to a patient who does not carry the TTT haplotype of ABCB1."""
    part = F
    return part


def observe(A1, V1, WT, WT_ref, b_V):
    """Concentration in ng/mL, which is ug/L."""
    concentration = 1000.0 * A1 / allometric(V1, WT, WT_ref, b_V)
    return concentration


MODEL = Model(
    name="dewit2016_everolimus",
    title="Everolimus in whole blood (de Wit 2016)",
    reference="dewit2016",
    system=System(
        "dewit2016_everolimus",
        ("Aa", "A1", "A2", "auc"),
        ("ka", "CL", "V1", "Q", "V2", "WT", "WT_ref", "b_CL", "b_V"),
        rates,
    ),
    states={
        "Aa": State("depot", "mg", "everolimus to be absorbed"),
        "A1": State("central_amount", "mg", "everolimus, central"),
        "A2": State("peripheral_amount", "mg", "everolimus, peripheral"),
        "auc": State("auc", "mg h/L", "AUC of everolimus"),
    },
    symbols={
        "ka": "absorption_rate",
        "CL": "clearance",
        "V1": "central_volume",
        "Q": "intercompartmental_clearance",
        "V2": "peripheral_volume",
        "F": "relative_bioavailability",
        "WT": "body_weight",
        "WT_ref": "reference_body_weight",
        "b_CL": "clearance_weight_exponent",
        "b_V": "volume_weight_exponent",
    },
    compartments=(Depot("everolimus", "mg", "oral everolimus", "Aa", absorbed),),
    observe=observe,
    observables={"concentration": Observable("everolimus_concentration", "ug/L", "everolimus in whole blood")},
)
