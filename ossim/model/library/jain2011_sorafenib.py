"""Sorafenib in plasma after oral doses: a chain of absorption, and bile that returns part of the drug to it.

References
----------
Jain L, Woo S, Gardner ER, et al. Population pharmacokinetic analysis of sorafenib in patients with solid tumours.
Br J Clin Pharmacol 2011; 72:294-305, doi 10.1111/j.1365-2125.2011.03963.x.
"""

from __future__ import annotations

from ossim.model.declaration import Clock, Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.pharmacokinetics import allometric, opening


def rates(A0, A1, A2, A3, A4, Ac, Ag, latest, t, MAT, CL, V, k_EHC, t_EHC, n_EHC, F_ent, WT, WT_ref, b_V):
    """Amounts in the depot A0, four transits, plasma Ac and gallbladder Ag, which opens again after every dose.

    The mean absorption time MAT is spent in five stages, the depot and the transits, one fifth in each.
    """
    ka = 5.0 / MAT
    concentration = Ac / allometric(V, WT, WT_ref, b_V)
    bile = k_EHC * opening(t - latest, t_EHC, n_EHC) * Ag
    dA0 = -ka * A0
    dA1 = ka * (A0 - A1)
    dA2 = ka * (A1 - A2)
    dA3 = ka * (A2 - A3)
    dA4 = ka * (A3 - A4) + bile
    dAc = ka * A4 - CL * concentration
    dAg = F_ent * CL * concentration - bile
    dauc = 24.0 * concentration
    return dA0, dA1, dA2, dA3, dA4, dAc, dAg, dauc


def observe(Ac, V, WT, WT_ref, b_V):
    """Concentration in plasma."""
    concentration = Ac / allometric(V, WT, WT_ref, b_V)
    return concentration


MODEL = Model(
    name="jain2011_sorafenib",
    title="Sorafenib in plasma, with enterohepatic recycling (Jain 2011)",
    reference="jain2011",
    system=System(
        "jain2011_sorafenib",
        ("A0", "A1", "A2", "A3", "A4", "Ac", "Ag", "auc"),
        ("MAT", "CL", "V", "k_EHC", "t_EHC", "n_EHC", "F_ent", "WT", "WT_ref", "b_V"),
        rates,
        ("latest",),
    ),
    states={
        "A0": State("depot", "mg", "sorafenib to be absorbed"),
        "A1": State("transit_1", "mg", "in the first transit"),
        "A2": State("transit_2", "mg", "in the second transit"),
        "A3": State("transit_3", "mg", "in the third transit"),
        "A4": State("transit_4", "mg", "in the fourth transit"),
        "Ac": State("central_amount", "mg", "sorafenib in the body"),
        "Ag": State("gallbladder", "mg", "in the gallbladder"),
        "auc": State("auc", "mg h/L", "AUC of sorafenib"),
    },
    symbols={
        "MAT": "mean_absorption_time",
        "CL": "clearance",
        "V": "volume",
        "k_EHC": "gallbladder_emptying_rate",
        "t_EHC": "gallbladder_opening_time",
        "n_EHC": "gallbladder_opening_steepness",
        "F_ent": "recycled_fraction",
        "WT": "body_weight",
        "WT_ref": "reference_body_weight",
        "b_V": "volume_weight_exponent",
    },
    compartments=(
        Depot("sorafenib", "mg", "oral sorafenib", "A0"),
        Clock("sorafenib", "mg", "oral sorafenib", "latest"),
    ),
    observe=observe,
    observables={"concentration": Observable("sorafenib_concentration", "mg/L", "sorafenib")},
)
