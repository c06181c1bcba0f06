"""Event tables: the order at equal times, totals of overlapping infusions, resets, steady states, compartments."""

import itertools

import numpy as np
import pytest

from ossim.dosing import ALL_COMPARTMENTS, EventKind, compile_events, dose_rows, parse_regimen, parse_regimens
from ossim.errors import InputError

RATE, RESET, STEADY, BOLUS = EventKind
ALL = ALL_COMPARTMENTS


def events(rows, compartments=("a", "b"), until=1000.0):
    table = compile_events(dose_rows(rows), compartments, until)
    return list(zip(*(getattr(table, c).tolist() for c in ("time", "kind", "compartment", "value")), strict=True))


def test_arrays_are_contiguous_and_of_the_stated_types():
    table = compile_events(parse_regimen("a 1 mg over 1 h q.d."), ("a",), 10)
    expected = {"time": "f8", "kind": "i1", "compartment": "i4", "value": "f8", "interval": "f8", "duration": "f8"}
    for column, dtype in expected.items():
        array = getattr(table, column)
        assert (array.dtype, array.flags.c_contiguous, array.shape) == (np.dtype(dtype), True, (len(table),))


def test_without_doses_the_table_is_empty():
    table = compile_events([], ("a", "b"), 10)
    assert (len(table), table.basis) == (0, ("absolute", "absolute"))


SAME_TIME = [
    dict(time=1, amt=8, cmt="a"),
    dict(time=1, evid=3),
    dict(time=0, amt=6, cmt="a", dur=1),
    dict(time=1, amt=4, cmt="a", dur=2),
    dict(time=1, amt=2, cmt="b", ii=1, ss=2),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(SAME_TIME)))))
def test_the_order_at_equal_times_is_the_published_one_for_any_order_of_rows(order):
    assert events([SAME_TIME[index] for index in order]) == [
        (0.0, RATE, 0, 6.0),
        (1.0, RATE, 0, 2.0),
        (1.0, RESET, ALL, 0.0),
        (1.0, STEADY, 1, 2.0),
        (1.0, BOLUS, 0, 8.0),
        (1.0, BOLUS, 1, 2.0),
        (3.0, RATE, 0, 0.0),
    ]


def test_overlapping_infusions_sum_and_end_at_exactly_zero():
    rows = [dict(time=0, amt=0.1, cmt="a", dur=3, ii=1, addl=2), dict(time=0, amt=0.7, cmt="a", dur=7)]
    table = events(rows)
    assert [time for time, *_ in table] == [0, 1, 2, 3, 4, 5, 7]
    assert table[-1] == (7.0, RATE, 0, 0.0)
    one, other = 0.1 / 3, 0.1
    # three additions of doubles
    np.testing.assert_allclose(
        [value for *_, value in table], [one * k + other for k in (1, 2, 3, 2, 1, 0)] + [0], rtol=1e-15
    )


def test_infusions_back_to_back_at_one_rate_are_one_infusion():
    assert events([dict(time=0, amt=1, cmt="a", dur=1, ii=1, addl=3)]) == [(0.0, RATE, 0, 1.0), (4.0, RATE, 0, 0.0)]


def test_infusions_of_different_compartments_do_not_add():
    rows = [dict(time=0, amt=1, cmt="a", dur=1), dict(time=0, amt=2, cmt="b", dur=1)]
    assert events(rows) == [(0.0, RATE, 0, 1.0), (0.0, RATE, 1, 2.0), (1.0, RATE, 0, 0.0), (1.0, RATE, 1, 0.0)]


def test_a_rate_is_used_as_given():
    assert events([dict(time=0, amt=1, cmt="a", rate=0.3)])[0] == (0.0, RATE, 0, 0.3)


def test_a_reset_stops_running_infusions_everywhere():
    rows = [dict(time=0, amt=4, cmt="a", dur=4), dict(time=0, amt=8, cmt="b", dur=4), dict(time=1, evid=3)]
    assert events(rows)[2:] == [(1.0, RATE, 0, 0.0), (1.0, RATE, 1, 0.0), (1.0, RESET, ALL, 0.0)]


def test_an_infusion_that_starts_with_a_reset_runs():
    rows = [dict(time=0, amt=4, cmt="a", dur=4), dict(time=1, amt=3, cmt="a", dur=1, evid=4)]
    assert events(rows) == [(0.0, RATE, 0, 1.0), (1.0, RATE, 0, 3.0), (1.0, RESET, ALL, 0.0), (2.0, RATE, 0, 0.0)]


def test_additional_doses_of_a_reset_do_not_reset():
    kinds = [kind for _, kind, *_ in events([dict(time=0, amt=1, cmt="a", evid=4, ii=1, addl=3)])]
    assert kinds == [RESET, BOLUS, BOLUS, BOLUS, BOLUS]


def test_equal_resets_are_one():
    assert events([dict(time=1, evid=3)] * 3) == [(1.0, RESET, ALL, 0.0)]


