"""The words of the catalogue, each once: tiers, channels, kinds of effect, drug models, distributions, endpoints."""

from __future__ import annotations

from types import MappingProxyType

TIERS = ("measured", "fitted", "derived", "assumed")
CHANNELS = ("vegfr", "mtor", "igf1r", "src", "cytotoxic")
EFFECT_KINDS = ("concentration", "on_off")
ROUTES = ("oral", "iv", "sc", "none")
DRUG_MODELS = ("oral_1", "oral_2", "oral_3", "iv_1", "iv_2", "iv_3")
DISTRIBUTIONS = ("lognormal", "logit_normal", "categorical", "derived")
LEVELS = ("patient", "lesion")
ROLES = ("calibration", "heldout", "context")
PHARMACOKINETIC_UNITS = MappingProxyType(
    {
        "absorption_rate": "1/day",
        "clearance": "L/day",
        "volume_of_distribution": "L",
        "half_life": "day",
        "intercompartmental_clearance": "L/day",
        "peripheral_volume": "L",
        "intercompartmental_clearance_2": "L/day",
        "peripheral_volume_2": "L",
        "lag_time": "day",
        "bioavailability": "1",
        "fraction_unbound": "1",
    }
)
ENDPOINTS = (
    "progression_free_rate",
    "progression_free_rate_binomial",
    "progression_free_rate_after_first_visit",
    "event_free_rate",
    "overall_survival_rate",
    "objective_response_rate",
    "objective_response_rate_with_minor",
    "complete_response_rate",
    "partial_response_rate",
    "minor_response_rate",
    "stable_disease_rate",
    "stable_disease_duration",
    "progressive_disease_rate",
    "disease_control_rate",
    "clinical_benefit_rate",
    "any_shrinkage_rate",
    "on_treatment_rate",
    "duration_of_response",
    "median_progression_free_survival",
    "median_progression_free_survival_partial_response",
    "median_progression_free_survival_stable_disease",
    "median_progression_free_survival_progressive_disease",
    "median_overall_survival",
    "median_overall_survival_from_crossover",
    "hazard_ratio_progression_free_survival",
    "hazard_ratio_overall_survival",
    "toxicity_rate",
    "grade3_toxicity_rate",
    "dose_modification_rate",
    "discontinuation_rate",
)
