"""One regimen in text, keys, dose rows and an explicit list of doses gives the same table, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ossim.dosing import (
    DoseRow,
    Regimen,
    calendar,
    compile_events,
    dose_rows,
    dose_times,
    parse_regimen,
    regimen_from_mapping,
    regimen_rows,
    regimen_text,
)

COLUMNS = ("time", "kind", "compartment", "value", "interval", "duration")
UNTIL = 730.5
DOSES = {"400 mg": "400 mg", "12 g/m^2 over 4 h": "12 g/m^2", "6.3 mg/kg over 1 h": "6.3 mg/kg"}
SCHEDULES = {
    "q.d.": {"interval": "1 day"},
    "b.i.d.": {"interval": "12 h"},
    "t.i.d.": {"interval": "8 h"},
    "q.i.d.": {"interval": "6 h"},
    "q.o.d.": {"interval": "48 h"},
    "weekly": {"interval": "7 days"},
    "every 2 weeks": {"interval": "14 days"},
    "q3w": {"interval": "3 weeks"},
    "monthly": {"interval": "1 month"},
    "once": {"n_doses": 1},
    "once from day 15": {"interval": "once", "start": "day 15"},
    "q.d., 4 weeks on / 2 weeks off": {"interval": "1 day", "days_on": 28, "days_off": 14},
    "q.d., 3 weeks on / 1 week off, x 6": {
        "interval": "24 h",
        "days_on": "3 weeks",
        "days_off": "1 week",
        "cycles": 6,
    },
    "b.i.d., 5 days on / 2 days off": {"interval": "12 h", "days_on": 5, "days_off": 2},
    "q.o.d., 5 days on / 2 days off, x 7 doses": {"interval": "2 days", "days_on": 5, "days_off": 2, "n_doses": 7},
    "every 5 weeks x 2": {"interval": "35 days", "n_doses": 2},
    "on days 1, 2 of every 5 weeks": {"interval": "5 weeks", "dose_days": [1, 2]},
    "on days 1, 8, 15 of every 4 weeks x 3": {"interval": "4 weeks", "dose_days": [1, 8, 15], "cycles": 3},
    "d1-5 q21d x 8 doses": {"interval": "21 days", "dose_days": [1, 2, 3, 4, 5], "n_doses": 8},
    "q.d. from day 15 until day 120": {"interval": "1 day", "start": "day 15", "stop": "day 120"},
    "t.i.d. for 12 weeks": {"interval": "8 h", "stop": "12 weeks"},
    "every 7 h start day 0.1 for 30 days": {"interval": "7 h", "start": "day 0.1", "stop": "day 30.1"},
}


def assert_identical(one, other):
    assert (one.compartments, one.basis) == (other.compartments, other.basis)
    for column in COLUMNS:
        first, second = getattr(one, column), getattr(other, column)
        assert first.dtype == second.dtype
        assert first.tobytes() == second.tobytes()


def explicit_rows(regimen, until):
    starts, _ = dose_times(regimen, until)
    return [DoseRow(time, regimen.dose, regimen.drug, dur=regimen.duration, basis=regimen.basis) for time in starts]


def compiled(items, until=UNTIL):
    return compile_events(items, ("other", "drug"), until)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("dose", DOSES)
def test_four_notations_are_bit_identical(dose, schedule):
    regimen = parse_regimen(f"drug {dose} {schedule}")
    keys = {"drug": "drug", "dose": DOSES[dose], **SCHEDULES[schedule]}
    if " over " in dose:
        keys["duration"] = dose.split(" over ")[1]
    rows = regimen_rows(regimen, UNTIL)
    table = compiled(regimen)
    assert len(table) > 0
    assert regimen_from_mapping(keys) == regimen
    assert_identical(compiled(regimen_from_mapping(keys)), table)
    assert_identical(compiled(rows), table)
    assert_identical(compiled(dose_rows([row.record() for row in rows])), table)


@pytest.mark.parametrize("schedule", ["b.i.d.", "q.d., 4 weeks on / 2 weeks off", "on days 1, 2 of every 5 weeks"])
@pytest.mark.parametrize("dose", ["400 mg", "12 g/m^2 over 12 h"])
def test_an_explicit_list_of_doses_is_bit_identical(dose, schedule):
    regimen = parse_regimen(f"drug {dose} {schedule}")
    assert_identical(compiled(explicit_rows(regimen, UNTIL)), compiled(regimen))


def halves(least, most):
    return st.integers(2 * least, 2 * most).map(lambda number: number / 2)


@st.composite
def regimens(draw):
    interval = draw(st.sampled_from([None, 1 / 3, 0.5, 1, 2, 7, 30.44, 5 / 7]))
    fields = dict(dose=draw(st.floats(1e-3, 1e5)), basis=draw(st.sampled_from(["absolute", "per_m2", "per_kg"])))
    fields["start"] = draw(halves(0, 30))
    fields["stop"] = draw(st.none() | halves(31, 200))
    if interval is not None:
        fields |= dict(interval=interval, n_doses=draw(st.none() | st.integers(1, 50)))
        fields["duration"] = draw(st.sampled_from([0, interval / 4, interval]))
        if draw(st.booleans()):
            fields |= dict(days_on=draw(halves(31, 60)), days_off=draw(halves(0, 30)))
            fields["cycles"] = draw(st.none() | st.integers(1, 5))
    elif draw(st.booleans()):
        days = draw(st.sets(st.integers(1, 20), min_size=1, max_size=5))
        fields |= dict(interval=21, dose_days=sorted(days), cycles=draw(st.none() | st.integers(1, 5)))
    return Regimen("drug", **fields)


@given(regimens())
@settings(max_examples=150, deadline=None)
def test_random_regimens_agree_in_text_rows_and_list(regimen):
    assert parse_regimen(regimen_text(regimen)) == regimen
    table = compiled(regimen, 250)
    rows = regimen_rows(regimen, 250)
    assert_identical(compiled(rows, 250), table)
    assert_identical(compiled(dose_rows([row.record() for row in rows]), 250), table)
    assert_identical(compiled(explicit_rows(regimen, 250), 250), table)


def test_the_calendar_lists_every_dose_in_words():
    regimens = [parse_regimen("b 12 g/m^2 over 4 h weekly"), parse_regimen("a 0.5 mg q.d. x 2")]
    assert calendar(regimens, 8) == [
        (0.0, "a", "0.5 mg"),
        (0.0, "b", "12000 mg/m^2 over 4 h"),
        (1.0, "a", "0.5 mg"),
        (7.0, "b", "12000 mg/m^2 over 4 h"),
    ]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("SUNITINIB 50mg QD 4 wk on/2 off", "SUNITINIB 50 mg q.d., 4 weeks on / 2 weeks off"),
        ("mtx 12 g/m2 iv over 4 h q5w x2", "mtx 12000 mg/m^2 iv over 4 h every 5 weeks, x 2 doses"),
        ("c 60 mg/m2 d1-2 of every 35 days x 6", "c 60 mg/m^2 on days 1, 2 of every 5 weeks, x 6 cycles"),
        (
            "e 1e-7 mg every 1/7 day from day 1.5 for 1/3 day",
            "e 1e-07 mg every 1/7 days, from day 1.5, until day 11/6",
        ),
        ("g 1 mg every 90 min", "g 1 mg every 1.5 h"),
    ],
)
def test_the_canonical_text_is_the_short_clinical_one(text, canonical):
    assert regimen_text(parse_regimen(text)) == canonical


def test_conservation_of_dose_by_infusions():
    table = compiled(parse_regimen("drug 100 mg over 4 h t.i.d. x 10"), 100)
    given = np.sum(table.value[:-1] * np.diff(table.time))
    # 20 differences of times near 3 days, each exact to 5e-16 day in 1/6 day
    np.testing.assert_allclose(given, 1000.0, rtol=1e-13)
