"""The facts of `ossim`, read from `ossim/data`: drugs, trials, populations, model parameters, references."""

from .describe import describe
from .drugs import Dose, Drug, Effect, TargetPotency, drug, drugs
from .parameters import Parameter, model_constants, model_parameters, parameter_sets
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
    "Outcome",
    "Parameter",
    "PharmacokineticSet",
    "Population",
    "Quantity",
    "Reference",
    "Target",
    "TargetPotency",
    "Trial",
    "describe",
    "drug",
    "drugs",
    "model_constants",
    "model_parameters",
    "parameter_sets",
    "population",
    "populations",
    "reference",
    "references",
    "targets",
    "trial",
    "trials",
]
