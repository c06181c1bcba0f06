"""Sensitive and resistant cells that compete for space, with a cost of resistance and turnover of cells.

References
----------
Strobl MAR, West J, Viossat Y, Damaghi M, Robertson-Tessi M, Brown JS, Gatenby RA, Maini PK, Anderson ARA. Turnover
modulates the need for a cost of resistance in adaptive therapy. Cancer Res 2021;81:1135-1147,
doi 10.1158/0008-5472.CAN-20-0806.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System


def rates(S, R, D, rS, rR, K, kill, mS, mR):
    """Sensitive S and resistant R; the drug D takes its part of the divisions of S; both die at their own rates."""
    room = 1.0 - (S + R) / K
    dS = rS * S * room * (1.0 - kill * D) - mS * S
    dR = rR * R * room - mR * R
    return dS, dR


def observe(S, R):
    """All cells, and the share of them that is resistant."""
    burden = S + R
    resistant_share = R / (S + R)
    return burden, resistant_share


SYSTEM = System("strobl2021", ("S", "R"), ("rS", "rR", "K", "kill", "mS", "mR"), rates, ("D",))

MODEL = Model(
    name="strobl2021",
    title="Competition, cost and turnover under adaptive therapy (Strobl 2021)",
    reference="strobl2021",
    system=SYSTEM,
    states={
        "S": State("sensitive", "1", "sensitive cells, share of the carrying capacity", "initial_sensitive"),
        "R": State("resistant", "1", "resistant cells, share of the carrying capacity", "initial_resistant"),
    },
    symbols={
        "rS": "sensitive_growth_rate",
        "rR": "resistant_growth_rate",
        "K": "carrying_capacity",
        "kill": "kill_per_division",
        "mS": "sensitive_death_rate",
        "mR": "resistant_death_rate",
    },
    compartments=(Level("drug", "1", "drug level, share of the full dose", "D"),),
    observe=observe,
    observables={
        "burden": Observable("tumor_size", "1", "tumor size, share of the carrying capacity"),
        "resistant_share": Observable("resistant_fraction", "1", "resistant fraction"),
    },
)
