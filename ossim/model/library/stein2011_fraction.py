"""The two-phase equation of `stein2011` where only a fraction of the tumor is sensitive to treatment.

References
----------
Stein et al. 2011, see `stein2011`.
"""

from __future__ import annotations

from dataclasses import replace

from ossim.model.declaration import Model
from ossim.model.library.stein2011 import OBSERVABLES, STATES, SYMBOLS, SYSTEM


def observe(r, a, y0, phi):
    """Size y0 ((1 - phi) exp(g t) + phi exp(-d t))."""
    size = y0 * ((1.0 - phi) * (1.0 + a) + phi * (1.0 - r))
    return size


MODEL = Model(
    name="stein2011_fraction",
    title="Tumor size with a sensitive fraction that regresses while the rest grows (form only, values of the user)",
    reference="stein2011",
    system=replace(SYSTEM, name="stein2011_fraction"),
    states=STATES,
    symbols={**SYMBOLS, "phi": "sensitive_fraction"},
    observe=observe,
    observables=OBSERVABLES,
)