def test_steady_state_1_empties_its_compartment_first_and_gives_the_dose_after():
    assert events([dict(time=2, amt=5, cmt="b", ii=1, addl=1, ss=1)]) == [
        (2.0, RESET, 1, 0.0),
        (2.0, STEADY, 1, 5.0),
        (2.0, BOLUS, 1, 5.0),
        (3.0, BOLUS, 1, 5.0),
    ]


def test_steady_state_2_adds_to_what_is_there():
    assert [kind for _, kind, *_ in events([dict(time=2, amt=5, cmt="b", ii=1, ss=2)])] == [STEADY, BOLUS]


def test_steady_state_1_stops_only_infusions_into_its_compartment():
    rows = [
        dict(time=0, amt=4, cmt="a", dur=4),
        dict(time=0, amt=4, cmt="b", dur=4),
        dict(time=1, amt=1, cmt="a", ii=1, ss=1),
    ]
    assert [row for row in events(rows) if row[1] == RATE][2:] == [(1.0, RATE, 0, 0.0), (4.0, RATE, 1, 0.0)]


def test_interval_and_duration_belong_to_steady_states():
    table = compile_events(dose_rows([dict(time=0, amt=5, ii="12 h", dur="6 h", ss=2)]), ("a",), 10)
    assert (table.interval.tolist(), table.duration.tolist()) == ([0.0, 0.5, 0.0], [0.0, 0.25, 0.0])


def test_infusions_longer_than_the_interval_still_run_in_steady_state():
    # Begun 1 and 2 days before with 2.5 days each: 1.5 and 0.5 days are left beside the new one.
    rates = [row for row in events([dict(time=10, amt=2.5, cmt="a", ii=1, dur=2.5, ss=1)]) if row[1] == RATE]
    assert rates == [(10.0, RATE, 0, 3.0), (10.5, RATE, 0, 2.0), (11.5, RATE, 0, 1.0), (12.5, RATE, 0, 0.0)]


def test_rows_without_amount_are_dropped():
    assert events([dict(time=0, amt=0, cmt="a", ii=1, addl=9), dict(time=1, amt=0, cmt="a", rate=5)]) == []
    assert events([dict(time=1, amt=0, cmt="a", evid=4)]) == [(1.0, RESET, ALL, 0.0)]


def test_the_end_is_not_part_of_the_table():
    rows = [dict(time=0, amt=1, cmt="a", ii=1, addl=9), dict(time=2, amt=1, cmt="b", dur=1), dict(time=3, evid=3)]
    assert max(time for time, *_ in events(rows, until=3)) == 2.0


def test_the_horizon_may_be_a_text():
    assert len(compile_events(parse_regimen("a 1 mg q.d."), ("a",), "2 weeks")) == 14


@pytest.mark.parametrize("until", [0, -1, float("nan"), float("inf"), "soon", None])
def test_a_horizon_that_is_no_time_is_refused(until):
    with pytest.raises(InputError):
        compile_events(parse_regimen("a 1 mg q.d."), ("a",), until)


def test_the_basis_is_kept_per_compartment():
    regimens = parse_regimens("a 1 mg/kg q.d. + b 2 mg/m^2 q.d.")
    assert compile_events(regimens, ("c", "b", "a"), 10).basis == ("absolute", "per_m2", "per_kg")


def test_two_bases_in_one_compartment_are_refused():
    with pytest.raises(InputError, match="'a' mix the bases per_kg and absolute"):
        compile_events(parse_regimens("a 1 mg/kg q.d. + a 2 mg weekly"), ("a",), 10)


def test_compartments_are_found_by_name_number_or_alone():
    assert events([dict(time=0, amt=1, cmt=2)]) == events([dict(time=0, amt=1, cmt="B")]) == [(0.0, BOLUS, 1, 1.0)]
    assert events([dict(time=0, amt=1)], ("a",)) == [(0.0, BOLUS, 0, 1.0)]


@pytest.mark.parametrize(
    ("cmt", "reason"),
    [("c", "unknown compartment 'c'"), (3, "not one of 1 to 2"), (0, "not one of"), (None, "names no cmt")],
)
def test_a_compartment_that_is_not_there_is_refused(cmt, reason):
    with pytest.raises(InputError) as caught:
        events([dict(time=0, amt=1, cmt=cmt)])
    assert reason in str(caught.value)


def test_an_unknown_drug_gets_the_nearest_name():
    with pytest.raises(InputError, match="unknown drug 'sorafenb'; did you mean 'sorafenib'"):
        compile_events(parse_regimen("sorafenb 400 mg q.d."), ("sorafenib", "everolimus"), 10)


def test_what_is_neither_regimen_nor_row_is_refused():
    with pytest.raises(InputError, match="a regimen or a dose row"):
        compile_events([dict(time=0, amt=1)], ("a",), 10)


@pytest.mark.parametrize(
    "row", [dict(ii=1e-6, addl=10**9), dict(ii=1e-3, ss=1, dur=10**6)], ids=["doses", "infusions of a steady state"]
)
def test_too_many_doses_are_refused(row):
    with pytest.raises(InputError, match="at most"):
        events([dict(time=0, amt=1, cmt="a", **row)])
