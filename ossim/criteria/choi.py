"""Choi and modified Choi criteria: response from size or from attenuation on CT.

PR is a sum of diameters at least 10 % or an attenuation at least 15 % below baseline (modified: both). PD is a sum at
least 10 % above the nadir without the attenuation response, or a new lesion.

References
----------
Choi et al. 2007, J Clin Oncol 25:1753, doi 10.1200/JCO.2006.07.3049, table 1.
Nathan et al. 2010, Cancer Biol Ther 9:15 (modified: both).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.criteria.rules import check_series, reaches, until_progression
from ossim.dataset import Response


@dataclass(frozen=True)
class ChoiThresholds:
    """Definition of a criterion on size and attenuation, as fractions of baseline (progression: of the nadir)."""

    name: str
    size_response: float
    density_response: float
    progression: float
    both: bool
    reference: str


CHOI = ChoiThresholds("Choi", 0.10, 0.15, 0.10, False, "doi:10.1200/JCO.2006.07.3049")
MODIFIED_CHOI = ChoiThresholds("modified Choi", 0.10, 0.15, 0.10, True, "Nathan et al. 2010, Cancer Biol Ther 9:15")


def attenuation(viable_fraction: ArrayLike, vessel_fraction: ArrayLike, vessel_weight: float) -> NDArray[np.float64]:
    """Return a surrogate of CT attenuation: viable fraction plus the weighted perfused-vessel fraction.

    Divide by the baseline value before use; the weight has no measured value and is to be swept.

    Parameters
    ----------
    viable_fraction, vessel_fraction : any shape, of tumor volume [1]
    vessel_weight : attenuation of perfused vessel relative to viable tissue [1]
    """
    return np.asarray(viable_fraction, dtype=float) + vessel_weight * np.asarray(vessel_fraction, dtype=float)


def assess(
    sum_of_diameters: ArrayLike,
    baseline: ArrayLike,
    nadir: ArrayLike,
    new_lesion: ArrayLike,
    density: ArrayLike,
    *,
    thresholds: ChoiThresholds = CHOI,
    visible: float = 0.0,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the Choi response of each patient at one visit, and the nadir to carry to the next.

    Parameters
    ----------
    sum_of_diameters, baseline, nadir : shape (n_patients,) [mm]; `nadir` includes baseline
    new_lesion : shape (n_patients,), true where a new lesion is visible
    density : shape (n_patients,), attenuation relative to baseline [1]; NaN (not measured) counts as no fall
    thresholds : definition, Choi or modified Choi
    visible : sum at or below which all lesions count as gone [mm]

    Returns
    -------
    codes : int8, shape (n_patients,), values of `ossim.dataset.Response`
    nadir : shape (n_patients,) [mm]
    """
    size, baseline, nadir, density = (
        np.asarray(values, dtype=float) for values in (sum_of_diameters, baseline, nadir, density)
    )
    new_lesion = np.asarray(new_lesion, dtype=bool)
    measured = ~np.isnan(size)
    smaller = reaches((1 - thresholds.size_response) * baseline, size)
    fainter = reaches(1 - density, np.full(density.shape, thresholds.density_response))
    grown = reaches(size, (1 + thresholds.progression) * nadir) & (size > nadir) & ~fainter
    responding = smaller & fainter if thresholds.both else smaller | fainter
    codes = np.select(
        [new_lesion | (measured & grown), measured & (size <= visible), measured & responding, measured],
        [Response.PD, Response.CR, Response.PR, Response.SD],
        Response.not_evaluable,
    )
    return codes.astype(np.int8), np.fmin(nadir, size)


def classify_series(
    sum_of_diameters: ArrayLike,
    density: ArrayLike,
    new_lesion: ArrayLike | None = None,
    *,
    thresholds: ChoiThresholds = CHOI,
    visible: float = 0.0,
) -> NDArray[np.int8]:
    """Return the Choi response at every visit of series of shape (n_patients, n_visits), baseline first.

    Parameters
    ----------
    sum_of_diameters : shape (n_patients, n_visits) [mm]
    density : shape (n_patients, n_visits), attenuation relative to baseline [1]
    new_lesion : shape (n_patients, n_visits), default none

    Returns
    -------
    int8, shape (n_patients, n_visits), values of `ossim.dataset.Response`
    """
    size, density = np.asarray(sum_of_diameters, dtype=float), np.asarray(density, dtype=float)
    appeared = np.zeros(size.shape, dtype=bool) if new_lesion is None else np.asarray(new_lesion, dtype=bool)
    check_series(size, density, appeared)
    codes = np.zeros(size.shape, dtype=np.int8)
    baseline = nadir = size[:, 0]
    for visit in range(1, size.shape[1]):
        codes[:, visit], nadir = assess(
            size[:, visit],
            baseline,
            nadir,
            appeared[:, visit],
            density[:, visit],
            thresholds=thresholds,
            visible=visible,
        )
    return until_progression(codes)
