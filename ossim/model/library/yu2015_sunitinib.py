"""Sunitinib and its active metabolite SU12662 after oral doses: the liver extracts before and after absorption.

References
----------
Yu H, Steeghs N, Kloth JSL, et al. Integrated semi-physiological pharmacokinetic model for both sunitinib and its active
metabolite SU12662. Br J Clin Pharmacol 2015; 79:809-819, doi 10.1111/bcp.12550.
"""

from __future__ import annotations

from ossim.model.declaration import Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.pharmacokinetics import allometric, exchange, liver_concentration


def rates(Aa, Ac, Am, Ap, ka, CL, Vc, QH, CLm, Vm, Qi, Vp, fm, WT, WT_ref, b_CL, b_V):
    """Amounts in depot Aa, blood Ac, metabolite Am and its periphery Ap; areas under both concentrations."""
    clearance = allometric(CL, WT, WT_ref, b_CL)
    liver_flow = allometric(QH, WT, WT_ref, b_CL)
    concentration = Ac / allometric(Vc, WT, WT_ref, b_V)
    metabolite = Am / allometric(Vm, WT, WT_ref, b_V)
    spread = exchange(Am, allometric(Vm, WT, WT_ref, b_V), Ap, allometric(Vp, WT, WT_ref, b_V),
                      allometric(Qi, WT, WT_ref, b_CL))  # fmt: skip
    liver = liver_concentration(ka * Aa + liver_flow * concentration, liver_flow, clearance)
    dAa = -ka * Aa
    dAc = liver_flow * (liver - concentration)
    dAm = fm * clearance * liver - allometric(CLm, WT, WT_ref, b_CL) * metabolite - spread
    dAp = spread
    dauc = 24.0 * concentration
    dauc_m = 24.0 * metabolite
    return dAa, dAc, dAm, dAp, dauc, dauc_m


def observe(Ac, Am, Vc, Vm, WT, WT_ref, b_V):
    """Concentrations in ng/mL, which is ug/L."""
    parent = 1000.0 * Ac / allometric(Vc, WT, WT_ref, b_V)
    metabolite = 1000.0 * Am / allometric(Vm, WT, WT_ref, b_V)
    both = parent + metabolite
    return parent, metabolite, both


MODEL = Model(
    name="yu2015_sunitinib",
    title="Sunitinib and SU12662 in blood (Yu 2015)",
    reference="yu2015",
    system=System(
        "yu2015_sunitinib",
        ("Aa", "Ac", "Am", "Ap", "auc", "auc_m"),
        ("ka", "CL", "Vc", "QH", "CLm", "Vm", "Qi", "Vp", "fm", "WT", "WT_ref", "b_CL", "b_V"),
        rates,
    ),
    states={
        "Aa": State("depot", "mg", "sunitinib to be absorbed"),
        "Ac": State("central_amount", "mg", "sunitinib in the body"),
        "Am": State("metabolite_amount", "mg", "SU12662, central"),
        "Ap": State("metabolite_peripheral_amount", "mg", "SU12662, peripheral"),
        "auc": State("auc", "mg h/L", "AUC of sunitinib"),
        "auc_m": State("metabolite_auc", "mg h/L", "AUC of SU12662"),
    },
    symbols={
        "ka": "absorption_rate",
        "CL": "clearance",
        "Vc": "central_volume",
        "QH": "liver_blood_flow",
        "CLm": "metabolite_clearance",
        "Vm": "metabolite_central_volume",
        "Qi": "metabolite_intercompartmental_clearance",
        "Vp": "metabolite_peripheral_volume",
        "fm": "metabolized_fraction",
        "WT": "body_weight",
        "WT_ref": "reference_body_weight",
        "b_CL": "clearance_weight_exponent",
        "b_V": "volume_weight_exponent",
    },
    compartments=(Depot("sunitinib", "mg", "oral sunitinib", "Aa"),),
    observe=observe,
    observables={
        "parent": Observable("sunitinib_concentration", "ug/L", "sunitinib"),
        "metabolite": Observable("su12662_concentration", "ug/L", "SU12662"),
        "both": Observable("combined_concentration", "ug/L", "sunitinib and SU12662"),
    },
)
