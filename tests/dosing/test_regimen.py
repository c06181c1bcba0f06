"""Regimens: exact dose times over ten years, cycle edges, and combinations that cannot be prescribed."""

import math
from fractions import Fraction

import numpy as np
import pytest

from ossim.dosing import Regimen, dose_times
from ossim.errors import InputError

TEN_YEARS = 3652.5


@pytest.mark.parametrize(
    "interval", [Fraction(1, 2), Fraction(1, 3), Fraction(1, 7), Fraction(3044, 100), Fraction(1, 10)]
)
def test_the_kth_dose_is_the_nearest_double_over_ten_years(interval):
    times, _ = dose_times(Regimen("drug", 1, interval=interval), TEN_YEARS)
    assert times.tolist() == [float(k * interval) for k in range(math.ceil(Fraction(TEN_YEARS) / interval))]


def test_times_whose_denominators_leave_the_doubles_are_exact_too():
    interval = Fraction(10**17 + 1, 10**17)
    times, _ = dose_times(Regimen("drug", 1, interval=interval, start=Fraction(1, 3)), 100)
    assert times.tolist() == [float(Fraction(1, 3) + k * interval) for k in range(100)]


def test_the_last_day_on_is_dosed_and_the_first_day_off_is_not():
    times, _ = dose_times(Regimen("sunitinib", 50, interval=1, days_on=28, days_off=14), 84)
    assert times.tolist() == [*range(28), *range(42, 70)]


def test_days_on_that_are_no_multiple_of_the_interval_start_each_cycle_afresh():
    times, _ = dose_times(Regimen("drug", 1, interval=2, days_on=5, days_off=2), 14)
    assert times.tolist() == [0, 2, 4, 7, 9, 11]


def test_ten_years_of_cycles_do_not_drift():
    times, _ = dose_times(
        Regimen("drug", 1, interval=Fraction(1, 3), days_on=Fraction(7, 3), days_off=Fraction(1, 3)), TEN_YEARS
    )
    cycle, per_cycle = Fraction(8, 3), 7
    expected = [c * cycle + Fraction(k, 3) for c in range(1370) for k in range(per_cycle)]
    assert times.tolist() == [float(time) for time in expected if time < TEN_YEARS]


def test_days_off_may_be_zero():
    cyclic, _ = dose_times(Regimen("drug", 1, interval=1, days_on=7, days_off=0), 30)
    assert cyclic.tolist() == list(range(30))


def test_a_dose_at_the_stop_or_at_the_end_is_not_given():
    assert dose_times(Regimen("drug", 1, interval=1, stop=3), 99)[0].tolist() == [0, 1, 2]
    assert dose_times(Regimen("drug", 1, interval=1), 3)[0].tolist() == [0, 1, 2]


def test_cycles_and_number_of_doses_both_limit():
    regimen = dict(drug="drug", dose=1, interval=21, dose_days=(1, 8))
    assert dose_times(Regimen(**regimen, cycles=2), 99)[0].tolist() == [0, 7, 21, 28]
    assert dose_times(Regimen(**regimen, n_doses=3), 99)[0].tolist() == [0, 7, 21]
    assert dose_times(Regimen(**regimen, cycles=1, n_doses=3), 99)[0].tolist() == [0, 7]


def test_an_infusion_that_runs_at_the_stop_is_completed():
    starts, ends = dose_times(Regimen("drug", 1, interval=2, stop=Fraction(5, 2), duration=1), 99)
    assert (starts.tolist(), ends.tolist()) == ([0, 2], [1, 3])


def test_a_regimen_that_starts_after_the_end_has_no_doses():
    assert len(dose_times(Regimen("drug", 1, interval=1, start=10), 5)[0]) == 0


def test_floats_are_read_as_the_simple_fractions_they_stand_for():
    assert Regimen("drug", 1, interval=1 / 3).interval == Fraction(1, 3)


def test_one_dose_is_the_same_with_and_without_its_number():
    assert Regimen("drug", 1, n_doses=1) == Regimen("drug", 1)


@pytest.mark.parametrize("interval", [Fraction(1, 86400), Fraction(1, 10**30)])
def test_too_many_doses_are_refused_instead_of_filling_the_memory(interval):
    with pytest.raises(InputError, match="at most"):
        dose_times(Regimen("drug", 1, interval=interval), TEN_YEARS)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        (dict(dose=0, interval=1), "dose"),
        (dict(dose=-1, interval=1), "dose"),
        (dict(dose=float("nan"), interval=1), "dose"),
        (dict(dose=float("inf"), interval=1), "dose"),
        (dict(dose=10**400, interval=1), "dose"),
        (dict(dose="400", interval=1), "dose"),
        (dict(dose=True, interval=1), "dose"),
        (dict(drug="  ", interval=1), "drug"),
        (dict(basis="per_l", interval=1), "basis"),
        (dict(route="oal", interval=1), "route"),
        (dict(interval=0), "interval"),
        (dict(interval=-1), "interval"),
        (dict(interval=float("inf")), "interval"),
        (dict(interval=1, start=-1), "start"),
        (dict(interval=1, start=None), "start"),
        (dict(interval=1, start=5, stop=5), "stop"),
        (dict(interval=1, n_doses=0), "n_doses"),
        (dict(interval=1, n_doses=1.5), "n_doses"),
        (dict(interval=1, n_doses=True), "n_doses"),
        (dict(n_doses=2), "n_doses"),
        (dict(days_on=7, days_off=7), "days_on"),
        (dict(interval=1, days_on=7), "days_off"),
        (dict(interval=1, days_off=7), "days_on"),
        (dict(interval=1, days_on=0, days_off=7), "days_on"),
        (dict(interval=1, days_on=7, days_off=-1), "days_off"),
        (dict(interval=7, days_on=3, days_off=7), "days_on"),
        (dict(interval=1, cycles=2), "cycles"),
        (dict(interval=21, dose_days=()), "dose_days"),
        (dict(interval=21, dose_days=(0,)), "dose_days"),
        (dict(interval=21, dose_days=(22,)), "dose_days"),
        (dict(interval=21, dose_days=(8, 1)), "dose_days"),
        (dict(interval=21, dose_days=(1, 1)), "dose_days"),
        (dict(interval=21, dose_days=(1.5,)), "dose_days"),
        (dict(interval=21, dose_days="1"), "dose_days"),
        (dict(interval=21, dose_days=(1,), days_on=7, days_off=7), "dose_days"),
        (dict(interval=1, duration=2), "duration"),
        (dict(interval=21, dose_days=(1, 21), duration=2), "duration"),
        (dict(interval=1, duration=-1), "duration"),
        (dict(interval=1, duration=1e-9), "duration"),
        (dict(interval=1, duration=0.1, route="oral"), "duration"),
    ],
)
def test_what_cannot_be_prescribed_is_refused_by_field(fields, key):
    with pytest.raises(InputError) as caught:
        Regimen(**{"drug": "drug", "dose": 1, **fields})
    assert [fault.key for fault in caught.value.faults] == [key]


def test_all_faults_are_reported_together():
    with pytest.raises(InputError) as caught:
        Regimen("drug", -1, interval=1, start=-1, duration=2)
    assert [fault.key for fault in caught.value.faults] == ["dose", "start", "duration"]


def test_whole_days_may_be_numpy_integers():
    assert Regimen("drug", 1, interval=21, dose_days=np.array([1, 8])).dose_days == (1, 8)
