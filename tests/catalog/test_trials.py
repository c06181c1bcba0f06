"""Trial arms and the end points to calibrate and to test against."""

import pytest

from ossim import errors
from ossim.catalog import ENDPOINTS, drugs, targets, trial, trials
from ossim.catalog.vocabulary import ROLES
from ossim.dosing.text import parse_regimen

MONTH = 30.44
UNITS = {"month": MONTH, "week": 7, "day": 1}
CRITERIA = ("RECIST", "RECIST 1.1", "WHO", "Choi")
HELD_OUT = (
    "regobone_regorafenib", "regobone_placebo", "sarc024_regorafenib", "sarc024_placebo", "cabone_cabozantinib",
    "itcc050_lenvatinib",
)  # fmt: skip


@pytest.mark.parametrize("name", trials())
def test_required_fields(name):
    arm = trial(name)
    assert arm.title
    assert arm.population
    assert arm.criteria in CRITERIA
    assert arm.role in ROLES
    assert arm.visits["every"].endswith(" weeks")
    assert arm.outcomes


@pytest.mark.parametrize("name", trials())
def test_regimens_name_known_drugs(name):
    assert {text.split(" ", 1)[0] for text in trial(name).regimen} <= set(drugs())


@pytest.mark.parametrize("name", trials())
def test_outcomes_are_well_formed(name):
    for outcome in trial(name).outcomes:
        assert outcome.endpoint in ENDPOINTS
        if outcome.endpoint.endswith(("_rate", "_binomial", "_minor")):
            assert 0 <= outcome.value <= 1
        if outcome.ci_low is not None:
            assert outcome.ci_low <= outcome.value
        if outcome.ci_high is not None:
            assert outcome.value <= outcome.ci_high


@pytest.mark.parametrize("name", trials())
def test_printed_times_are_converted_to_days(name):
    for outcome in trial(name).outcomes:
        for printed, days in ((outcome.printed_time, outcome.time), (outcome.printed_value, outcome.value)):
            if printed:
                number, unit = printed.split(" ")
                assert days == pytest.approx(float(number) * UNITS[unit.removesuffix("s")], abs=1e-4)  # four decimals


@pytest.mark.parametrize("name", HELD_OUT)
def test_held_out_arms_are_marked(name):
    assert trial(name).role == "heldout"


def test_untreated_arms_have_no_regimen():
    assert trial("lagmay2016_inactive").regimen == ()
    assert trial("regobone_placebo").regimen == ()


def test_unknown_trial_names_the_nearest():
    with pytest.raises(errors.UnknownNameError, match="did you mean 'grignani2012_sorafenib'"):
        trial("grignani2011_sorafenib")


@pytest.mark.parametrize(("kind", "count"), [("calibration", 13), ("heldout", 10)])
def test_number_of_targets(kind, count):
    assert len({target.name for target in targets(kind)}) == count


@pytest.mark.parametrize("target", [*targets("calibration"), *targets("heldout")], ids=lambda target: target.name)
def test_target_belongs_to_a_trial(target):
    assert target.trial in trials()
    assert target.endpoint in ENDPOINTS
    assert 0 <= target.k <= target.n
    assert (target.time is None) != (target.response_window is None)
    assert trial(target.trial).visits["every"] in target.visits


@pytest.mark.parametrize("kind", ["calibration", "heldout"])
def test_targets_use_arms_of_their_role(kind):
    assert {trial(target.trial).role for target in targets(kind)} == {kind}


@pytest.mark.parametrize("name", trials())
def test_regimens_are_understood_by_the_dosing_notation(name):
    arm = trial(name)
    assert [parse_regimen(text).drug for text in arm.regimen] == [text.split(" ", 1)[0] for text in arm.regimen]
