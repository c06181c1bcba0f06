"""Tumors in mice under a cytotoxic: cells that are hit pass through three stages of damage before they are gone.

References
----------
Simeoni M, Magni P, Cammia C, et al. Predictive pharmacokinetic-pharmacodynamic modeling of tumor growth kinetics in
xenograft models after administration of anticancer agents. Cancer Res 2004; 64:1094-1101,
doi 10.1158/0008-5472.CAN-03-2524.
"""

from __future__ import annotations

from ossim.model.declaration import Compartment, Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import exponential_linear_growth


def rates(x1, x2, x3, x4, c, l0, l1, psi, k1, k2):
    """Weights of growing cells x1 and of cells in three stages of damage, at the drug concentration c."""
    hit = k2 * c * x1
    dx1 = exponential_linear_growth(x1, x1 + x2 + x3 + x4, l0, l1, psi) - hit
    dx2 = hit - k1 * x2
    dx3 = k1 * (x2 - x3)
    dx4 = k1 * (x3 - x4)
    return dx1, dx2, dx3, dx4


def observe(x1, x2, x3, x4):
    """The weight of the tumor is that of all its cells."""
    tumor_weight = x1 + x2 + x3 + x4
    return tumor_weight


MODEL = Model(
    name="simeoni2004",
    title="Paclitaxel in mice with tumor xenografts (Simeoni 2004)",
    reference="simeoni2004",
    system=System("simeoni2004", ("x1", "x2", "x3", "x4"), ("l0", "l1", "psi", "k1", "k2"), rates, ("c",)),
    states={
        "x1": State("proliferating_weight", "g", "weight of proliferating cells", "initial_proliferating_weight"),
        "x2": State("damaged_weight_1", "g", "weight of cells in damage stage 1"),
        "x3": State("damaged_weight_2", "g", "weight of cells in damage stage 2"),
        "x4": State("damaged_weight_3", "g", "weight of cells in damage stage 3"),
    },
    symbols={
        "l0": "exponential_growth_rate",
        "l1": "linear_growth_rate",
        "psi": "switch_sharpness",
        "k1": "damage_transit_rate",
        "k2": "potency",
    },
    compartments=(
        Compartment("paclitaxel", "mg/L", "paclitaxel concentration", "c", "elimination_rate"),
        Level("paclitaxel_auc", "mg day/L", "paclitaxel AUC given", "c"),
    ),
    observe=observe,
    observables={"tumor_weight": Observable("tumor_weight", "g", "tumor weight")},
)
