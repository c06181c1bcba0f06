"""The review's tables (xie2017) are covered row by row and kept as printed, misprints included."""

import pytest

from ossim.catalog import drug, trial

# Table I: compound -> numbers [nM] printed in its row, in printed order.
TABLE_1 = {
    "bevacizumab": [("VEGF-A", 0.336)],  # printed as ED50 = 50 ng/ml
    "pegaptanib": [("VEGF-A165", 0.75)],
    "aflibercept": [("VEGF-A", 0.001), ("VEGF-B", 0.001), ("PlGF", 0.045)],
    "sorafenib": [("VEGFR-2", 90), ("Raf-1", 6), ("B-Raf", 22), ("c-Kit", 68), ("FGFR-1", 580), ("FLT3", 58)],
    "sunitinib": [("VEGFR-1", 2), ("VEGFR-2", 80), ("VEGFR-3", 17), ("PDGFR-beta", 2)],
    "cediranib": [("VEGFR-2", 1), ("VEGFR-1", 5)],
    "pazopanib": [
        ("VEGFR-3", 3), ("VEGFR-1", 10), ("VEGFR-2", 30), ("VEGFR-3", 47), ("PDGFR-beta", 84), ("c-Kit", 140),
        ("FGFR-1", 74),
    ],
    "ramucirumab": [("c-Fms", 146), ("VEGFR-2", 0.05)],
    "dasatinib": [("BCR/ABL", 1), ("c-Kit", 79), ("Src", 0.8)],
    "regorafenib": [
        ("VEGFR-1", 13), ("VEGFR-2", 4.2), ("VEGFR-3", 46), ("PDGFR-beta", 22), ("c-Kit", 7), ("RET", 1.5),
        ("Raf-1", 2.5),
    ],
    "everolimus": [("FKBP12", 1.6)],
    "imatinib": [("v-Abl", 600), ("c-Kit", 100), ("PDGFR", 100)],
}  # fmt: skip
WITHOUT_NUMBER = ("endostatin", "mmp_inhibitors", "pedf")

# Table II: arm -> (endpoint, patients with it, patients).
TABLE_2 = {
    "daw2005_gefitinib": ("progressive_disease_rate", 6, 6),
    "quek2011_everolimus_figitumumab": ("stable_disease_rate", 3, 3),
    "fox2010_cediranib": ("partial_response_rate", 1, 4),
    "bagatell2011_r1507": ("stable_disease_rate", 2, 3),
    "dubois2011_sunitinib": ("stable_disease_rate", 1, 2),
    "malempati2012_cixutumumab": ("progressive_disease_rate", 3, 3),
    "bender2013_pazopanib": ("stable_disease_rate", 1, 4),
    "navid2013_sorafenib_bevacizumab_cyclophosphamide": ("stable_disease_rate", 2, 2),
}

# Table III: arm -> (patients, {endpoint: printed number}); durations as printed text.
TABLE_3 = {
    "grignani2012_sorafenib": (
        35,
        {
            "progression_free_rate": 0.46,
            "duration_of_response": "4 months",
            "objective_response_rate_with_minor": 0.14,
        },
    ),
    "ebb2012_trastuzumab": (41, {"event_free_rate": 0.32, "overall_survival_rate": 0.5}),
    "schuetze2012_sirolimus_cyclophosphamide": (
        5,
        {"objective_response_rate_with_minor": 0, "progression_free_rate": 0.3},
    ),
    "schwartz2013_cixutumumab_temsirolimus": (
        24,
        {"objective_response_rate_with_minor": 0.13, "median_progression_free_survival": "6 weeks"},
    ),
    "weigel2014_cixutumumab": (
        11,
        {"objective_response_rate_with_minor": 0, "stable_disease_rate": 0.0909, "stable_disease_duration": 140},
    ),
    "pappo2014_r1507": (
        38,
        {
            "objective_response_rate_with_minor": 0.025,
            "duration_of_response": "12 weeks",
            "progression_free_rate": 0.17,
        },
    ),
    "grignani2015_sorafenib_everolimus": (
        38,
        {
            "progression_free_rate": 0.45,
            "duration_of_response": "5 months",
            "objective_response_rate_with_minor": 0.1,
        },
    ),
    "wagner2015_cixutumumab_temsirolimus": (11, {"objective_response_rate_with_minor": 0}),
    "schuetze2016_dasatinib": (
        46,
        {
            "objective_response_rate_with_minor": 0.065,
            "duration_of_response": "5.7 months",
            "overall_survival_rate": 0.15,
        },
    ),
}
PRINTED_YEARS = {"grignani2012_sorafenib": 2011, "quek2011_everolimus_figitumumab": 2010, "bagatell2011_r1507": 2010}


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1_numbers_stand_in_the_printed_row(name):
    row = [
        (target.target, target.printed["value"])
        for target in drug(name).targets
        if target.printed and target.printed["locator"] == f"Table I, {name} row"
    ]
    assert row == TABLE_1[name]


