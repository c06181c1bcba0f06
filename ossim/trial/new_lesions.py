"""New lesions as metastases that grow until they are seen, in place of a hazard that acts at once.

The hazard of the patient model (volume, VEGF, VEGFR inhibition) is read as the rate at which the lesions found
metastases of one cell. Metastases grow by the patient's own law, x' = g u x: g is the rate of growth at enrolment, u
the growth of the viable volume since the visit before over that of an untreated lesion, none where the volume falls.
Of who was founded at s, the number seen at t is that with U(t) - U(s) at least the time tau from a cell to the visible
size, U the integral of u. Before enrolment all grew at g. One founding gives e^(p g tau) of the hazard, so that the
hazard of an untreated patient at enrolment is that of the hazard form. The expected number that has become visible
since a line began is the cumulative hazard of a new lesion in that line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.model.patient.baseline import kernel_index
from ossim.model.patient.equations import SHARED_STATES
from ossim.model.patient.observables import observables
from ossim.numerics.ode.problem import Problem

_HAZARD = SHARED_STATES.index("Hn")


@dataclass
class Metastases:
    """What is known of the metastases of a block of patients up to the last visit; arrays lead with the patient.

    Attributes
    ----------
    growth, power, delay : g [1/day], exponent p of the volume in the hazard, tau [day], shape (n,)
    hazard, gain : hazard at enrolment [1/day], and what one founding stands for, shape (n,)
    days, clock, founded : visits so far, U at them, and the number founded since enrolment, shape (n, n_visits)
    viable : viable volume at the last visit [mm^3], shape (n,)
    before : number that was visible when the line began, shape (n,)
    threshold : of the cumulative hazard, shape (n,)
    """

    growth: np.ndarray
    power: np.ndarray
    delay: np.ndarray
    hazard: np.ndarray
    gain: np.ndarray
    days: np.ndarray
    clock: np.ndarray
    founded: np.ndarray
    viable: np.ndarray
    before: np.ndarray
    threshold: np.ndarray


def begin(problem: Problem, patients: Patients) -> Metastases:
    """Return the metastases of patients at enrolment."""
    parameters, n = problem.runs.parameters, patients.size
    growth, power, cell, hazard, reference = (
        parameters[:, kernel_index(symbol)].copy() for symbol in ("g0", "eN", "Nmin", "mu0", "Nref")
    )
    visible = np.pi / 6.0 * np.broadcast_to(patients.values["metastasis_visible_diameter"], n) ** 3
    growths = np.log(visible / cell)
    viable = observables(problem.runs.state, parameters)["viable_volume"]
    empty = np.zeros((n, 1))
    return Metastases(
        growth=growth,
        power=power,
        delay=growths / growth,
        hazard=hazard * (viable / reference) ** power,
        gain=np.exp(power * growths),
        days=empty,
        clock=empty,
        founded=empty,
        viable=viable,
        before=np.zeros(n),
        threshold=np.array(patients.thresholds["new_lesion_threshold"]),
    )


def follow(known: Metastases, problem: Problem, crossed: np.ndarray) -> None:
    """Go on to where the runs are now; date in `crossed`, shape (n,), where it is NaN, new lesions on the way."""
    runs = problem.runs
    viable = observables(runs.state, runs.parameters)["viable_volume"]
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = np.log(viable / known.viable) / known.growth
    # a run that has failed, or has no viable cell left, grows no metastases
    clock = known.clock[:, -1] + np.where(np.isfinite(grown), np.maximum(grown, 0.0), 0.0)
    known.days = np.column_stack([known.days, runs.time])
    known.founded = np.column_stack([known.founded, known.gain * runs.state[:, _HAZARD]])
    known.clock = np.column_stack([known.clock, clock])
    known.viable = viable
    wanted = known.before + known.threshold
    for patient in np.flatnonzero(np.isnan(crossed) & (visible(known) >= wanted)):
        crossed[patient] = _day(known, patient, wanted[patient])


def start_line(known: Metastases, who: np.ndarray) -> None:
    """Start the clock of the patients `who` (indices) again."""
    known.before[who] = visible(known)[who]


def visible(known: Metastases) -> np.ndarray:
    """Expected number that has become visible since enrolment, shape (n,)."""
    since = known.clock[:, -1] - known.delay
    found = _founded_before(known, np.minimum(since, 0.0))
    for patient in np.flatnonzero(since > 0.0):
        place = np.searchsorted(known.clock[patient], since[patient], side="right") - 1
        found[patient] += _between(known.clock, known.founded, patient, place, since[patient])
    return found


def _founded_before(known: Metastases, day: np.ndarray) -> np.ndarray:
    """Number founded between -tau and a day before enrolment, shape (n,): the rate grows at p g from long ago on."""
    rate = known.power * known.growth
    elapsed = day + known.delay
    with np.errstate(divide="ignore", invalid="ignore"):
        return known.hazard * np.where(rate > 0.0, np.expm1(rate * elapsed) / rate, elapsed)


def _between(x: np.ndarray, y: np.ndarray, patient: int, place: int, value: float) -> float:
    """Where `y` of a patient stands when `x` is `value`, on the line from visit `place` to the next."""
    place = min(place, x.shape[1] - 2)
    width = x[patient, place + 1] - x[patient, place]
    part = (value - x[patient, place]) / width if width > 0.0 else 0.0
    return y[patient, place] + part * (y[patient, place + 1] - y[patient, place])


def _day(known: Metastases, patient: int, number: float) -> float:
    """Day since the last visit but one on which `number` has become visible, which it has by the last."""
    rate = known.power[patient] * known.growth[patient]
    early = _founded_before(known, np.zeros(known.delay.size))[patient]
    if number <= early:
        scaled = number / known.hazard[patient]
        born = (np.log1p(rate * scaled) / rate if rate > 0.0 else scaled) - known.delay[patient]
    else:
        place = int(np.searchsorted(known.founded[patient], number - early)) - 1
        born = _between(known.founded, known.clock, patient, max(place, 0), number - early)
    day = _between(known.clock, known.days, patient, known.clock.shape[1] - 2, born + known.delay[patient])
    return float(np.clip(day, known.days[patient, -2], known.days[patient, -1]))
