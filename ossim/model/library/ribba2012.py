"""Low-grade glioma in patients under chemotherapy: dividing, quiescent and damaged tissue, seen as one diameter.

References
----------
Ribba B, Kaloshi G, Peyre M, et al. A tumor growth inhibition model for low-grade glioma treated with chemotherapy or
radiotherapy. Clin Cancer Res 2012; 18:5071-5080, doi 10.1158/1078-0432.CCR-12-0084.
"""

from __future__ import annotations

from ossim.model.declaration import Compartment, Model, Observable, State
from ossim.numerics.codegen.system import System


def rates(P, Q, Qp, C, lamP, K, kPQ, kQpP, gP, gQ, dQP, KDE):
    """Proliferative P, quiescent Q and damaged quiescent tissue Qp, at the level C of the drug.

    Damaged tissue repairs itself and divides again, or dies: that is why a tumor can shrink for long after treatment.
    """
    effect = C * KDE
    dP = lamP * P * (1.0 - (P + Q + Qp) / K) + kQpP * Qp - kPQ * P - gP * effect * P
    dQ = kPQ * P - gQ * effect * Q
    dQp = gQ * effect * Q - kQpP * Qp - dQP * Qp
    return dP, dQ, dQp


def observe(P, Q, Qp):
    """The mean tumor diameter is that of all tissue."""
    diameter = P + Q + Qp
    return diameter


MODEL = Model(
    name="ribba2012",
    title="PCV chemotherapy in patients with low-grade glioma (Ribba 2012)",
    reference="ribba2012",
    system=System("ribba2012", ("P", "Q", "Qp"), ("lamP", "K", "kPQ", "kQpP", "gP", "gQ", "dQP", "KDE"), rates, ("C",)),
    states={
        "P": State("proliferative_tissue", "mm", "proliferative tissue", "initial_proliferative_tissue"),
        "Q": State("quiescent_tissue", "mm", "quiescent tissue", "initial_quiescent_tissue"),
        "Qp": State("damaged_tissue", "mm", "damaged quiescent tissue"),
    },
    symbols={
        "lamP": "growth_rate",
        "K": "largest_diameter",
        "kPQ": "quiescence_rate",
        "kQpP": "repair_rate",
        "gP": "kill_of_proliferative",
        "gQ": "damage_of_quiescent",
        "dQP": "damaged_loss_rate",
        "KDE": "elimination_rate",
    },
    compartments=(Compartment("treatment", "1", "level of the virtual drug", "C", "elimination_rate"),),
    observe=observe,
    observables={"diameter": Observable("mean_tumor_diameter", "mm", "mean tumor diameter")},
)
