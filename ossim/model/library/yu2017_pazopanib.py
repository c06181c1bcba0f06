"""Pazopanib in plasma after oral doses: a fast and a late absorption, less of it from large doses and over weeks.

References
----------
Yu H, van Erp N, Bins S, et al. Development of a pharmacokinetic model to describe the complex pharmacokinetics of
pazopanib in cancer patients. Clin Pharmacokinet 2017; 56:293-303, doi 10.1007/s40262-016-0443-y.
"""

from __future__ import annotations

from ossim.model.declaration import Depot, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp
from ossim.terms.pharmacokinetics import exchange


def rates(D1, D3, A2, A4, ka_f, ka_s, CL, V2, Q, V4):
    """Amounts in the fast depot D1, the slow one D3, plasma A2 and periphery A4."""
    concentration = A2 / V2
    spread = exchange(A2, V2, A4, V4, Q)
    dD1 = -ka_f * D1
    dD3 = -ka_s * D3
    dA2 = ka_f * D1 + ka_s * D3 - CL * concentration - spread
    dA4 = spread
    dauc = 24.0 * concentration
    return dD1, dD3, dA2, dA4, dauc


def fast(amount, time, F, loss, rate, ED50, dose_ref, FR):
    """Part of a dose of `amount` at day `time` of treatment that is absorbed fast."""
    of_dose = ED50 / (ED50 + amount - dose_ref)
    of_time = 1.0 - loss + loss * exp(-rate * time)
    part = F * of_dose * of_time * FR
    return part


def slow(amount, time, F, loss, rate, ED50, dose_ref, FR):
    """Part that is absorbed slowly, after a lag."""
    of_dose = ED50 / (ED50 + amount - dose_ref)
    of_time = 1.0 - loss + loss * exp(-rate * time)
    part = F * of_dose * of_time * (1.0 - FR)
    return part


def observe(A2, V2):
    """Concentration in plasma."""
    concentration = A2 / V2
    return concentration


MODEL = Model(
    name="yu2017_pazopanib",
    title="Pazopanib in plasma, absorbed less from large doses and over time (Yu 2017)",
    reference="yu2017",
    system=System("yu2017_pazopanib", ("D1", "D3", "A2", "A4", "auc"), ("ka_f", "ka_s", "CL", "V2", "Q", "V4"), rates),
    states={
        "D1": State("fast_depot", "mg", "to be absorbed fast"),
        "D3": State("slow_depot", "mg", "to be absorbed slowly"),
        "A2": State("central_amount", "mg", "pazopanib, central"),
        "A4": State("peripheral_amount", "mg", "pazopanib, peripheral"),
        "auc": State("auc", "mg h/L", "AUC of pazopanib"),
    },
    symbols={
        "ka_f": "fast_absorption_rate",
        "ka_s": "slow_absorption_rate",
        "CL": "clearance",
        "V2": "central_volume",
        "Q": "intercompartmental_clearance",
        "V4": "peripheral_volume",
        "F": "relative_bioavailability",
        "loss": "bioavailability_loss",
        "rate": "bioavailability_loss_rate",
        "ED50": "half_bioavailability_dose",
        "dose_ref": "reference_dose",
        "FR": "fast_fraction",
    },
    compartments=(
        Depot("pazopanib", "mg", "oral pazopanib", "D1", fast),
        Depot("pazopanib", "mg", "oral pazopanib", "D3", slow, "lag_time"),
    ),
    observe=observe,
    observables={"concentration": Observable("pazopanib_concentration", "mg/L", "pazopanib")},
)
