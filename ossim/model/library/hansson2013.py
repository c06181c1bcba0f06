"""Gastrointestinal stromal tumors under sunitinib: four biomarkers in plasma, the size of the lesions, and survival.

References
----------
Hansson EK, Amantea MA, Westwood P, Milligan PA, Houk BE, French J, Karlsson MO, Friberg LE. PKPD modeling of VEGF,
sVEGFR-2, sVEGFR-3, and sKIT as predictors of tumor dynamics and overall survival following sunitinib treatment in
GIST. CPT Pharmacometrics Syst Pharmacol 2013; 2:e84, doi 10.1038/psp.2013.61.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp, pow, where_positive
from ossim.terms.hazards import weibull_hazard
from ossim.terms.pharmacodynamics import sigmoid_effect


def death_hazard(R3, t, BM3, SLD0, lam, alpha, tau, t0, beta3, betaSLD):
    """Weibull hazard of death from day t0 on, by the change of sVEGFR-3 and by the lesions at the start."""
    weibull = where_positive(t - t0, weibull_hazard(t, lam, alpha, tau), 0.0)
    return weibull * exp(beta3 * (R3 - BM3) / BM3 + betaSLD * SLD0)


def rates(
    VEGF, R2, R3, KIT, KITpla, SLD, H, auc, t, BM1, BM2, BM3, BMS, MRT1, MRT2, MRT3, MRTS, IC1, IC2, IC3, ICS, n1, n2,
    s1, sS, KG, KSKIT, KVEGFR3, KDRUG, LAMBDA, SLD0, lam, alpha, tau, t0, beta3, betaSLD,
):  # fmt: skip
    """Turnover of each biomarker under the exposure `auc` of a day, the lesions, and the cumulative hazard of death.

    Drug slows the loss of VEGF and the production of the soluble receptors. VEGF and sKIT also rise as the disease
    progresses. All effects on the lesions fade at the rate LAMBDA.
    """
    dVEGF = (BM1 * (1.0 + s1 * t) - (1.0 - sigmoid_effect(auc, IC1, n1)) * VEGF) / MRT1
    dR2 = (BM2 * (1.0 - sigmoid_effect(auc, IC2, n2)) - R2) / MRT2
    dR3 = (BM3 * (1.0 - auc / (IC3 + auc)) - R3) / MRT3
    dKIT = (BMS * (1.0 + sS * t) * (1.0 - auc / (ICS + auc)) - KIT) / MRTS
    dKITpla = (BMS * (1.0 + sS * t) - KITpla) / MRTS
    rKIT = (KIT - KITpla) / KITpla
    rR3 = (R3 - BM3) / BM3
    dSLD = (KG - (KDRUG * auc - KSKIT * rKIT - KVEGFR3 * rR3) * exp(-LAMBDA * t)) * SLD
    dH = death_hazard(R3, t, BM3, SLD0, lam, alpha, tau, t0, beta3, betaSLD)
    return dVEGF, dR2, dR3, dKIT, dKITpla, dSLD, dH


def observe(R3, KIT, KITpla, H, t, BM3, SLD0, lam, alpha, tau, t0, beta3, betaSLD):
    """Relative changes, and survival after both readings of the Weibull law: the second has 1 / lam for tau."""
    rSKIT = (KIT - KITpla) / KITpla
    rVEGFR3 = (R3 - BM3) / BM3
    hazard = death_hazard(R3, t, BM3, SLD0, lam, alpha, tau, t0, beta3, betaSLD)
    S = exp(-H)
    S2 = exp(-H * pow(lam * tau, alpha - 1.0))
    return rSKIT, rVEGFR3, hazard, S, S2


SYMBOLS = {
    "BM1": "vegf_baseline",
    "BM2": "svegfr2_baseline",
    "BM3": "svegfr3_baseline",
    "BMS": "skit_baseline",
    "MRT1": "vegf_mean_residence_time",
    "MRT2": "svegfr2_mean_residence_time",
    "MRT3": "svegfr3_mean_residence_time",
    "MRTS": "skit_mean_residence_time",
    "IC1": "vegf_ic50",
    "IC2": "svegfr2_ic50",
    "IC3": "svegfr3_ic50",
    "ICS": "skit_ic50",
    "n1": "vegf_hill",
    "n2": "svegfr2_hill",
    "s1": "vegf_progression_rate",
    "sS": "skit_progression_rate",
    "KG": "growth_rate",
    "KSKIT": "skit_effect",
    "KVEGFR3": "svegfr3_effect",
    "KDRUG": "drug_effect",
    "LAMBDA": "effect_decay_rate",
    "SLD0": "initial_sum_of_diameters",
    "lam": "death_rate",
    "alpha": "death_shape",
    "tau": "death_time_scale",
    "t0": "death_start",
    "beta3": "death_svegfr3_coefficient",
    "betaSLD": "death_size_coefficient",
}

MODEL = Model(
    name="hansson2013",
    title="Sunitinib in gastrointestinal stromal tumors: biomarkers, lesions, survival (Hansson 2013)",
    reference="hansson2013",
    system=System(
        name="hansson2013",
        states=("VEGF", "R2", "R3", "KIT", "KITpla", "SLD", "H"),
        parameters=tuple(SYMBOLS),
        rates=rates,
        inputs=("auc",),
    ),
    states={
        "VEGF": State("vegf", "pg/mL", "VEGF in plasma", "vegf_baseline"),
        "R2": State("svegfr2", "pg/mL", "soluble VEGFR-2 in plasma", "svegfr2_baseline"),
        "R3": State("svegfr3", "pg/mL", "soluble VEGFR-3 in plasma", "svegfr3_baseline"),
        "KIT": State("skit", "pg/mL", "soluble KIT in plasma", "skit_baseline"),
        "KITpla": State("skit_placebo", "pg/mL", "soluble KIT had no drug been given", "skit_baseline"),
        "SLD": State("sum_of_diameters", "mm", "sum of longest diameters", "initial_sum_of_diameters"),
        "H": State("death_cumulative_hazard", "1", "cumulative hazard of death"),
    },
    symbols=SYMBOLS,
    compartments=(Level("sunitinib", "mg", "sunitinib dose", "auc", "sunitinib_clearance"),),
    observe=observe,
    observables={
        "rSKIT": Observable("skit_change", "1", "change of soluble KIT from no drug"),
        "rVEGFR3": Observable("svegfr3_change", "1", "change of soluble VEGFR-3 from baseline"),
        "hazard": Observable("death_hazard", "1/day", "hazard of death"),
        "S": Observable("survival", "1", "survival, Weibull time in weeks"),
        "S2": Observable("survival_rate_form", "1", "survival, Weibull time in 1/rate"),
    },
)
