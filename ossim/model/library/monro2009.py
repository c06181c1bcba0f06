"""Sensitive and resistant cells of an advanced tumor whose chemotherapy kills in proportion to its growth.

References
----------
Monro HC, Gaffney EA. Modelling chemotherapy resistance in palliation and failed cure. J Theor Biol 2009;257:292-302.
"""

from __future__ import annotations

from ossim.model.declaration import Level, Model, Observable, State
from ossim.numerics.codegen.system import System
from ossim.numerics.elementwise import log


def rates(S, R, C, b, Ninf, t1, t2):
    """Sensitive S and resistant R under the kill C, in units of the growth (Norton and Simon); mutation both ways."""
    pace = -b * log((S + R) / Ninf)
    turning = t1 * S - t2 * R
    dS = pace * ((1.0 - C) * S - turning)
    dR = pace * (R + turning)
    return dS, dR


def observe(S, R):
    """All cells, and the share of them that is resistant."""
    cells = S + R
    resistant_share = R / (S + R)
    return cells, resistant_share


SYSTEM = System("monro2009", ("S", "R"), ("b", "Ninf", "t1", "t2"), rates, ("C",))

MODEL = Model(
    name="monro2009",
    title="Chemotherapy resistance in palliation (Monro and Gaffney 2009)",
    reference="monro2009",
    system=SYSTEM,
    states={
        "S": State("sensitive_cells", "1", "sensitive cells", "initial_sensitive_cells"),
        "R": State("resistant_cells", "1", "resistant cells", "initial_resistant_cells"),
    },
    symbols={
        "b": "retardation_rate",
        "Ninf": "carrying_capacity",
        "t1": "mutation_per_division",
        "t2": "back_mutation_per_division",
    },
    compartments=(Level("chemotherapy", "1", "chemotherapy, kill relative to growth", "C"),),
    observe=observe,
    observables={
        "cells": Observable("tumor_cells", "1", "tumor cells"),
        "resistant_share": Observable("resistant_fraction", "1", "resistant fraction"),
    },
)