@pytest.mark.parametrize("name", WITHOUT_NUMBER)
def test_table_1_compounds_without_a_number_are_listed(name):
    (target,) = drug(name).targets
    assert target.printed["text"]
    assert target.use is None
    assert drug(name).effects == ()


@pytest.mark.parametrize("name", TABLE_2)
def test_table_2_is_covered(name):
    endpoint, k, n = TABLE_2[name]
    (outcome,) = [item for item in trial(name).outcomes if item.locator == "Table II"]
    assert (outcome.endpoint, outcome.k, outcome.n) == (endpoint, k, n)
    assert outcome.value == pytest.approx(k / n, abs=5e-5)  # stored with four decimals
    assert trial(name).phase == "I"


@pytest.mark.parametrize("name", TABLE_3)
def test_table_3_is_covered(name):
    n_patients, printed = TABLE_3[name]
    found = {
        item.endpoint: item.printed_value or item.value for item in trial(name).outcomes if item.locator == "Table III"
    }
    assert trial(name).n_patients == n_patients
    assert found == printed


@pytest.mark.parametrize("name", PRINTED_YEARS)
def test_printed_year_is_kept_where_it_differs(name):
    assert trial(name).printed_year == PRINTED_YEARS[name]
    assert trial(name).year != trial(name).printed_year


def potency(name, target, misprint=False):
    (found,) = [item for item in drug(name).targets if item.target == target and item.misprint == misprint]
    return found


def test_cediranib_vegfr3_is_printed_in_the_pazopanib_row():
    assert potency("cediranib", "VEGFR-3").printed["locator"] == "Table I, pazopanib row"
    assert potency("cediranib", "VEGFR-3").use == 3
    assert potency("pazopanib", "VEGFR-3", misprint=True).printed["value"] == 3
    assert potency("pazopanib", "VEGFR-3", misprint=True).use is None
    assert potency("pazopanib", "VEGFR-3").use == 47


def test_pazopanib_cfms_is_printed_in_the_ramucirumab_row():
    assert potency("pazopanib", "c-Fms").printed["locator"] == "Table I, ramucirumab row"
    assert potency("pazopanib", "c-Fms").use == 146
    assert potency("ramucirumab", "c-Fms", misprint=True).use is None


@pytest.mark.parametrize(("target", "printed", "corrected"), [("c-Kit", 140, 74), ("FGFR-1", 74, 140)])
def test_pazopanib_ckit_and_fgfr_are_swapped_in_print(target, printed, corrected):
    assert potency("pazopanib", target).printed["value"] == printed
    assert potency("pazopanib", target).use == corrected


def test_misprinted_outcomes_stay_beside_the_correction():
    printed = [item.value for item in trial("ebb2012_trastuzumab").outcomes if item.misprint]
    corrected = [item.value for item in trial("ebb2012_trastuzumab").outcome("overall_survival_rate")]
    assert printed == [0.5]
    assert corrected == [0.59]
