"""WHO criteria: response from the sum of bidimensional products.

For a sphere the product of the two largest diameters is d^2. PR is a sum of products at least 50 % below baseline; PD
is one at least 25 % above the nadir, or a new lesion. The original text judges progression lesion by lesion; here, as
in most trials that used it, the sum decides.

References
----------
Miller et al. 1981, Cancer 47:207, doi 10.1002/1097-0142(19810101)47:1<207::AID-CNCR2820470134>3.0.CO;2-6, table 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.criteria.rules import Thresholds, assess_burden, classify_burden

WHO_1979 = Thresholds(
    name="WHO",
    response=0.50,
    progression=0.25,
    progression_absolute=0.0,  # [mm^2]
    reference="doi:10.1002/1097-0142(19810101)47:1<207::AID-CNCR2820470134>3.0.CO;2-6",
)


def burden(diameters: ArrayLike) -> NDArray[np.float64]:
    """Return the sum of bidimensional products [mm^2] of spheres over the last axis.

    Parameters
    ----------
    diameters : shape (..., n_lesions) [mm], NaN marks lesions a patient does not have

    Returns
    -------
    shape (...,) [mm^2], NaN where no lesion was measured
    """
    diameters = np.asarray(diameters, dtype=float)
    return np.where(np.isnan(diameters).all(axis=-1), np.nan, np.nansum(diameters**2, axis=-1))


def assess(
    sum_of_products: ArrayLike,
    baseline: ArrayLike,
    nadir: ArrayLike,
    new_lesion: ArrayLike,
    *,
    thresholds: Thresholds = WHO_1979,
    visible: float = 0.0,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the WHO response of each patient at one visit, and the nadir to carry to the next.

    Parameters
    ----------
    sum_of_products, baseline, nadir : shape (n_patients,) [mm^2]; `nadir` includes baseline
    new_lesion : shape (n_patients,), true where a new lesion is visible
    thresholds : definition, WHO by default
    visible : sum at or below which all lesions count as gone [mm^2]

    Returns
    -------
    codes : int8, shape (n_patients,), values of `ossim.dataset.Response`
    nadir : shape (n_patients,) [mm^2]
    """
    return assess_burden(sum_of_products, baseline, nadir, new_lesion, thresholds, visible)


def classify_series(
    sum_of_products: ArrayLike,
    new_lesion: ArrayLike | None = None,
    *,
    thresholds: Thresholds = WHO_1979,
    visible: float = 0.0,
) -> NDArray[np.int8]:
    """Return the WHO response at every visit of series of shape (n_patients, n_visits) [mm^2], baseline first.

    Returns
    -------
    int8, shape (n_patients, n_visits), values of `ossim.dataset.Response`
    """
    return classify_burden(sum_of_products, thresholds, new_lesion, visible)
