"""The facts of `ossim`, read from `ossim/data`: drugs, trials, populations, model parameters, references."""

from .describe import describe, model_page, table
from .drugs import Dose, Drug, Effect, TargetPotency, drug, drugs
from .observations import Observation, observation, observations
from .parameters import (
    Parameter,
    ParameterSet,
    documented_models,
    model_constants,
    model_gaps,
    model_parameters,
    parameter_sets,
)
from .pharmacokinetics import PharmacokineticSet
from .populations import Correlation, Distribution, Population, population, populations
from .reading import TIERS, Quantity
from .references import Reference, reference, references
from .trials import ENDPOINTS, Outcome, Target, Trial, targets, trial, trials

__all__ = [
    "ENDPOINTS",
    "TIERS",
    "Correlation",
    "Distribution",
    "Dose",
    "Drug",
    "Effect",
    "Observation",
    "Outcome",
    "Parameter",
    "ParameterSet",
    "PharmacokineticSet",
    "Population",
    "Quantity",
    "Reference",
    "Target",
    "TargetPotency",
    "Trial",
    "describe",
    "documented_models",
    "drug",
    "drugs",
    "model_constants",
    "model_gaps",
    "model_page",
    "model_parameters",
    "observation",
    "observations",
    "parameter_sets",
    "population",
    "populations",
    "reference",
    "references",
    "table",
    "targets",
    "trial",
    "trials",
]
