"""RECIST 1.1: response from the sum of diameters of the target lesions.

PR is a sum at least 30 % below baseline; PD is a sum at least 20 % and 5 mm above the nadir, or a new lesion; CR is
no visible lesion; SD is the rest.

References
----------
Eisenhauer et al. 2009, Eur J Cancer 45:228, doi 10.1016/j.ejca.2008.10.026, sections 4.3 and 4.6, table 3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.criteria.rules import Thresholds, assess_burden, classify_burden, confirm
from ossim.errors import InputError

RECIST_1_1 = Thresholds(
    name="RECIST 1.1",
    response=0.30,
    progression=0.20,
    progression_absolute=5.0,  # [mm]
    reference="doi:10.1016/j.ejca.2008.10.026",
)
# Shortest interval between a response and the visit that confirms it [day].
CONFIRMATION_INTERVAL = 28.0


def burden(diameters: ArrayLike) -> NDArray[np.float64]:
    """Return the sum of diameters [mm] over the last axis; NaN marks lesions a patient does not have.

    Parameters
    ----------
    diameters : shape (..., n_lesions) [mm]

    Returns
    -------
    shape (...,) [mm], NaN where no lesion was measured
    """
    diameters = np.asarray(diameters, dtype=float)
    return np.where(np.isnan(diameters).all(axis=-1), np.nan, np.nansum(diameters, axis=-1))


def assess(
    sum_of_diameters: ArrayLike,
    baseline: ArrayLike,
    nadir: ArrayLike,
    new_lesion: ArrayLike,
    *,
    thresholds: Thresholds = RECIST_1_1,
    visible: float = 0.0,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the RECIST response of each patient at one visit, and the nadir to carry to the next.

    Parameters
    ----------
    sum_of_diameters, baseline : shape (n_patients,) [mm]; NaN is not measured
    nadir : shape (n_patients,) [mm], smallest sum so far, baseline included
    new_lesion : shape (n_patients,), true where a new lesion is visible
    thresholds : definition, RECIST 1.1 by default
    visible : sum at or below which all lesions count as gone [mm]

    Returns
    -------
    codes : int8, shape (n_patients,), values of `ossim.dataset.Response`
    nadir : shape (n_patients,) [mm]

    References
    ----------
    Eisenhauer et al. 2009, doi 10.1016/j.ejca.2008.10.026, section 4.3.
    """
    return assess_burden(sum_of_diameters, baseline, nadir, new_lesion, thresholds, visible)


def classify_series(
    sum_of_diameters: ArrayLike,
    new_lesion: ArrayLike | None = None,
    *,
    visit_time: ArrayLike | None = None,
    confirmed: bool = False,
    thresholds: Thresholds = RECIST_1_1,
    visible: float = 0.0,
) -> NDArray[np.int8]:
    """Return the RECIST response at every visit of whole series, the first column being baseline.

    Parameters
    ----------
    sum_of_diameters, new_lesion : shape (n_patients, n_visits) [mm], [1]
    visit_time : shape (n_patients, n_visits) or (n_visits,) [day]; needed when `confirmed`
    confirmed : lower a response that no visit at least 28 days later repeats
    thresholds : definition, RECIST 1.1 by default
    visible : sum at or below which all lesions count as gone [mm]

    Returns
    -------
    int8, shape (n_patients, n_visits), values of `ossim.dataset.Response`; baseline and visits after the first
    progression are not evaluable

    Raises
    ------
    InputError
        If shapes differ, a baseline is not positive, or `confirmed` is asked for without `visit_time`.
    """
    codes = classify_burden(sum_of_diameters, thresholds, new_lesion, visible)
    if not confirmed:
        return codes
    if visit_time is None:
        raise InputError("confirmed responses need visit_time")
    return confirm(codes, visit_time, CONFIRMATION_INTERVAL)
