"""Three kinds of prostate cancer cells that compete under abiraterone, and the PSA that they shed.

References
----------
Zhang J, Cunningham JJ, Brown JS, Gatenby RA. Integrating evolutionary dynamics into treatment of metastatic
castrate-resistant prostate cancer. Nat Commun 2017;8:1816, doi 10.1038/s41467-017-01968-5.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import maximum


def rates(
    xd, xp, xi, psa, A, rd, rp, ri, pace, adp, adi, apd, api, aid, aip, K, Kp_on, mu_off, mu_on, least, loss
):  # fmt: skip
    """Androgen-dependent xd (T+), androgen-producing xp (TP) and androgen-independent xi (T-) cells under drug A.

    Producers feed the dependent cells, whose carrying capacity is a multiple of them.
    """
    Kd = (mu_off + (mu_on - mu_off) * A) * maximum(xp, least)
    Kp = K + (Kp_on - K) * A
    dxd = pace * rd * xd * (1.0 - (xd + adp * xp + adi * xi) / Kd)
    dxp = pace * rp * xp * (1.0 - (apd * xd + xp + api * xi) / Kp)
    dxi = pace * ri * xi * (1.0 - (aid * xd + aip * xp + xi) / K)
    dpsa = xd + xp + xi - loss * psa
    return dxd, dxp, dxi, dpsa


def observe(xd, xp, xi):
    """All cells, and the share of them that grows without androgen."""
    cells = xd + xp + xi
    independent_share = xi / (xd + xp + xi)
    return cells, independent_share


SYMBOLS = {
    "rd": "dependent_growth_rate",
    "rp": "producing_growth_rate",
    "ri": "independent_growth_rate",
    "pace": "growth_rate_scale",
    "adp": "competition_producing_on_dependent",
    "adi": "competition_independent_on_dependent",
    "apd": "competition_dependent_on_producing",
    "api": "competition_independent_on_producing",
    "aid": "competition_dependent_on_independent",
    "aip": "competition_producing_on_independent",
    "K": "carrying_capacity",
    "Kp_on": "producing_capacity_on_drug",
    "mu_off": "dependent_per_producing",
    "mu_on": "dependent_per_producing_on_drug",
    "least": "smallest_producing_cells",
    "loss": "psa_clearance_rate",
}
SYSTEM = System("zhang2017", ("xd", "xp", "xi", "psa"), tuple(SYMBOLS), rates, ("A",))

MODEL = Model(
    name="zhang2017",
    title="Prostate cancer under adaptive abiraterone (Zhang 2017)",
    reference="zhang2017",
    system=SYSTEM,
    states={
        "xd": State("dependent_cells", "1", "androgen-dependent cells (T+)", "initial_dependent_cells"),
        "xp": State("producing_cells", "1", "androgen-producing cells (TP)", "initial_producing_cells"),
        "xi": State("independent_cells", "1", "androgen-independent cells (T-)", "initial_independent_cells"),
        "psa": State("psa", "1", "prostate-specific antigen", "initial_psa"),
    },
    symbols=SYMBOLS,
    compartments=(Level("abiraterone", "1", "abiraterone, share of the full dose", "A"),),
    observe=observe,
    observables={
        "cells": Observable("tumor_cells", "1", "tumor cells"),
        "independent_share": Observable("independent_fraction", "1", "share of androgen-independent cells"),
    },
    time_unit="1",
)
