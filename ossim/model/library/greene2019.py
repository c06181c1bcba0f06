"""Sensitive and resistant cells of a tumor: resistance that arises by itself, and resistance that the drug induces.

References
----------
Greene JM, Gevertz JL, Sontag ED. Mathematical approach to differentiate spontaneous and induced evolution to drug
resistance during cancer treatment. JCO Clin Cancer Inform 2019;3:1-20, doi 10.1200/CCI.18.00087.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System


def rates(S, R, u, eps, alpha, d, pr):
    """Sensitive S and resistant R, as shares of the carrying capacity, under the drug u; time in divisions of S."""
    turning = (eps + alpha * u) * S
    dS = (1.0 - (S + R)) * S - turning - d * u * S
    dR = pr * (1.0 - (S + R)) * R + turning
    return dS, dR


def observe(S, R):
    """Size of the tumor and the share of it that is resistant."""
    volume = S + R
    resistant_share = R / (S + R)
    return volume, resistant_share


SYSTEM = System("greene2019", ("S", "R"), ("eps", "alpha", "d", "pr"), rates, ("u",))

MODEL = Model(
    name="greene2019",
    title="Spontaneous and drug-induced resistance (Greene 2019)",
    reference="greene2019",
    system=SYSTEM,
    states={
        "S": State("sensitive", "1", "sensitive cells, share of the carrying capacity", "initial_sensitive"),
        "R": State("resistant", "1", "resistant cells, share of the carrying capacity", "initial_resistant"),
    },
    symbols={
        "eps": "spontaneous_resistance_rate",
        "alpha": "induced_resistance_rate",
        "d": "kill_rate",
        "pr": "resistant_growth_rate",
    },
    compartments=(Level("drug", "1", "drug level", "u"),),
    observe=observe,
    observables={
        "volume": Observable("tumor_size", "1", "tumor size, share of the carrying capacity"),
        "resistant_share": Observable("resistant_fraction", "1", "resistant fraction"),
    },
    time_unit="1",
)
