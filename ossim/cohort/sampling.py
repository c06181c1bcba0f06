"""Draw virtual patients from a population, each from its own place in named random streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr

from ossim.catalog import Population, model_parameters
from ossim.catalog.population_facts import Correlation, Distribution
from ossim.rng import exponentials, normals

THRESHOLDS = ("new_lesion_threshold", "death_threshold")


@dataclass(frozen=True)
class Patients:
    """Virtual patients `first` ... `first + size - 1`.

    Attributes
    ----------
    values : parameter name -> array, shape (n_patients,), or (n_patients, max_lesions) for quantities of a lesion
    n_lesions : shape (n_patients,)
    thresholds : "new_lesion_threshold", "death_threshold" -> shape (n_patients,), cumulative hazard at the event
    body_size : "weight" [kg], "body_surface_area" [m^2] -> shape (n_patients,)
    """

    first: int
    values: Mapping[str, np.ndarray]
    n_lesions: np.ndarray
    thresholds: Mapping[str, np.ndarray]
    body_size: Mapping[str, np.ndarray]

    @property
    def size(self) -> int:
        return self.n_lesions.size


def draw_patients(
    population: Population,
    seed: int,
    first: int,
    size: int,
    max_lesions: int,
    fixed: Mapping[str, float] | None = None,
    typical: bool = False,
) -> Patients:
    """Draw patients of a population.

    Parameters
    ----------
    population : distributions; parameters without one take the model's value
    seed : root of all streams
    first, size : which patients of the (endless) population
    max_lesions : lesions drawn per patient, used or not
    fixed : parameter values that hold for every patient, whatever the population says
    typical : every patient is the median one, with the median number of lesions and cumulative hazards ln 2
    """
    fixed = dict(fixed or {})
    scores = _scores(population.parameters, population.correlations, seed, first, size, max_lesions, typical)
    parameters = model_parameters(population.model)
    values: dict[str, np.ndarray] = {}
    for name, parameter in parameters.items():
        if name in fixed:
            values[name] = np.full(size, float(fixed[name]))
        elif name in population.parameters:
            values[name] = _transform(population.parameters[name], *scores[name])
        else:
            values[name] = np.full(size, parameter.value)
    n_lesions = np.clip(np.round(values.pop("number_of_lesions")), 1, max_lesions).astype(np.int64)
    median = np.full(size, np.log(2.0))
    thresholds = {name: median if typical else exponentials(seed, f"cohort/{name}", first, size) for name in THRESHOLDS}
    return Patients(first, values, n_lesions, thresholds, _body_size(population, seed, first, size, typical))


def _scores(distributions, correlations: tuple[Correlation, ...], seed, first, size, max_lesions, typical):
    """Normal scores of each quantity: of the patient, shape (size,), and of the lesions, shape (size, max_lesions)."""

    def draw(purpose: str) -> np.ndarray:
        return np.zeros(size) if typical else normals(seed, purpose, first, size)

    patient = {name: draw(f"cohort/{name}") for name in distributions}
    for correlation in correlations:
        leader, follower = correlation.between
        rest = np.sqrt(1.0 - correlation.value**2)
        patient[follower] = correlation.value * patient[leader] + rest * patient[follower]
    scores = {}
    for name, distribution in distributions.items():
        lesion = None
        if distribution.level == "lesion":
            lesion = np.stack([draw(f"cohort/{name}/lesion_{j}") for j in range(max_lesions)], axis=1)
        scores[name] = (patient[name], lesion)
    return scores


def _transform(distribution: Distribution, patient: np.ndarray, lesion: np.ndarray | None) -> np.ndarray:
    if distribution.distribution == "categorical":
        edges = np.cumsum(distribution.probabilities)[:-1]
        return np.asarray(distribution.values, float)[np.searchsorted(edges, ndtr(patient), side="right")]
    if lesion is None:
        shift = distribution.sd * patient
    elif distribution.sd_patient is not None:
        shift = distribution.sd_patient * patient[:, None] + distribution.sd_lesion * lesion
    else:
        mixed = distribution.patient_weight * patient[:, None] + distribution.lesion_weight * lesion
        shift = distribution.sd * mixed
    if distribution.distribution == "lognormal":
        values = distribution.median * np.exp(shift)
    else:
        values = expit(logit(distribution.median) + shift)
    return values if distribution.clip is None else np.clip(values, *distribution.clip)


def _body_size(population: Population, seed, first, size, typical) -> dict[str, np.ndarray]:
    drawn = {name: item for name, item in population.body_size.items() if item.distribution != "derived"}
    scores = _scores(drawn, population.body_size_correlations, seed, first, size, 0, typical)
    body = {name: _transform(item, *scores[name]) for name, item in drawn.items()}
    # Mosteller 1987, doi 10.1056/NEJM198710223171717: height [cm], weight [kg]
    body["body_surface_area"] = np.sqrt(body["height"] * body["weight"] / 3600.0)
    return body
