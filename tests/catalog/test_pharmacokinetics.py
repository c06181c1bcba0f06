"""Pharmacokinetic sets: conversions, derived volumes, and the mean exposure they imply."""

import math

import pytest

from ossim import errors
from ossim.catalog import drug, drugs
from ossim.catalog.vocabulary import DRUG_MODELS as MODELS

# Daily dose [mg] and mean free concentration / IC50 of the calibration, both as printed there (two digits).
FREE_OVER_IC50 = [
    ("sorafenib", 800, 0.58, 0.005),
    ("regorafenib", 160, 6.0, 0.05),
    ("pazopanib", 800, 1.65, 0.005),
    ("sunitinib", 50, 0.18, 0.005),
    ("cediranib", 45, 8.0, 0.05),
    ("cabozantinib", 60, 193, 0.5),
    ("lenvatinib", 24, 1.5, 0.05),
    ("everolimus", 5, 0.61, 0.005),
    ("everolimus", 10, 1.2, 0.05),
]
HOURS_PER_DAY = 24
ROUNDING = 1e-5  # derived values are stored with six digits
CALIBRATED = sorted({name for name, *_ in FREE_OVER_IC50})
SETS = [(name, key) for name in drugs() for key in drug(name).pharmacokinetics]


@pytest.mark.parametrize(("name", "daily_dose", "ratio", "half_digit"), FREE_OVER_IC50)
def test_mean_free_concentration_over_ic50(name, daily_dose, ratio, half_digit):
    item = drug(name)
    chosen = item.pharmacokinetic_set("calibrated")
    free_nM = 1e6 * chosen.fraction_unbound * daily_dose / (chosen.clearance * item.molecular_weight.value)
    assert free_nM / item.effects[0].ic50_nM == pytest.approx(ratio, abs=half_digit)


@pytest.mark.parametrize("name", CALIBRATED)
def test_calibrated_drugs_use_the_calibrated_set(name):
    assert drug(name).default_set == "calibrated"
    assert drug(name).pharmacokinetic_set().complete


@pytest.mark.parametrize(("name", "rate"), [("sorafenib", 6), ("everolimus", 24)])
def test_absorption_of_the_calibration(name, rate):
    assert drug(name).pharmacokinetic_set("calibrated").absorption_rate == rate


@pytest.mark.parametrize(("name", "key"), SETS)
def test_set_is_well_formed(name, key):
    chosen = drug(name).pharmacokinetics[key]
    assert chosen.model in MODELS
    assert all(quantity.value > 0 for quantity in chosen.quantities.values())
    assert chosen.fraction_unbound is None or chosen.fraction_unbound <= 1
    assert chosen.complete or drug(name).gaps or chosen.note


@pytest.mark.parametrize(("name", "key"), SETS)
def test_printed_hours_are_converted_to_days(name, key):
    for field, quantity in drug(name).pharmacokinetics[key].quantities.items():
        if quantity.printed and quantity.tier != "derived":
            factor = 1 / HOURS_PER_DAY if quantity.printed["unit"] == "h" else HOURS_PER_DAY
            assert quantity.value == pytest.approx(factor * quantity.printed["value"], rel=ROUNDING), field


@pytest.mark.parametrize(("name", "key"), SETS)
def test_derived_volume_follows_from_the_half_life(name, key):
    chosen = drug(name).pharmacokinetics[key]
    volume = chosen.quantities.get("volume_of_distribution")
    if volume is not None and "half_life" in volume.formula:
        expected = chosen.clearance * chosen.half_life / math.log(2)
        assert volume.value == pytest.approx(expected, rel=ROUNDING)


def test_both_sets_stay_visible_where_they_conflict():
    everolimus = drug("everolimus").pharmacokinetics
    assert (everolimus["calibrated"].fraction_unbound, everolimus["population"].fraction_unbound) == (0.10, 0.26)


def test_incomplete_set_names_what_is_missing():
    assert drug("endostatin").pharmacokinetics["population"].missing == ("volume_of_distribution",)
    assert drug("endostatin").pharmacokinetic_set() is None


def test_unknown_set_is_refused():
    with pytest.raises(errors.UnknownNameError, match="did you mean 'calibrated'"):
        drug("sorafenib").pharmacokinetic_set("calibrate")
