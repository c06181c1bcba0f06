"""What can be read off the state of an osteosarcoma patient: sizes, fractions, biomarkers."""

from __future__ import annotations

import numpy as np

from ossim.model.patient.baseline import kernel_index
from ossim.model.patient.equations import LESION_STATES, MAX_LESIONS, SHARED_STATES, lesion_diameter

_VOLUME = [LESION_STATES.index(name) for name in ("S", "R", "C", "D1", "D2", "X")]
_VIABLE = [LESION_STATES.index(name) for name in ("S", "R", "C")]


def lesions(state: np.ndarray) -> np.ndarray:
    """Lesion part of the state, shape (..., MAX_LESIONS, n_lesion_states), a view where possible."""
    return state[..., len(SHARED_STATES) :].reshape(*state.shape[:-1], MAX_LESIONS, len(LESION_STATES))


def diameters(state: np.ndarray) -> np.ndarray:
    """Diameter of each lesion [mm], shape (..., MAX_LESIONS); NaN where there is no lesion."""
    # contiguous: what NumPy makes of an array otherwise depends on how many patients lie in it
    parts = np.ascontiguousarray(np.moveaxis(lesions(state)[..., _VOLUME], -1, 0))
    with np.errstate(divide="ignore"):
        found = lesion_diameter(*parts)
    return np.where(parts.sum(axis=0) > 0.0, found, np.nan)


def observables(state: np.ndarray, parameters: np.ndarray) -> dict[str, np.ndarray]:
    """Observables of a state, shape (..., n_states), with kernel parameters, shape (..., n_parameters).

    Returns
    -------
    dict of arrays, shape (...,): `sum_of_diameters` [mm], `tumor_volume`, `viable_volume` [mm^3], and relative
    quantities `resistant_fraction`, `vegf`, `svegfr2`, `bypass`, `perfusion`.
    """
    lesion = lesions(state)
    volume, viable = lesion[..., _VOLUME].sum(axis=-1), lesion[..., _VIABLE].sum(axis=-1)
    total, viable_total = volume.sum(axis=-1), viable.sum(axis=-1)
    immature, mature = (lesion[..., LESION_STATES.index(name)] for name in ("Ki", "Km"))
    c0, eps = (parameters[..., kernel_index(symbol)] for symbol in ("c0", "eps"))
    vessels = (mature + eps[..., None] * immature).sum(axis=-1)
    resistant = lesion[..., LESION_STATES.index("R")].sum(axis=-1)
    bypass = (lesion[..., LESION_STATES.index("B")] * viable).sum(axis=-1)

    def per_viable(quantity: np.ndarray) -> np.ndarray:
        # no viable cell left: nothing to average over
        return np.divide(quantity, viable_total, out=np.full_like(quantity, np.nan), where=viable_total > 0.0)

    return {
        "sum_of_diameters": np.where(np.isnan(total), np.nan, np.nansum(diameters(state), axis=-1)),
        "tumor_volume": total,
        "viable_volume": viable_total,
        "resistant_fraction": per_viable(resistant),
        "vegf": state[..., SHARED_STATES.index("V")],
        "svegfr2": state[..., SHARED_STATES.index("s")],
        "bypass": per_viable(bypass),
        "perfusion": c0 * per_viable(vessels),
    }


def remove_extinct(state: np.ndarray, parameters: np.ndarray) -> None:
    """Set clones below the extinction volume to zero, in place: a clone of less than a cell does not regrow."""
    clones = lesions(state)
    floor = parameters[:, kernel_index("Nmin")][:, None, None]
    part = clones[..., _VIABLE]
    clones[..., _VIABLE] = np.where(part < floor, 0.0, part)
