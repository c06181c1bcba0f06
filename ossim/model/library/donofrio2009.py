"""Hahnfeldt's tumor under an antiangiogenic and a cytotoxic drug that reaches cells and vessels.

References
----------
d'Onofrio A, Ledzewicz U, Maurer H, Schaettler H. On optimal delivery of combination therapy for tumors. Math Biosci
2009; 222:13-26.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import hahnfeldt_support
from ossim.terms.growth import gompertz_growth


def rates(p, q, u, v, xi, phi, b, mu, d, gamma, eta):
    """Volume p and capacity q; the inhibitor u acts on vessels, the cytotoxic v on cells and vessels."""
    dp = gompertz_growth(p, xi, q) - phi * v * p
    dq = hahnfeldt_support(p, q, b, d) - (mu + gamma * u + eta * v) * q
    return dp, dq


MODEL = Model(
    name="donofrio2009",
    title="Antiangiogenic and cytotoxic treatment together (d'Onofrio 2009, form only)",
    reference="donofrio2009",
    system=System("donofrio2009", ("p", "q"), ("xi", "phi", "b", "mu", "d", "gamma", "eta"), rates, ("u", "v")),
    states={
        "p": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
        "q": State("carrying_capacity", "mm^3", "carrying capacity", "initial_carrying_capacity"),
    },
    symbols={
        "xi": "growth_rate",
        "phi": "cytotoxic_effect_on_cells",
        "b": "stimulation_rate",
        "mu": "vessel_loss_rate",
        "d": "inhibition_rate",
        "gamma": "antiangiogenic_effect",
        "eta": "cytotoxic_effect_on_vessels",
    },
    compartments=(
        Level("inhibitor", "mg/kg", "antiangiogenic inhibitor", "u"),
        Level("cytotoxic", "mg/kg", "cytotoxic drug", "v"),
    ),
)
