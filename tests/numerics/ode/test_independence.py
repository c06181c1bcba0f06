"""What a run's numbers must not depend on: output times, restarts, threads, neighbors, lanes, repetition."""

import numpy as np
import pytest
from compartments import Drug
from engine_cases import TURNOVER, events, exposure, problem

import ossim
from ossim.dosing import compile_events, dose_rows
from ossim.model import model
from ossim.numerics.ode.problem import advance_problem

RTOL = 1e-8
N_RUNS = 37  # no multiple of the lane width
END = 30.0
ROWS = [dict(time=0.3, amt=40, ii=1, addl=25), dict(time=4, amt=90, dur=0.25, ii=7, addl=2)]
RANDOM = np.random.default_rng(11)
EFFECTS, RATES = RANDOM.uniform(0.1, 4.0, N_RUNS), RANDOM.uniform(0.05, 2.0, N_RUNS)


def _hahnfeldt(times, **options):
    doses = [dict(time=0, amt=20, cmt="endostatin", ii=1, addl=11), dict(time=2.2, amt=30, cmt="tnp470", dur=0.1)]
    initial = {"tumor_volume": 180.0, "carrying_capacity": 625.0}
    return ossim.simulate("hahnfeldt1999", times, initial=initial, doses=doses, rtol=RTOL, **options)


GRIDS = {
    "37": np.linspace(0.0, 13.0, 37),
    "1000": np.linspace(0.0, 13.0, 1000),
    "irregular": np.unique(np.append(np.random.default_rng(3).uniform(0.0, 13.0, 200), [0.0, 13.0])),
    "at_doses": np.arange(0.0, 14.0),
}


@pytest.mark.parametrize("name", GRIDS)
def test_output_times_do_not_move_the_solution(name):
    coarse, fine = _hahnfeldt([0.0, 13.0]), _hahnfeldt(GRIDS[name])
    for state in ("tumor_volume", "carrying_capacity", "endostatin"):
        np.testing.assert_array_equal(fine[state][[0, -1]], coarse[state])


@pytest.mark.parametrize("name", [name for name in GRIDS if name != "1000"])
def test_value_between_steps_does_not_depend_on_the_other_times(name):
    merged = np.unique(np.concatenate([GRIDS[name], GRIDS["1000"]]))
    alone, together = _hahnfeldt(GRIDS[name]), _hahnfeldt(merged).sel(time=GRIDS[name])
    np.testing.assert_allclose(alone.tumor_volume, together.tumor_volume, rtol=1e-10)


def test_horizon_does_not_move_what_comes_before_it():
    short, long = _hahnfeldt([3.0, 7.0]), _hahnfeldt([3.0, 7.0, 13.0])
    np.testing.assert_allclose(short.tumor_volume, long.tumor_volume[:2], rtol=10 * RTOL)


def _runs(members=None, times=(), rtol=RTOL, atol=1e-10):
    """Dosed runs, each with its own parameters; `members` picks and orders them."""
    members = np.arange(N_RUNS) if members is None else np.asarray(members)
    n = members.size
    one = Drug(30.0, 50.0, ((10.0, 40.0),), absorption=6.0).modes()
    modes = type(one)(np.repeat(one.decay, n, axis=0), np.repeat(one.gain, n, axis=0))
    table = compile_events(dose_rows(ROWS), ("drug",), END)
    parameters = np.column_stack([np.ones(n), RATES[members], EFFECTS[members]])
    return problem(
        TURNOVER,
        np.tile([0.0, 1.0], (n, 1)),
        parameters,
        times,
        exposure=exposure(TURNOVER, modes),
        doses=events(table, n, modes.size),
        control={"rtol": rtol, "atol": atol},
    )


def _bits(built):
    return built.runs.state, built.runs.n_steps, built.exposure.value, built.records.state


@pytest.fixture(scope="module")
def alone():
    built = _runs(times=[1.0, 12.5, END])
    advance_problem(built, END)
    return built


def _assert_same_bits(built, reference, members):
    for found, expected in zip(_bits(built), _bits(reference), strict=True):
        np.testing.assert_array_equal(found, expected[members])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_gives_the_same_bits(threads, alone):
    built = _runs(times=[1.0, 12.5, END])
    advance_problem(built, END, threads)
    _assert_same_bits(built, alone, np.arange(N_RUNS))


@pytest.mark.parametrize(
    "members",
    [[5], [36, 0], list(range(8, 16)), list(range(N_RUNS))[::-1], list(np.random.default_rng(2).permutation(N_RUNS))],
    ids=["one", "two", "eight", "reversed", "shuffled"],
)
def test_neighbors_and_lane_do_not_change_the_bits_of_a_run(members, alone):
    built = _runs(members, times=[1.0, 12.5, END])
    advance_problem(built, END)
    _assert_same_bits(built, alone, members)


def test_runs_of_different_ends_do_not_disturb_each_other(alone):
    built = _runs(times=[1.0, 12.5, END])
    end = np.full(N_RUNS, END)
    end[::3] = np.linspace(0.5, 20.0, end[::3].size)
    advance_problem(built, end)
    whole = end == END
    np.testing.assert_array_equal(built.runs.state[whole], alone.runs.state[whole])


def test_second_run_in_one_process_gives_the_same_bits(alone):
    built = _runs(times=[1.0, 12.5, END])
    advance_problem(built, END)
    _assert_same_bits(built, alone, np.arange(N_RUNS))


@pytest.mark.parametrize("n_stops", [1, 5, 50])
def test_restart_at_random_times_stays_within_ten_tolerances(n_stops, alone):
    built = _runs()
    for stop in np.sort(np.random.default_rng(n_stops).uniform(0.0, END, n_stops)):
        advance_problem(built, stop)
    advance_problem(built, END)
    np.testing.assert_allclose(built.runs.state, alone.runs.state, rtol=10 * RTOL)


def test_restart_at_a_dose_gives_it_once(alone):
    built = _runs()
    for stop in (0.3, 4.0, 4.0, 4.25, END):
        advance_problem(built, stop)
    np.testing.assert_allclose(built.runs.state, alone.runs.state, rtol=10 * RTOL)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
def test_error_stays_within_a_hundred_tolerances(rtol):
    built, exact = _runs(rtol=rtol, atol=1e-14), _runs(rtol=1e-13, atol=1e-14)
    for case in (built, exact):
        advance_problem(case, END)
    np.testing.assert_allclose(built.runs.state, exact.runs.state, rtol=100 * rtol)


def test_splitting_a_population_gives_the_whole():
    rates = np.linspace(0.1, 0.4, 21)
    times = np.linspace(0.0, 13.0, 5)
    whole = _hahnfeldt(times, parameters={"growth_rate": rates})
    parts = [_hahnfeldt(times, parameters={"growth_rate": part}) for part in np.array_split(rates, 4)]
    together = np.concatenate([part.tumor_volume for part in parts])
    np.testing.assert_array_equal(whole.tumor_volume, together)


def test_unit_of_time_does_not_matter():
    # the same system with all rates ten times as fast over a tenth of the time
    declared = model("gompertz")
    slow = ossim.simulate(declared.name, [50.0], {"tumor_volume": 10.0}, parameters={"growth_rate": 0.1}, rtol=RTOL)
    fast = ossim.simulate(declared.name, [5.0], {"tumor_volume": 10.0}, parameters={"growth_rate": 1.0}, rtol=RTOL)
    np.testing.assert_allclose(fast.tumor_volume, slow.tumor_volume, rtol=10 * RTOL)
