"""What is seen of patients at a visit: their true state, and what a scan measures of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.criteria import Criterion
from ossim.model.patient.equations import MAX_LESIONS
from ossim.model.patient.observables import diameters
from ossim.rng import normals
from ossim.trial.protocol import Protocol


@dataclass(frozen=True)
class Scan:
    """A visit of the patients on treatment; arrays have the shape of the whole block and NaN where nothing was seen.

    Attributes
    ----------
    patients : indices of those who are scanned
    true, measured : diameters, shape (n_patients, MAX_LESIONS) [mm]
    sum_of_diameters : measured, shape (n_patients,) [mm]
    burden : measured, as the criterion sums it up
    new_lesion : whether a new lesion is visible
    attenuation : on CT, as the criterion weighs it; its scale has no meaning
    """

    patients: np.ndarray
    true: np.ndarray
    measured: np.ndarray
    sum_of_diameters: np.ndarray
    burden: np.ndarray
    new_lesion: np.ndarray
    attenuation: np.ndarray


def measured_diameters(true: np.ndarray, patients: Patients, protocol: Protocol, visit: int) -> np.ndarray:
    """Diameters as read at a visit [mm]: a log-normal error per lesion and visit, the same in every arm."""
    noise = np.stack(
        [
            normals(protocol.seed, f"visit/{visit}/lesion_{lesion}", patients.first, patients.size)
            for lesion in range(MAX_LESIONS)
        ],
        axis=1,
    )
    return true * np.exp(np.reshape(protocol.measurement_error, (-1, 1)) * noise)


def scan(
    state: np.ndarray,
    seen: np.ndarray,
    new_lesion: np.ndarray,
    attenuation: np.ndarray,
    patients: Patients,
    protocol: Protocol,
    visit: int,
) -> Scan:
    """Measure the patients who are `seen`, shape (n_patients,), at a visit.

    Noise is drawn for the whole block, so that a patient's place in it never moves.
    """
    on_treatment = np.flatnonzero(seen)
    true = np.full((patients.size, MAX_LESIONS), np.nan)
    true[on_treatment] = diameters(state[on_treatment])
    measured = measured_diameters(true, patients, protocol, visit)
    total = np.where(seen, np.nansum(measured, axis=1), np.nan)
    burden = np.where(seen, protocol.criterion.burden(measured), np.nan)
    return Scan(on_treatment, true, measured, total, burden, new_lesion, attenuation)


def attenuation(observed: dict[str, np.ndarray], criterion: Criterion) -> np.ndarray:
    """Surrogate of attenuation on CT from the observables of a state: viable fraction and perfused vessels."""
    viable = np.divide(
        observed["viable_volume"],
        observed["tumor_volume"],
        out=np.full_like(observed["tumor_volume"], np.nan),
        where=observed["tumor_volume"] > 0.0,
    )
    return viable * (1.0 + criterion.attenuation_weight() * observed["perfusion"])
