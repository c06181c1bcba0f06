"""Random parameters, inside their bounds and ten times beyond them, never give a number that is wrong and unflagged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patient_cases import REGIMENS, advance, cohort

import ossim
from ossim.catalog import model_parameters
from ossim.model import Level, model, ode_models
from ossim.model.patient.equations import LESION_STATES, MAX_LESIONS, SHARED_STATES
from ossim.numerics.ode.problem import advance_problem, make_control, make_problem, make_records, make_runs

RTOL, ATOL = 1e-6, 1e-9
HORIZON = 120.0
LARGEST_FRACTION = 0.999  # a lesion of matrix only has no cells to follow
INTERPOLATED = 100.0  # error of the interpolant in tolerances of a step
MOST_STEPS = 20_000  # a budget: nothing hangs, whatever the parameters
PATIENT = "osteosarcoma_patient"
#: parameters of a trial and of the observer, not of the dynamics
OUTSIDE = ("measurement_error", "number_of_lesions", "cross_resistance")
FLAGGED_INSIDE = 1e-3  # share of runs that may be flagged with all parameters inside their bounds
TREATMENTS = [name for name in REGIMENS if name != "untreated"]


def _draw(rng, low, high, stretch, size):
    """Log-uniform between positive bounds, uniform where a bound is zero; a tenth of the draws at the corners."""
    low, high = low / stretch, high * stretch
    positive = low > 0.0
    drawn = np.exp(rng.uniform(np.log(low), np.log(high), size)) if positive else rng.uniform(low, high, size)
    corner = rng.random(size) < 0.1
    return np.where(corner, rng.choice([low, high], size), drawn)


def _patients(seed, size, stretch, whole=True):
    """Random patients; with `whole` fractions stay fractions, however far the bounds are stretched."""
    rng = np.random.default_rng(seed)
    patients = cohort(0, size)
    values = dict(patients.values)
    for name, parameter in model_parameters(PATIENT).items():
        if name in OUTSIDE:
            continue
        shape = (size, MAX_LESIONS) if np.ndim(values[name]) == 2 else size
        values[name] = _draw(rng, *parameter.bounds, stretch, shape)
        if whole and parameter.unit == "1" and parameter.bounds[1] <= 1.0:
            values[name] = np.minimum(values[name], LARGEST_FRACTION)
    return replace(patients, values=values, n_lesions=rng.integers(1, MAX_LESIONS + 1, size))


def _unflagged_faults(runs, n_lesions):
    """Runs that claim to be fine and are not."""
    used = np.arange(runs.state.shape[1]) < (len(SHARED_STATES) + len(LESION_STATES) * n_lesions)[:, None]
    fine = np.isfinite(runs.state) & (runs.state >= -ATOL)
    finished = runs.time == runs.end
    return (runs.status == 0) & ~((fine | ~used).all(axis=1) & finished)


def _check_patients(seed, size, stretch, regimen, whole=True):
    patients = _patients(seed, size, stretch, whole)
    with np.errstate(all="ignore"):
        runs = advance(patients, REGIMENS[regimen], HORIZON, RTOL, ATOL, MOST_STEPS).runs
    assert not _unflagged_faults(runs, patients.n_lesions).any()
    return np.mean(runs.status != 0)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from(TREATMENTS))
def test_patients_inside_the_bounds_are_simulated(seed, regimen):
    assert _check_patients(seed, 100, 1.0, regimen) == 0.0


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.sampled_from(TREATMENTS), st.booleans())
def test_patients_far_outside_the_bounds_are_right_or_flagged(seed, regimen, whole):
    _check_patients(seed, 100, 10.0, regimen, whole)


@pytest.mark.slow
@pytest.mark.parametrize("regimen", TREATMENTS)
def test_ten_thousand_patients_are_right_or_flagged(regimen):
    assert _check_patients(1, 10_000, 1.0, regimen) < FLAGGED_INSIDE
    _check_patients(2, 10_000, 10.0, regimen)
    _check_patients(3, 10_000, 10.0, regimen, whole=False)


PUBLISHED = list(ode_models())


def _random_runs(name, seed, size, stretch):
    declared, facts, rng = model(name), model_parameters(name), np.random.default_rng(seed)
    values = {key: _draw(rng, *facts[key].bounds, stretch, size) for key in declared.parameters}
    system = declared.system
    parameters = np.stack([values[declared.symbols[symbol]] for symbol in system.parameters], axis=1)
    starts = [declared.states[symbol].initial for symbol in system.states]
    state = np.stack([values[name] if name else np.zeros(size) for name in starts], axis=1)
    built = make_problem(
        system,
        make_runs(system, state, parameters),
        records=make_records(np.linspace(0.0, 30.0, 7), np.arange(size), len(system.states), 0),
        control=make_control(rtol=RTOL, atol=ATOL, max_steps=MOST_STEPS),
    )
    advance_problem(built, 30.0)
    return built


def _check_published(name, seed, size, stretch):
    built = _random_runs(name, seed, size, stretch)
    ok = built.runs.status == 0
    assert np.isfinite(built.runs.state[ok]).all()
    assert (built.runs.state[ok] >= -ATOL).all()
    assert np.isfinite(built.records.state[ok]).all()
    assert (built.runs.time[ok] == 30.0).all()


@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.sampled_from(PUBLISHED), st.integers(0, 2**32 - 1), st.sampled_from([1.0, 10.0]))
def test_published_models_are_right_or_flagged(name, seed, stretch):
    _check_published(name, seed, 100, stretch)


@pytest.mark.slow
@pytest.mark.parametrize("stretch", [1.0, 10.0])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_models_on_ten_thousand_draws(name, stretch):
    _check_published(name, 3, 10_000, stretch)


def _random_doses(declared, rng):
    """One to three doses into every compartment: infusions of a day where it takes a rate, single doses elsewhere."""
    for name in declared.doses:
        level = any(isinstance(item, Level) for item in declared.compartments if item.name == name)
        for _ in range(rng.integers(1, 4)):
            dose = {"time": rng.uniform(0.0, 20.0), "amt": np.exp(rng.uniform(-2.0, 6.0)), "cmt": name}
            yield dose | ({"dur": 1.0, "ii": 1.0, "addl": 3} if level else {})


def _check_treated(name, seed, size):
    declared, facts, rng = model(name), model_parameters(name), np.random.default_rng(seed)
    values = {key: _draw(rng, *facts[key].bounds, 1.0, size) for key in declared.parameters}
    rows, times = list(_random_doses(declared, rng)), np.linspace(0.0, 30.0, 7)
    ds = ossim.simulate(name, times, doses=rows, parameters=values, rtol=RTOL, atol=ATOL, max_steps=MOST_STEPS)
    ok = ds["status"].values == 0
    found = np.stack([ds[state.name].values[ok] for state in declared.states.values()], axis=2)
    assert np.isfinite(found).all()
    # what lies between two steps is interpolated, to a tolerance of what may have been there: the dose
    given = sum(row["amt"] for row in rows)
    least = ATOL + INTERPOLATED * RTOL * np.maximum(np.abs(found).max(axis=(1, 2), initial=0.0), given)
    assert declared.signed or (found.min(axis=(1, 2), initial=0.0) >= -least).all()
    return ok.mean()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.sampled_from([name for name in PUBLISHED if model(name).compartments]), st.integers(0, 2**32 - 1))
def test_treated_models_are_right_or_flagged(name, seed):
    _check_treated(name, seed, 60)


@st.composite
def dose_lists(draw):
    """Doses of the three drugs of Hahnfeldt's mice at any time, as boluses, infusions and series."""
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        row = {
            "time": draw(st.floats(0.0, 20.0)),
            "amt": draw(st.floats(0.0, 100.0)),
            "cmt": draw(st.sampled_from(["endostatin", "angiostatin", "tnp470"])),
        }
        if draw(st.booleans()):
            row |= {"ii": draw(st.floats(0.05, 5.0)), "addl": draw(st.integers(1, 20))}
        if draw(st.booleans()) and row["amt"] > 0.0:
            row |= {"dur": draw(st.floats(0.001, 2.0))}
        rows.append(row)
    return rows


@settings(max_examples=40, deadline=None, derandomize=True)
@given(dose_lists())
def test_any_doses_leave_a_finite_tumor_no_larger_than_untreated(rows):
    times = np.linspace(0.0, 20.0, 9)
    treated = ossim.simulate("hahnfeldt1999", times, doses=rows, rtol=1e-7)
    untreated = ossim.simulate("hahnfeldt1999", times, rtol=1e-7)
    assert int(treated.status) == 0
    for name in ("tumor_volume", "carrying_capacity", "endostatin", "angiostatin", "tnp470"):
        assert np.isfinite(treated[name]).all()
        assert (treated[name] >= -1e-9).all()
    assert (treated.tumor_volume <= untreated.tumor_volume * (1.0 + 1e-5)).all()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(dose_lists(), st.integers(0, 2**32 - 1))
def test_order_of_dose_rows_does_not_matter(rows, seed):
    times = [5.0, 20.0]
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    first = ossim.simulate("hahnfeldt1999", times, doses=rows)
    second = ossim.simulate("hahnfeldt1999", times, doses=shuffled)
    np.testing.assert_array_equal(first.tumor_volume, second.tumor_volume)
