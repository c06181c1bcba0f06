"""Regimens as keys: values with units, all faults at once with the nearest key."""

import pytest

from ossim.dosing import load_regimens, parse_regimen, regimen_from_mapping
from ossim.errors import InputError

GOOD = {"drug": "sorafenib", "dose": "400 mg", "interval": "12 h"}


@pytest.mark.parametrize("interval", ["12 h", "0.5 day", "b.i.d.", "every 12 h", "twice daily"])
def test_the_interval_may_be_a_time_or_a_word(interval):
    assert regimen_from_mapping({**GOOD, "interval": interval}) == parse_regimen("sorafenib 400 mg b.i.d.")


@pytest.mark.parametrize("keys", [{"interval": "once"}, {"n_doses": 1}])
def test_a_single_dose_is_said_by_once_or_by_its_number(keys):
    mapping = {"drug": "sorafenib", "dose": "400 mg", **keys}
    assert regimen_from_mapping(mapping) == parse_regimen("sorafenib 400 mg once")


def test_days_on_and_off_are_days_or_texts():
    numbers = regimen_from_mapping({**GOOD, "days_on": 28, "days_off": 14})
    assert numbers == regimen_from_mapping({**GOOD, "days_on": "4 weeks", "days_off": "14 days"})


def test_a_key_without_value_is_as_good_as_absent():
    assert regimen_from_mapping({**GOOD, "stop": None}) == regimen_from_mapping(GOOD)


def test_unknown_and_missing_keys_are_reported_all_at_once():
    with pytest.raises(InputError) as caught:
        regimen_from_mapping({"drg": "sorafenib", "dose": "400 mgg", "intervall": "12 h", "days_onn": 28})
    lines = str(caught.value).split("\n")
    assert lines == [
        "regimen: drg: unknown key 'drg'; did you mean 'drug'?",
        "regimen: intervall: unknown key 'intervall'; did you mean 'interval'?",
        "regimen: days_onn: unknown key 'days_onn'; did you mean 'days_on'?",
        "regimen: drug: missing key 'drug'",
        "regimen: interval: missing key 'interval', such as interval: 12 h, or interval: once for a single dose",
        "regimen: dose: '400 mgg': expected a unit of dose (mg, g, ug, ng), not 'mgg'; did you mean 'mg'?",
    ]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("dose", 400, "needs a unit"),
        ("dose", "400", "a unit of dose"),
        ("dose", "60 mg/day", "per day"),
        ("dose", "0 mg", "above zero"),
        ("interval", 12, "needs a unit"),
        ("interval", "12", "a unit of time"),
        ("interval", "-12 h", "how often"),
        ("start", 15, "needs a unit"),
        ("stop", "soon", "a moment"),
        ("days_on", "28", "needs a unit"),
        ("duration", 4, "needs a unit"),
        ("duration", "4 mg", "not a unit of time"),
        ("duration", "13 h", "longer than the interval"),
        ("cycles", "6", "a whole number"),
        ("cycles", 6.0, "a whole number"),
        ("n_doses", True, "a whole number"),
        ("dose_days", "1, 8", "a list of days"),
        ("dose_days", 1, "a list of days"),
        ("dose_days", [1, "8"], "whole days"),
        ("route", "orral", "did you mean 'oral'?"),
        ("drug", 5, "the name of a drug"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(key, value, reason):
    with pytest.raises(InputError) as caught:
        regimen_from_mapping({**GOOD, key: value})
    assert key in [fault.key for fault in caught.value.faults]
    assert reason in str(caught.value)
    assert len(str(caught.value).split("\n")) == len(caught.value.faults)


def test_texts_mappings_and_regimens_mix_in_one_list():
    text = "everolimus 5 mg q.d."
    loaded = load_regimens([GOOD, text, parse_regimen(text)])
    assert [regimen.drug for regimen in loaded] == ["sorafenib", "everolimus", "everolimus"]
    assert load_regimens(GOOD) == loaded[:1]
    assert load_regimens(text) == loaded[1:2]
    assert load_regimens(loaded[0]) == loaded[:1]


@pytest.mark.parametrize("spec", [None, 5, [5], [None]])
def test_what_is_no_regimen_is_refused(spec):
    with pytest.raises(InputError, match="expected a regimen such as"):
        load_regimens(spec)
