"""Tumor quantity as regression and growth at once: exp(-d t) + exp(g t) - 1, the two-phase equation.

References
----------
Stein WD, Gulley JL, Schlom J, et al. Tumor regression and growth rates determined in five intramural NCI prostate
cancer trials: the growth rate constant as an indicator of therapeutic efficacy. Clin Cancer Res 2011; 17:907-917,
doi 10.1158/1078-0432.CCR-10-1762.
"""

from __future__ import annotations

from ossim.model.declaration import Model, Observable, State
from ossim.numerics.codegen.system import System


def rates(r, a, d, g):
    """Share r = 1 - exp(-d t) of the start that is gone, and a = exp(g t) - 1 that has been added to it."""
    dr = d * (1.0 - r)
    da = g * (1.0 + a)
    return dr, da


def observe(r, a, y0):
    """Size y0 (exp(-d t) + exp(g t) - 1)."""
    size = y0 * (1.0 - r + a)
    return size


SYSTEM = System("stein2011", ("r", "a"), ("d", "g"), rates)
STATES = {
    "r": State("regressed_share", "1", "share of the start regressed"),
    "a": State("added_share", "1", "share of the start added by growth"),
}
SYMBOLS = {"d": "regression_rate", "g": "growth_rate", "y0": "initial_sum_of_diameters"}
OBSERVABLES = {"size": Observable("sum_of_diameters", "mm", "sum of longest diameters")}

MODEL = Model(
    name="stein2011",
    title="Tumor size under regression and growth at once (form of Stein 2011, values of the user)",
    reference="stein2011",
    system=SYSTEM,
    states=STATES,
    symbols=SYMBOLS,
    observe=observe,
    observables=OBSERVABLES,
)
