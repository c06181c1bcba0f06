"""The three angiogenesis inhibitors of Hahnfeldt's mice, which all models of that family share."""

from __future__ import annotations

from ossim.model.declaration import Compartment

DRUGS = {"endostatin": "endostatin", "angiostatin": "angiostatin", "tnp470": "TNP-470"}
INPUTS = tuple(f"g_{drug}" for drug in DRUGS)
EFFECTS = tuple(f"e_{drug}" for drug in DRUGS)
EFFECT_NAMES = {f"e_{drug}": f"{drug}_effect" for drug in DRUGS}

COMPARTMENTS = tuple(
    Compartment(drug, "mg/kg", f"{label} level", f"g_{drug}", f"{drug}_clearance_rate") for drug, label in DRUGS.items()
)
