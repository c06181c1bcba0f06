"""The optimal control problem of antiangiogenic treatment: what is the best use of a limited amount of inhibitor?

Tumor volume p and carrying capacity q under a control u, 0 <= u <= u_max, of which no more than A may be used in all;
sought is the u that makes p smallest at a free final time. Here u is the rate at which the inhibitor is given.

References
----------
Ledzewicz U, Schaettler H. Antiangiogenic therapy in cancer treatment as an optimal control problem. SIAM J Control
Optim 2007; 46:1052-1079. The numbers are those of the benchmark in Betts, Practical Methods for Optimal Control.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.angiogenesis import donofrio_gandolfi_support
from ossim.terms.growth import gompertz_growth


def rates(p, q, u, xi, b, mu, d, G):
    """Volume p and capacity q; stimulation is b q as in d'Onofrio and Gandolfi, not the b p of Hahnfeldt."""
    dp = gompertz_growth(p, xi, q)
    dq = donofrio_gandolfi_support(p, q, b - mu, d) - G * u * q
    return dp, dq


MODEL = Model(
    name="ledzewicz2007",
    title="Optimal control of antiangiogenic treatment (Ledzewicz and Schaettler 2007)",
    reference="ledzewicz2007",
    system=System("ledzewicz2007", ("p", "q"), ("xi", "b", "mu", "d", "G"), rates, ("u",)),
    states={
        "p": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
        "q": State("carrying_capacity", "mm^3", "carrying capacity", "initial_carrying_capacity"),
    },
    symbols={
        "xi": "growth_rate",
        "b": "stimulation_rate",
        "mu": "vessel_loss_rate",
        "d": "inhibition_rate",
        "G": "antiangiogenic_effect",
    },
    compartments=(Level("inhibitor", "mg/kg", "antiangiogenic inhibitor", "u"),),
)
