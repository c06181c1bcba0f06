"""Gastrointestinal stromal tumors under sunitinib: glucose uptake of a lesion in PET, size, death and dropout.

References
----------
Schindler E, Amantea MA, Karlsson MO, Friberg LE. PK-PD modeling of individual lesion FDG-PET response to predict
overall survival in patients with sunitinib-treated gastrointestinal stromal tumor. CPT Pharmacometrics Syst Pharmacol
2016; 5:173-181, doi 10.1002/psp4.12057.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import exp, where_positive


def rates(E, SUV, SUV1, SLD, auc, t, keo, kout, Base, DRUG, KG, KDRUG, LAMBDA, t1):
    """Delayed exposure E, uptake SUV of a lesion, which SUV1 follows up to the early scan t1, and the lesions."""
    dE = keo * (auc - E)
    dSUV = kout * Base - kout * (1.0 + DRUG * E) * SUV
    dSUV1 = where_positive(t1 - t, dSUV, 0.0)
    dSLD = (KG - KDRUG * E * exp(-LAMBDA * t)) * SLD
    return dE, dSUV, dSUV1, dSLD


def observe(SUV1, t, Base, lam, beta, drop):
    """Constant hazards; that of death depends on the early change C, which is final from the early scan on."""
    C = (SUV1 - Base) / Base
    hazard = lam * exp(beta * C)
    S = exp(-hazard * t)
    dropout = drop
    stay = exp(-drop * t)
    return C, hazard, S, dropout, stay


SYMBOLS = {
    "keo": "exposure_rate",
    "kout": "uptake_turnover_rate",
    "Base": "initial_uptake",
    "DRUG": "uptake_effect",
    "KG": "growth_rate",
    "KDRUG": "drug_effect",
    "LAMBDA": "effect_decay_rate",
    "t1": "early_scan",
    "lam": "death_rate",
    "beta": "death_uptake_coefficient",
    "drop": "dropout_rate",
}

MODEL = Model(
    name="schindler2016",
    title="Sunitinib in gastrointestinal stromal tumors: PET, lesions, survival (Schindler 2016)",
    reference="schindler2016",
    system=System(
        name="schindler2016",
        states=("E", "SUV", "SUV1", "SLD"),
        parameters=("keo", "kout", "Base", "DRUG", "KG", "KDRUG", "LAMBDA", "t1"),
        rates=rates,
        inputs=("auc",),
    ),
    states={
        "E": State("effect_exposure", "mg h/L", "exposure at the site of effect"),
        "SUV": State("uptake", "1", "maximal standardized uptake of a lesion", "initial_uptake"),
        "SUV1": State("early_uptake", "1", "uptake up to the early scan", "initial_uptake"),
        "SLD": State("sum_of_diameters", "mm", "sum of longest diameters", "initial_sum_of_diameters"),
    },
    symbols=SYMBOLS,
    compartments=(Level("sunitinib", "mg", "sunitinib dose", "auc", "sunitinib_clearance"),),
    observe=observe,
    observables={
        "C": Observable("early_uptake_change", "1", "change of uptake up to the early scan"),
        "hazard": Observable("death_hazard", "1/day", "hazard of death"),
        "S": Observable("survival", "1", "survival"),
        "dropout": Observable("dropout_hazard", "1/day", "hazard of dropout"),
        "stay": Observable("retention", "1", "share that has not dropped out"),
    },
)
