"""A tumor under radiotherapy: Gompertz growth, linear-quadratic kill, and the repair of sublethal lesions.

References
----------
Lea DE, Catcheside DG. The mechanism of the induction by radiation of chromosome aberrations in Tradescantia.
J Genet 1942; 44:216-245, doi 10.1007/BF02982830.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, State
from ossim.numerics.codegen.system import System
from ossim.terms.growth import gompertz_growth
from ossim.terms.radiation import linear_quadratic_kill, sublethal_lesions


def rates(V, g, R, rho, K, alpha, ab, mu):
    """Volume V and unrepaired sublethal lesions g at the dose rate R; what is killed is gone at once.

    Without growth a dose D leaves exp(-alpha D - G alpha/ab D^2), with G the Lea-Catcheside factor of its course.
    """
    dV = gompertz_growth(V, rho, K) - linear_quadratic_kill(V, R, g, alpha, alpha / ab)
    dg = sublethal_lesions(g, R, mu)
    return dV, dg


MODEL = Model(
    name="radiotherapy_lq",
    title="A tumor under radiotherapy by the linear-quadratic law",
    reference="lea1942",
    system=System("radiotherapy_lq", ("V", "g"), ("rho", "K", "alpha", "ab", "mu"), rates, ("R",)),
    states={
        "V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
        "g": State("sublethal_lesions", "Gy", "sublethal lesions, as dose"),
    },
    symbols={
        "rho": "growth_rate",
        "K": "carrying_capacity",
        "alpha": "radiosensitivity",
        "ab": "alpha_beta_ratio",
        "mu": "repair_rate",
    },
    compartments=(Level("radiation", "Gy", "radiation", "R"),),
)
