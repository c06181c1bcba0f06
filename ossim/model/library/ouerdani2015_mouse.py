"""CAKI-2 renal cell carcinoma in mice under pazopanib: the equations of `ouerdani2015` in volumes.

References
----------
Ouerdani et al. 2015, see `ouerdani2015`.
"""

from __future__ import annotations

from dataclasses import replace

from ossim.model.declaration import Level, Model, State
from ossim.model.library.ouerdani2015 import SYMBOLS, SYSTEM

MODEL = Model(
    name="ouerdani2015_mouse",
    title="Pazopanib in mice with CAKI-2 renal cell carcinoma (Ouerdani 2015)",
    reference="ouerdani2015",
    system=replace(SYSTEM, name="ouerdani2015_mouse"),
    states={
        "P": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
        "K": State("carrying_capacity", "mm^3", "carrying capacity", "initial_carrying_capacity"),
    },
    symbols=SYMBOLS,
    compartments=(Level("pazopanib_exposure", "mg h/L", "pazopanib AUC of a day", "auc"),),
)
