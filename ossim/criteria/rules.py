"""How a measured tumor size becomes a response: the step that RECIST, WHO and Choi share, and the series it builds.

A criterion is a set of `Thresholds` on one number per patient and visit, the burden (sum of diameters or of
products). Response is judged against baseline, progression against the nadir, which includes baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ossim.dataset import Response
from ossim.errors import InputError

# A change that equals its threshold counts as reached, whatever the last bit of the product says.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Thresholds:
    """Definition of a response criterion; fractions are of the burden, `progression_absolute` is in its unit."""

    name: str
    response: float
    progression: float
    progression_absolute: float
    reference: str


def assess_burden(
    burden: ArrayLike,
    baseline: ArrayLike,
    nadir: ArrayLike,
    new_lesion: ArrayLike,
    thresholds: Thresholds,
    visible: float = 0.0,
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Return the response of each patient at one visit, and the nadir to carry to the next.

    A new lesion is progression even where nothing could be measured. A patient with a missing burden (NaN) and no
    new lesion is not evaluable, and keeps the nadir.

    Parameters
    ----------
    burden, baseline, nadir : shape (n_patients,), in the unit of the criterion; `nadir` includes baseline
    new_lesion : shape (n_patients,), true where a new lesion is visible
    thresholds : definition of the criterion
    visible : burden at or below which all lesions count as gone, same unit
    """
    burden, baseline, nadir = (np.asarray(values, dtype=float) for values in (burden, baseline, nadir))
    new_lesion = np.asarray(new_lesion, dtype=bool)
    measured = ~np.isnan(burden)
    # Growth proper, so that a burden staying at a nadir of zero is no progression.
    grown = (burden > nadir) & reaches(burden, (1 + thresholds.progression) * nadir)
    grown &= reaches(burden - nadir, np.full(burden.shape, thresholds.progression_absolute))
    shrunk = reaches((1 - thresholds.response) * baseline, burden)
    codes = np.select(
        [new_lesion | (measured & grown), measured & (burden <= visible), measured & shrunk, measured],
        [Response.PD, Response.CR, Response.PR, Response.SD],
        Response.not_evaluable,
    )
    return codes.astype(np.int8), np.fmin(nadir, burden)


def reaches(value: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where `value` is at least `threshold`, up to rounding; NaN never reaches."""
    return value >= threshold - _ROUNDING * np.maximum(np.abs(value), np.abs(threshold))


def classify_burden(
    burden: ArrayLike,
    thresholds: Thresholds,
    new_lesion: ArrayLike | None = None,
    visible: float = 0.0,
) -> NDArray[np.int8]:
    """Return the response at every visit of whole series, the first column being baseline.

    Baseline, and every visit after the first progression, is not evaluable: the assessment of a treatment line ends
    there.

    Parameters
    ----------
    burden : shape (n_patients, n_visits)
    thresholds : definition of the criterion
    new_lesion : shape (n_patients, n_visits), default none
    visible : burden at or below which all lesions count as gone
    """
    burden = np.asarray(burden, dtype=float)
    appeared = np.zeros(burden.shape, dtype=bool) if new_lesion is None else np.asarray(new_lesion, dtype=bool)
    check_series(burden, appeared)
    codes = np.zeros(burden.shape, dtype=np.int8)
    baseline = nadir = burden[:, 0]
    for visit in range(1, burden.shape[1]):
        codes[:, visit], nadir = assess_burden(
            burden[:, visit], baseline, nadir, appeared[:, visit], thresholds, visible
        )
    return until_progression(codes)


def check_series(burden: NDArray[np.float64], *others: NDArray) -> None:
    """Refuse series that are not (n_patients, n_visits), differ in shape, or lack a measured positive baseline."""
    if burden.ndim != 2 or burden.shape[1] < 1:
        raise InputError(f"a series of burdens has shape (n_patients, n_visits), not {burden.shape}")
    for other in others:
        if other.shape != burden.shape:
            raise InputError(f"series of shapes {burden.shape} and {other.shape} do not match")
    without = np.flatnonzero(~(burden[:, 0] > 0))
    if without.size:
        raise InputError(f"{without.size} series lack a positive baseline, the first at row {without[0]}")


def until_progression(codes: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return `codes`, shape (n_patients, n_visits), with every visit after the first progression not evaluable."""
    progressed = codes == Response.PD
    earlier = np.cumsum(progressed, axis=1) - progressed
    return np.where(earlier > 0, Response.not_evaluable, codes).astype(np.int8)


def confirm(codes: ArrayLike, visit_time: ArrayLike, after: float) -> NDArray[np.int8]:
    """Return `codes` in which a response not seen again is lowered to what was confirmed.

    A response is confirmed by a second one at least `after` days later with only responses and missing visits in
    between. A CR followed by PR alone is a confirmed PR; a response without confirmation is SD.

    Parameters
    ----------
    codes : shape (n_patients, n_visits)
    visit_time : shape (n_patients, n_visits) or (n_visits,) [day]
    after : shortest interval between the two visits [day]

    References
    ----------
    Eisenhauer et al. 2009, Eur J Cancer 45:228, doi 10.1016/j.ejca.2008.10.026, section 4.6.
    """
    codes = np.asarray(codes)
    visit_time = np.broadcast_to(np.asarray(visit_time, dtype=float), codes.shape)
    responding = (codes == Response.CR) | (codes == Response.PR)
    confirmed = codes.copy()
    for visit in range(codes.shape[1]):
        unbroken = responding[:, visit].copy()
        again = np.zeros(len(codes), dtype=bool)
        again_complete = np.zeros(len(codes), dtype=bool)
        for later in range(visit + 1, codes.shape[1]):
            unbroken &= responding[:, later] | (codes[:, later] == Response.not_evaluable)
            in_time = visit_time[:, later] - visit_time[:, visit] >= after
            again |= unbroken & responding[:, later] & in_time
            again_complete |= unbroken & (codes[:, later] == Response.CR) & in_time
        lowered = np.where(again, Response.PR, Response.SD)
        keep = (codes[:, visit] == Response.CR) & again_complete
        confirmed[:, visit] = np.where(responding[:, visit] & ~keep, lowered, codes[:, visit])
    return confirmed.astype(np.int8)
