"""The lesions of a block of patients at enrollment, each grown once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.errors import InputError
from ossim.trial.spatial.growth import Grown, grow


def values_of(patients: Patients, patient: int, lesion: int) -> dict[str, float]:
    """Parameters of a patient and one lesion, by name."""
    found = {}
    for name, value in patients.values.items():
        row = np.broadcast_to(value, patients.size) if np.ndim(value) < 2 else value
        found[name] = float(row[patient] if row.ndim == 1 else row[patient, lesion])
    return found


def grow_all(
    patients: Patients, space: Mapping[str, float], spacing: float
) -> tuple[dict[tuple[int, int], Grown], tuple[int, ...]]:
    """Grow every lesion of every patient to its diameter at enrollment; lesions that are alike are grown once.

    Returns
    -------
    (patient, lesion) -> lesion, and the patients with a lesion that cannot be grown at its doubling time
    """
    known: dict[tuple, Grown | None] = {}
    found, failed = {}, []
    for patient in range(patients.size):
        for number in range(int(patients.n_lesions[patient])):
            values = values_of(patients, patient, number)
            key = tuple(values.items())
            if key not in known:
                try:
                    known[key] = grow(values, space, values["lesion_diameter"], spacing)
                except InputError:
                    known[key] = None
            if known[key] is None:
                failed.append(patient)
                break
            found[patient, number] = known[key]
    return {key: lesion for key, lesion in found.items() if key[0] not in failed}, tuple(failed)
