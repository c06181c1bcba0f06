"""The first day of the osteosarcoma patient: from what a population says to balanced growth.

Everything here is algebra on arrays. The initial state grows at ln(2) / doubling time in all its parts when no drug is
given and resistance costs nothing; with costs c the viable cells grow at that rate times 1 - c_R f_R - c_C f_C.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ossim.model.patient.equations import LESION_STATES, MAX_LESIONS, SYSTEM

#: kernel symbol -> parameter name, where the kernel takes the parameter as it is
SYMBOLS = {
    "delta": "hypoxic_death_rate",
    "kappa": "oxygenation_midpoint",
    "eps": "immature_perfusion",
    "pmat": "vessel_maturation_rate",
    "li": "immature_vessel_loss_rate",
    "lm": "mature_vessel_loss_rate",
    "piI": "immature_pruning_rate",
    "piM": "mature_pruning_rate",
    "einh": "endogenous_inhibition_share",
    "zeta": "leakiness_penalty",
    "xi": "hypoxia_tolerance",
    "costR": "resistance_cost_tki",
    "costC": "resistance_cost_chemo",
    "kcl": "dead_cell_clearance_rate",
    "kon": "bypass_onset_rate",
    "koff": "bypass_decay_rate",
    "I0": "bypass_release_inhibition",
    "omega": "bypass_strength",
    "beta": "bypass_growth_boost",
    "alphaM": "mtor_antiproliferative_effect",
    "Mmax": "mtor_maximal_inhibition",
    "kdM": "kill_rate_mtor",
    "kdI": "kill_rate_igf1r",
    "kdS": "kill_rate_src",
    "kdT": "kill_rate_tki",
    "kch": "kill_rate_cytotoxic",
    "gamV": "vegf_exponent",
    "kV": "vegf_turnover_rate",
    "aH": "vegf_hypoxia_gain",
    "aI": "vegf_inhibition_gain",
    "kS": "svegfr2_turnover_rate",
    "aS": "svegfr2_inhibition",
    "mu0": "new_lesion_hazard",
    "Nref": "new_lesion_reference_volume",
    "eN": "new_lesion_burden_exponent",
    "eV": "new_lesion_vegf_exponent",
    "eI": "new_lesion_inhibition_effect",
    "h0": "death_hazard",
    "Tref": "death_reference_volume",
    "nu": "death_burden_exponent",
    "Nmin": "extinction_volume",
}


def kernel_index(symbol: str) -> int:
    """Column of a shared kernel parameter."""
    return SYSTEM.parameters.index(symbol)


def baseline(values: Mapping[str, np.ndarray], n_lesions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kernel parameters and initial state of patients.

    Parameters
    ----------
    values : mapping of parameter name to array
        Shape (n_patients,), or (n_patients, MAX_LESIONS) for `lesion_diameter` [mm], `tki_resistant_fraction` and,
        where lesions differ in bone formation, `matrix_fraction`.
    n_lesions : array, shape (n_patients,)

    Returns
    -------
    parameters : array, shape (n_patients, n_parameters)
    state : array, shape (n_patients, n_states) [mm^3, or relative to baseline]
    """
    n = n_lesions.size

    def column(name: str) -> np.ndarray:
        return np.broadcast_to(np.asarray(values[name], float), n)

    def per_lesion(name: str) -> np.ndarray:
        value = np.asarray(values[name], float)
        return np.broadcast_to(value if value.ndim == 2 else value.reshape(-1, 1), (n, MAX_LESIONS))

    kernel = {symbol: column(name) for symbol, name in SYMBOLS.items()}
    growth = np.log(2.0) / column("doubling_time")
    delta, kcl, pmat, li, lm = (kernel[symbol] for symbol in ("delta", "kcl", "pmat", "li", "lm"))
    oxygen = 1.0 / (1.0 + kernel["kappa"])
    immature_ratio = (lm + growth) / pmat
    dying_1 = delta * (1.0 - oxygen) / (kcl + growth)
    dying_2 = kcl * dying_1 / (kcl + growth)
    kernel |= {
        "g0": growth,
        "u1": oxygen,
        "lam": (growth + delta * (1.0 - oxygen)) / oxygen,
        "r0": immature_ratio,
        "c0": 1.0 / (1.0 + kernel["eps"] * immature_ratio),
        "p": (pmat + li + growth) * immature_ratio,
    }

    present = np.arange(MAX_LESIONS) < n_lesions[:, None]
    total = np.where(present, np.pi / 6.0 * per_lesion("lesion_diameter") ** 3, 0.0)
    matrix = per_lesion("matrix_fraction") * total
    viable = (total - matrix) / (1.0 + dying_1 + dying_2)[:, None]
    resistant = per_lesion("tki_resistant_fraction") * viable
    chemo_resistant = column("chemo_resistant_fraction")[:, None] * (viable - resistant)
    burden = total.sum(axis=1)
    capacity = np.maximum(column("saturation_volume"), column("saturation_ratio") * burden)
    kernel |= {"Tm": capacity, "sat0": 1.0 - burden / capacity}

    born = (growth + delta * (1.0 - oxygen))[:, None] * viable
    matrix_per_birth = np.divide(growth[:, None] * matrix, born, out=np.zeros_like(born), where=present)
    lesion_states = {
        "S": viable - resistant - chemo_resistant,
        "R": resistant,
        "C": chemo_resistant,
        "D1": dying_1[:, None] * viable,
        "D2": dying_2[:, None] * viable,
        "X": matrix,
        "Ki": immature_ratio[:, None] * viable,
        "Km": viable,
        "B": np.zeros_like(viable),
    }
    lesions = np.stack([lesion_states[name] for name in LESION_STATES], axis=2)
    shared = np.broadcast_to([1.0, 1.0, 0.0, 0.0], (n, 4))
    state = np.concatenate([shared, lesions.reshape(n, -1)], axis=1)
    shared_parameters = np.stack([kernel[symbol] for symbol in SYSTEM.parameters], axis=1)
    lesion_parameters = np.stack([np.where(present, total, 1.0), matrix_per_birth], axis=2).reshape(n, -1)
    return np.concatenate([shared_parameters, lesion_parameters], axis=1), state
