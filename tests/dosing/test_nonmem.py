"""Dose rows: reading of columns, refusal of combinations that mean nothing, rows of a regimen."""

from fractions import Fraction

import pytest

from ossim.dosing import DoseRow, dose_rows, parse_regimen, regimen_rows
from ossim.errors import InputError


def test_columns_in_upper_and_lower_case_are_the_same():
    lower = dose_rows([dict(time=0, amt=20, cmt="endostatin", ii=1, addl=30)])
    assert lower == dose_rows([dict(TIME=0, AMT=20, CMT="endostatin", II=1, ADDL=30)])
    assert lower == (DoseRow(Fraction(0), 20.0, "endostatin", Fraction(1), 30),)


def test_texts_with_units_are_converted():
    (row,) = dose_rows([dict(time="2 weeks", amt="12 g/m^2", cmt=1, ii="12 h", addl=1, dur="4 h")])
    assert (row.time, row.amt, row.ii, row.dur, row.basis) == (14, 12000.0, Fraction(1, 2), Fraction(1, 6), "per_m2")


def test_a_rate_gives_the_duration():
    (row,) = dose_rows([dict(time=0, amt=10, rate="10 mg/h")])
    assert row.duration == Fraction(1, 24)


@pytest.mark.parametrize("absent", [None, ".", " . "])
def test_dots_and_none_are_absent(absent):
    assert dose_rows([dict(time=0, amt=1, ii=absent, rate=absent)]) == dose_rows([dict(time=0, amt=1)])


def test_observations_are_ignored():
    assert dose_rows([dict(time=0, evid=0), dict(time=1, amt=1)]) == dose_rows([dict(time=1, amt=1)])


def test_one_mapping_is_a_list_of_one():
    assert dose_rows(dict(time=0, amt=1)) == dose_rows([dict(time=0, amt=1)])


@pytest.mark.parametrize(
    ("row", "key", "reason"),
    [
        (dict(amt=1), "time", "missing key 'time'"),
        (dict(time=-1, amt=1), "time", "before day 0"),
        (dict(time=float("nan"), amt=1), "time", "finite"),
        (dict(time=float("inf"), amt=1), "time", "finite"),
        (dict(time="12", amt=1), "time", "needs a unit"),
        (dict(time=0, amt=-1), "amt", "negative"),
        (dict(time=0, amt=float("nan")), "amt", "finite"),
        (dict(time=0, amt=1e300), "amt", "up to"),
        (dict(time=0, amt="1"), "amt", "a unit of dose"),
        (dict(time=0, amt=True), "amt", "a number"),
        (dict(time=0, amt=1, ii=-1), "ii", "negative"),
        (dict(time=0, amt=1, addl=3), "addl", "addl 3 without ii"),
        (dict(time=0, amt=1, ii=1, addl=-1), "addl", "negative"),
        (dict(time=0, amt=1, ii=1, addl=1.5), "addl", "a whole number"),
        (dict(time=0, amt=1, ss=1), "ss", "ss 1 without ii"),
        (dict(time=0, amt=1, ii=1, ss=3), "ss", "ss 3 is not supported"),
        (dict(time=0, amt=1, rate=1, dur=1), "rate", "rate and dur together"),
        (dict(time=0, amt=1, rate=-1), "rate", "rate -1 and -2"),
        (dict(time=0, amt=1, rate=-2), "rate", "rate -1 and -2"),
        (dict(time=0, amt=1, rate=-5), "rate", "negative"),
        (dict(time=0, amt=1, rate=1e9), "rate", "one second"),
        (dict(time=0, amt=1, dur=1e-9), "dur", "one second"),
        (dict(time=0, amt=1, dur=-1), "dur", "negative"),
        (dict(time=0, amt=1, evid=2), "evid", "evid 2 is not supported"),
        (dict(time=0, amt=1, evid=5), "evid", "evid 5 is not supported"),
        (dict(time=0, amt=1, evid=3), "amt", "use evid 4"),
        (dict(time=0, ii=1, addl=1, evid=3), "addl", "use evid 4"),
        (dict(time=0, ii=1, ss=1, evid=3), "ss", "use evid 4"),
        (dict(time=0, amt=1, cmt=1.5), "cmt", "name or the number"),
        (dict(time=0, amt=1, basis="per_l"), "basis", "unknown basis"),
        (dict(time=0, amt="1 mg", basis="absolute"), "basis", "given twice"),
        (dict(time=0, TIME=1, amt=1), "TIME", "given twice"),
        (dict(time=0, amt=1, adl=1), "adl", "did you mean 'addl'?"),
    ],
)
def test_a_row_that_means_nothing_is_refused_by_name(row, key, reason):
    with pytest.raises(InputError) as caught:
        dose_rows([dict(time=0, amt=1), row])
    assert [fault.key for fault in caught.value.faults] == [f"[1].{key}"]
    assert reason in str(caught.value)


def test_faults_of_all_rows_are_reported_together():
    with pytest.raises(InputError) as caught:
        dose_rows([dict(time=0, amt=-1), 5, dict(amt=1, ss=1)])
    assert [fault.key for fault in caught.value.faults] == ["[0].amt", "[1]", "[2].time"]


@pytest.mark.parametrize("rows", [5, None, "rows"])
def test_what_is_no_list_of_rows_is_refused(rows):
    with pytest.raises(InputError, match="expected a list of dose rows"):
        dose_rows(rows)


def test_a_cyclic_regimen_is_one_row_per_cycle():
    rows = regimen_rows(parse_regimen("sunitinib 50 mg q.d., 4 weeks on / 2 weeks off"), 80)
    assert [(row.time, row.ii, row.addl) for row in rows] == [(0, 1, 27), (42, 1, 27)]


def test_the_number_of_doses_cuts_the_last_row():
    rows = regimen_rows(parse_regimen("drug 1 mg q.d., 3 days on / 4 days off, x 5 doses"), 80)
    assert [(row.time, row.addl) for row in rows] == [(0, 2), (7, 1)]


def test_records_of_plain_numbers_make_equal_rows():
    rows = regimen_rows(parse_regimen("drug 0.1 mg/kg over 1 h t.i.d. from day 0.7"), 30)
    assert dose_rows([row.record() for row in rows]) == rows
