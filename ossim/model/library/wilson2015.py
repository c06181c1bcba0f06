"""HT-29 xenografts under sunitinib and irinotecan: loss of vessels, and cells that die sooner after sunitinib.

References
----------
Wilson S, Tod M, Ouerdani A, Emde A, Yarden Y, Adda Berkane A, Kassour S, Wei MX, Freyer G, You B, Grenier E, Ribba B.
Modeling and predicting optimal treatment scheduling between the antiangiogenic drug sunitinib and irinotecan in
preclinical settings. CPT Pharmacometrics Syst Pharmacol 2015; 4:720-727, doi 10.1002/psp4.12045, equations 3 and 4.
"""

from __future__ import annotations

from ossim.model.declaration import Compartment, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp, pow, where_positive


def rates(D1, D2, D3, D4, K, A, S, C, lam, al, b, bS, bC, pS, pC, kS):
    """Diameters of growing cells D1 and of dying cells D2 to D4, and the carrying capacity K.

    Dying cells pass on at kC = kS exp(A), where A is the exposure to sunitinib before the first dose of irinotecan.
    """
    kC = kS * exp(A)
    hit = bC * pC * C * D1
    dD1 = lam * D1 * (1.0 - pow(D1 / K, al)) - hit
    dD2 = hit - kC * D2
    dD3 = kC * (D2 - D3)
    dD4 = kC * (D3 - D4)
    dK = b * D1 * D1 - bS * pS * S * K
    dA = where_positive(C - 1e-20, 0.0, S)  # a dose is 1; solvers elsewhere leave noise in a drug not yet given
    return dD1, dD2, dD3, dD4, dK, dA


def observe(D1, D2, D3, D4, A, kS):
    """What a caliper measures, and the rate at which cells hit by irinotecan pass on."""
    D = D1 + D2 + D3 + D4
    kC = kS * exp(A)
    return D, kC


SYMBOLS = {
    "lam": "growth_rate",
    "al": "growth_exponent",
    "b": "stimulation_rate",
    "bS": "sunitinib_effect",
    "bC": "irinotecan_effect",
    "pS": "sunitinib_decay_rate",
    "pC": "irinotecan_decay_rate",
    "kS": "transit_rate",
}

MODEL = Model(
    name="wilson2015",
    title="Sunitinib and irinotecan in mice with HT-29 colorectal xenografts (Wilson 2015)",
    reference="wilson2015",
    system=System(
        name="wilson2015",
        states=("D1", "D2", "D3", "D4", "K", "A"),
        parameters=tuple(SYMBOLS),
        rates=rates,
        inputs=("S", "C"),
    ),
    states={
        "D1": State("growing_diameter", "mm", "diameter of growing cells", "initial_diameter"),
        "D2": State("dying_diameter_1", "mm", "diameter of cells hit by irinotecan"),
        "D3": State("dying_diameter_2", "mm", "diameter of cells on their way to death"),
        "D4": State("dying_diameter_3", "mm", "diameter of cells about to go"),
        "K": State("carrying_capacity", "mm", "carrying capacity", "initial_carrying_capacity"),
        "A": State("prior_exposure", "day", "exposure to sunitinib before irinotecan"),
    },
    symbols=SYMBOLS,
    compartments=(
        Compartment("sunitinib", "1", "sunitinib doses in the body", "S", "sunitinib_decay_rate"),
        Compartment("irinotecan", "1", "irinotecan doses in the body", "C", "irinotecan_decay_rate"),
    ),
    observe=observe,
    observables={
        "D": Observable("tumor_diameter", "mm", "tumor diameter"),
        "kC": Observable("death_transit_rate", "1/day", "rate at which hit cells pass on"),
    },
)
