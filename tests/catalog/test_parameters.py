"""Parameters and population of the osteosarcoma patient."""

import math

import pytest

from ossim import errors
from ossim.catalog import model_constants, model_parameters, population, populations
from ossim.catalog.vocabulary import DISTRIBUTIONS, LEVELS

MODEL = "osteosarcoma_patient"
# Fitted values of the calibration.
FITTED = {
    "doubling_time": 42, "hypoxic_death_rate": 0.031, "tki_resistant_fraction": 0.025, "matrix_fraction": 0.23,
    "bypass_strength": 0.56, "potency_multiplier": 4.6, "immature_pruning_rate": 0.43, "kill_rate_mtor": 0.0042,
    "kill_rate_igf1r": 0.0049, "kill_rate_src": 0.0079, "kill_rate_tki": 0.0039, "new_lesion_hazard": 0.0019,
    "mtor_antiproliferative_effect": 0.15,
}  # fmt: skip
MM3_PER_CM3 = 1000
SIX_DIGITS = 1e-6


@pytest.mark.parametrize("name", FITTED)
def test_fitted_value(name):
    parameter = model_parameters(MODEL)[name]
    assert parameter.value == FITTED[name]
    assert parameter.tier == "fitted"


@pytest.mark.parametrize(
    ("name", "cm3"),
    [("new_lesion_reference_volume", 30), ("death_reference_volume", 100), ("saturation_volume", 2000)],
)
def test_volumes_are_in_cubic_millimeters(name, cm3):
    assert model_parameters(MODEL)[name].unit == "mm^3"
    assert model_parameters(MODEL)[name].value == cm3 * MM3_PER_CM3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bypass_onset_rate", 1 / 79),
        ("bypass_decay_rate", 1 / 30),
        ("new_lesion_burden_exponent", 2 / 3),
        ("chemo_resistant_fraction", 1 / (1 + math.exp(-0.5))),
    ],
)
def test_rounded_fractions(name, value):
    assert model_parameters(MODEL)[name].value == pytest.approx(value, rel=SIX_DIGITS)


def test_names_and_descriptions():
    for name, parameter in model_parameters(MODEL).items():
        assert parameter.name == name
        assert parameter.description
        low, high = parameter.bounds
        assert low < high


def test_constants_of_the_form():
    constants = model_constants(MODEL)
    assert (constants["oxygenation_exponent"].value, constants["bypass_release_exponent"].value) == (2, 4)


def test_unknown_model_is_refused():
    with pytest.raises(errors.UnknownNameError, match=MODEL):
        model_parameters("osteosarcoma_patiant")


@pytest.mark.parametrize("name", populations())
def test_population_spreads_known_parameters(name):
    chosen = population(name)
    assert set(chosen.parameters) <= set(model_parameters(chosen.model))


@pytest.mark.parametrize("name", populations())
def test_population_is_centred_on_the_model(name):
    chosen = population(name)
    known = model_parameters(chosen.model)
    medians = {key: item.median for key, item in chosen.parameters.items() if item.median is not None}
    assert medians == {key: known[key].value for key in medians}


@pytest.mark.parametrize("name", populations())
def test_distributions_are_well_formed(name):
    chosen = population(name)
    for item in (*chosen.parameters.values(), *chosen.body_size.values()):
        assert item.distribution in DISTRIBUTIONS
        assert item.level in LEVELS
        if item.distribution == "categorical":
            assert sum(item.probabilities) == pytest.approx(1)
        elif item.distribution == "derived":
            assert item.formula
        else:
            assert item.median > 0
            assert (item.sd or item.sd_patient) > 0


@pytest.mark.parametrize("name", populations())
def test_correlations_name_their_distributions(name):
    chosen = population(name)
    for pairs, spread in (
        (chosen.correlations, chosen.parameters),
        (chosen.body_size_correlations, chosen.body_size),
    ):
        for pair in pairs:
            assert set(pair.between) <= set(spread)
            assert -1 < pair.value < 1


def test_relapsed_population():
    relapsed = population("Relapsed")
    assert relapsed.parameters["doubling_time"].sd == 0.87
    assert relapsed.parameters["tki_resistant_fraction"].level == "lesion"
    assert relapsed.parameters["lesion_diameter"].clip == (10, 120)
    assert relapsed.correlations[0].between == ("kill_rate_mtor", "kill_rate_igf1r")


def test_lesion_weights_keep_the_variance():
    """0.8^2 + 0.6^2 = 1: mixing patient and lesion draws leaves the spread of the logit unchanged."""
    resistant = population("relapsed").parameters["tki_resistant_fraction"]
    assert math.hypot(resistant.patient_weight, resistant.lesion_weight) == pytest.approx(1)
