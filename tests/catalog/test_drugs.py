"""Drugs read from their files: names, classes, doses, effects."""

import re

import pytest

from ossim import errors
from ossim.catalog import drug, drugs
from ossim.catalog.vocabulary import CHANNELS
from ossim.catalog.vocabulary import EFFECT_KINDS as KINDS
from ossim.dosing.text import parse_regimen

CLASSES = {
    "tki", "mtor_inhibitor", "igf1r_antibody", "src_inhibitor", "antiangiogenic_biologic", "cytotoxic",
    "her2_antibody", "egfr_inhibitor", "pd1_antibody", "endogenous", "other",
}  # fmt: skip
ATOMIC_WEIGHTS = {
    "C": 12.011, "H": 1.008, "N": 14.007, "O": 15.999, "F": 18.998, "S": 32.06, "P": 30.974, "Cl": 35.45,
    "Pt": 195.084,
}  # fmt: skip
WEIGHT_TOLERANCE = 0.1  # printed with one decimal; the metabolite of sunitinib is printed 0.08 too high
NAMED = {
    "sorafenib", "regorafenib", "pazopanib", "sunitinib", "cediranib", "cabozantinib", "lenvatinib", "apatinib",
    "anlotinib", "imatinib", "dasatinib", "everolimus", "sirolimus", "temsirolimus", "cixutumumab", "r1507",
    "figitumumab", "bevacizumab", "pegaptanib", "aflibercept", "ramucirumab", "endostatin", "mmp_inhibitors", "pedf",
    "trastuzumab", "gefitinib", "methotrexate", "doxorubicin", "cisplatin", "ifosfamide", "cyclophosphamide",
    "etoposide",
}  # fmt: skip
# Exposure channel, kind and potency [nM] of the patient model's drugs.
EFFECTS = {
    "sorafenib": ("vegfr", "concentration", 90),
    "regorafenib": ("vegfr", "concentration", 4.2),
    "pazopanib": ("vegfr", "concentration", 30),
    "sunitinib": ("vegfr", "concentration", 80),
    "cediranib": ("vegfr", "concentration", 1),
    "cabozantinib": ("vegfr", "concentration", 0.035),
    "lenvatinib": ("vegfr", "concentration", 4),
    "everolimus": ("mtor", "concentration", 2),
    "temsirolimus": ("mtor", "on_off", None),
    "cixutumumab": ("igf1r", "on_off", None),
    "r1507": ("igf1r", "on_off", None),
    "figitumumab": ("igf1r", "on_off", None),
    "dasatinib": ("src", "on_off", None),
    "etoposide": ("cytotoxic", "on_off", None),
}


def test_every_named_drug_is_there():
    assert set(drugs()) >= NAMED


@pytest.mark.parametrize("name", drugs())
def test_required_fields(name):
    item = drug(name)
    assert item.drug_class in CLASSES
    assert item.description
    assert item.route in ("oral", "iv", "none")
    assert item.effects or item.note or item.gaps


@pytest.mark.parametrize("name", drugs())
def test_effects_are_well_formed(name):
    for effect in drug(name).effects:
        assert effect.channel in CHANNELS
        assert effect.kind in KINDS
        potencies = [x for x in (effect.ic50_nM, effect.ec50_mg_per_L) if x is not None]
        assert len(potencies) == (1 if effect.kind == "concentration" else 0)
        assert all(x > 0 for x in potencies)


@pytest.mark.parametrize("name", drugs())
def test_concentration_effects_can_be_computed(name):
    """IC50 needs an unbound fraction and a molecular weight, and both need a complete pharmacokinetic set."""
    item = drug(name)
    for effect in item.effects:
        if effect.kind == "concentration":
            chosen = item.pharmacokinetic_set()
            assert chosen is not None
            assert effect.ic50_nM is None or (chosen.fraction_unbound > 0 and item.molecular_weight.value > 0)


@pytest.mark.parametrize("name", EFFECTS)
def test_effect_of_the_patient_model(name):
    (effect,) = drug(name).effects
    assert (effect.channel, effect.kind, effect.ic50_nM) == EFFECTS[name]


@pytest.mark.parametrize("name", ["doxorubicin", "cisplatin", "methotrexate", "ifosfamide"])
def test_cytotoxic_potency_is_assumed_and_swept(name):
    (effect,) = drug(name).effects
    low, high = effect.bounds
    assert effect.tier == "assumed"
    assert high / low >= 100
    assert "always swept" in effect.note


@pytest.mark.parametrize("name", ["gefitinib", "trastuzumab", "imatinib", "bevacizumab", "aflibercept", "ramucirumab"])
def test_drugs_without_effect_say_why(name):
    assert drug(name).effects == ()
    assert drug(name).note


def test_alternative_potencies_are_kept_beside_the_calibrated_one():
    (effect,) = drug("sunitinib").effects
    assert effect.alternatives["literature"].value == 9


@pytest.mark.parametrize("name", drugs())
def test_standard_dose_is_understood_by_the_dosing_notation(name):
    dose = drug(name).standard_dose
    assert dose is None or parse_regimen(dose.text).drug == name


@pytest.mark.parametrize("name", drugs())
def test_molecular_weight_follows_from_the_formula(name):
    weight = drug(name).molecular_weight
    if weight is not None and weight.tier == "derived":
        formula = weight.formula.rsplit(" ", 1)[1]
        atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
        total = sum(ATOMIC_WEIGHTS[atom] * int(count or 1) for atom, count in atoms)
        assert weight.value == pytest.approx(total, abs=WEIGHT_TOLERANCE)


@pytest.mark.parametrize(
    ("text", "name"), [("Sorafenib", "sorafenib"), ("Nexavar", "sorafenib"), ("VEGF Trap", "aflibercept")]
)
def test_aliases_and_case(text, name):
    assert drug(text).name == name


def test_unknown_drug_names_the_nearest():
    with pytest.raises(errors.UnknownNameError, match="did you mean 'sorafenib'"):
        drug("sorafinib")


def test_no_alias_shadows_a_drug():
    aliases = [alias.lower() for name in drugs() for alias in drug(name).aliases]
    assert len(aliases) == len(set(aliases))
    assert not set(aliases) & set(drugs())


def test_drugs_are_read_once():
    assert drug("sorafenib") is drug("SORAFENIB")
