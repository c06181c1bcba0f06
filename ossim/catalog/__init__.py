"""The facts of `ossim`, read from `ossim/data`: drugs, trials, populations, model parameters, references."""

from ossim.catalog.drug_facts import Dose, Drug, Effect, TargetPotency, drug, drugs
from ossim.catalog.observations import Observation, observation, observations
from ossim.catalog.pages import describe, model_page, table
from ossim.catalog.parameters import (
    Parameter,
    ParameterSet,
    documented_models,
    model_constants,
    model_gaps,
    model_parameters,
    model_title,
    parameter_sets,
)
from ossim.catalog.pharmacokinetics import PharmacokineticSet
from ossim.catalog.population_facts import Correlation, Distribution, Population, population, populations
from ossim.catalog.reading import Quantity
from ossim.catalog.reference_list import Reference, reference, references
from ossim.catalog.trial_facts import PublishedResult, Target, Trial, targets, trial, trials
from ossim.catalog.vocabulary import CHANNELS, ENDPOINTS, TIERS

__all__ = [
    "CHANNELS",
    "ENDPOINTS",
    "TIERS",
    "Correlation",
    "Distribution",
    "Dose",
    "Drug",
    "Effect",
    "Observation",
    "Parameter",
    "ParameterSet",
    "PharmacokineticSet",
    "Population",
    "PublishedResult",
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
    "model_title",
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
