"""Colorectal cancer in patients under a fluoropyrimidine: exponential growth against a kill that fades with time.

References
----------
Claret L, Girard P, Hoff PM, et al. Model-based prediction of phase III overall survival in colorectal cancer on the
basis of phase II tumor dynamics. J Clin Oncol 2009; 27:4103-4108, doi 10.1200/JCO.2008.21.0807.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp


def rates(y, E, t, KL, KD, lam):
    """Tumor size y at the exposure E; resistance takes the kill away at the rate lam from day 0 on."""
    dy = KL * y - KD * E * exp(-lam * t) * y
    return dy


MODEL = Model(
    name="claret2009",
    title="Capecitabine or 5-fluorouracil in patients with colorectal cancer (Claret 2009)",
    reference="claret2009",
    system=System("claret2009", ("y",), ("KL", "KD", "lam"), rates, ("E",)),
    states={"y": State("sum_of_diameters", "mm", "sum of longest diameters", "initial_sum_of_diameters")},
    symbols={"KL": "growth_rate", "KD": "kill_rate", "lam": "resistance_rate"},
    compartments=(Level("fluoropyrimidine", "g", "dose of the fluoropyrimidine", "E", "exposure_rate"),),
)
