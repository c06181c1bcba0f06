"""High-dose methotrexate in plasma of patients with osteosarcoma: an infusion into two compartments.

References
----------
Zhang W, Zhang Q, Tian X, et al. Population pharmacokinetics of high-dose methotrexate after intravenous administration
in Chinese osteosarcoma patients from a single institution. Chin Med J 2015; 128:111-118, doi 10.4103/0366-6999.147829.
"""

from __future__ import annotations

from ossim.model.declaration import Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.pharmacokinetics import exchange


def rates(A1, A2, CL1, V1, CL2, V2):
    """Amounts in plasma A1 and periphery A2."""
    spread = exchange(A1, V1, A2, V2, CL2)
    dA1 = -CL1 * A1 / V1 - spread
    dA2 = spread
    dauc = 24.0 * A1 / V1
    return dA1, dA2, dauc


def observe(A1, V1, MW):
    """Concentration in plasma, by mass and in umol/L."""
    concentration = A1 / V1
    molar = 1000.0 * concentration / MW
    return concentration, molar


MODEL = Model(
    name="zhang2015_methotrexate",
    title="High-dose methotrexate in patients with osteosarcoma (Zhang 2015)",
    reference="zhang2015",
    system=System("zhang2015_methotrexate", ("A1", "A2", "auc"), ("CL1", "V1", "CL2", "V2"), rates),
    states={
        "A1": State("central_amount", "mg", "methotrexate, central"),
        "A2": State("peripheral_amount", "mg", "methotrexate, peripheral"),
        "auc": State("auc", "mg h/L", "AUC of methotrexate"),
    },
    symbols={
        "CL1": "clearance",
        "V1": "central_volume",
        "CL2": "intercompartmental_clearance",
        "V2": "peripheral_volume",
        "MW": "molecular_weight",
    },
    compartments=(Depot("methotrexate", "mg", "methotrexate infusion", "A1"),),
    observe=observe,
    observables={
        "concentration": Observable("methotrexate_concentration", "mg/L", "methotrexate"),
        "molar": Observable("methotrexate_molar_concentration", "umol/L", "methotrexate"),
    },
)
