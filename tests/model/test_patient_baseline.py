"""Balanced growth of the untreated patient: the doubling time is an input, biomarkers stay at one, nothing is lost."""

from dataclasses import replace

import numpy as np
import pytest
from patient_cases import REGIMENS, advance, cohort

from ossim.model.patient.baseline import baseline, kernel_index
from ossim.model.patient.equations import CHANNELS, LESION_STATES, MAX_LESIONS, SHARED_STATES, SYSTEM
from ossim.model.patient.observables import diameters, lesions, observables, remove_extinct
from ossim.numerics.codegen.kernel import compile_kernel
from ossim.numerics.codegen.layout import NEXT_TIME, STEPS, STOP, TIME, WANTED
from ossim.numerics.codegen.system import argument_names, output_names
from ossim.numerics.ode.problem import aligned, make_control, make_plan
from ossim.numerics.simd.lanes import WIDTH
from ossim.terms.angiogenesis import delivery

GROWTH = 1e-6  # required agreement of growth rates
N = 40
NO_COST = {"resistance_cost_tki": 0.0, "resistance_cost_chemo": 0.0}
PARTS = [name for name in LESION_STATES if name != "B"]


@pytest.fixture(scope="module")
def free():
    """Patients whose resistant clones grow as fast as the others."""
    return cohort(0, N, **NO_COST)


@pytest.fixture(scope="module")
def costly():
    """Patients of the population as it is."""
    return cohort(0, N)


def rates_by_name(parameters, state, exposures=()):
    """Derivatives from the declared functions, called on NumPy arrays of all patients, shape (n, n_states)."""
    shared = dict(zip(SYSTEM.parameters, parameters.T, strict=False))
    shared |= dict(zip(SHARED_STATES, state.T, strict=False))
    shared |= dict.fromkeys(SYSTEM.inputs, 0.0) | dict(exposures)
    n_unit = len(SYSTEM.unit_parameters)
    units = []
    for unit in range(MAX_LESIONS):
        known = dict(zip(LESION_STATES, lesions(state)[:, unit].T, strict=True))
        columns = parameters[:, len(SYSTEM.parameters) + n_unit * unit :].T
        known |= dict(zip(SYSTEM.unit_parameters, columns, strict=False))
        known |= _call(SYSTEM.unit_summary, shared | known)
        units.append(known)
    present = lesions(state)[:, :, 0] > 0.0
    for name in SYSTEM.totals:
        shared[f"{name}_total"] = sum(np.where(present[:, j], unit[name], 0.0) for j, unit in enumerate(units))
    shared |= _call(SYSTEM.rates, shared)
    out = np.zeros_like(state)
    for column, name in enumerate(SHARED_STATES):
        out[:, column] = shared[f"d{name}"]
    for j, unit in enumerate(units):
        found = _call(SYSTEM.unit_rates, shared | unit)
        columns = np.stack([np.broadcast_to(found[f"d{name}"], len(state)) for name in LESION_STATES], axis=1)
        lesions(out)[:, j] = np.where(present[:, j, None], columns, 0.0)
    return out


def _call(function, values):
    with np.errstate(divide="ignore", invalid="ignore"):
        found = function(**{name: values[name] for name in argument_names(function)})
    return dict(zip(output_names(function), found, strict=True))


def rates_of_kernel(parameters, state, n_lesions, exposures=()):
    """The same from the compiled kernel: the slopes at the start of a step."""
    kernel, out = compile_kernel(SYSTEM), np.zeros_like(state)
    plan, given = make_plan(kernel.layout, 0, 0), dict(exposures)
    limits = np.array(make_control(rtol=1e-6, atol=1e-9))
    for i in range(len(state)):
        w = aligned(plan.rows)
        rows = w.reshape(-1, WIDTH)
        rows[plan.trial : plan.trial + plan.n_states] = state[i][:, None]
        rows[plan.parameters : plan.parameters + plan.n_parameters] = parameters[i][:, None]
        rows[plan.infusion : plan.infusion + plan.n_shared] = 0.0
        for place, name in enumerate(SYSTEM.inputs):
            rows[plan.levels + place] = np.broadcast_to(given.get(name, 0.0), len(state))[i]
        rows[[TIME, NEXT_TIME, STEPS]], rows[[STOP, WANTED]] = 0.0, 1e-9
        kernel.advance(w, np.array([int(n_lesions[i]), 0, 0, 0]), limits)
        out[i] = rows[plan.slopes : plan.slopes + plan.n_states, i % WIDTH]
        used = len(SHARED_STATES) + n_lesions[i] * len(LESION_STATES)
        out[i, used:] = 0.0
    return out


BOTH = {
    "declared": lambda parameters, state, n_lesions, exposures=(): rates_by_name(parameters, state, exposures),
    "kernel": rates_of_kernel,
}


@pytest.fixture(params=BOTH)
def rates(request):
    return BOTH[request.param]


def _present(patients):
    return np.arange(MAX_LESIONS) < patients.n_lesions[:, None]


@pytest.mark.parametrize("part", PARTS)
def test_without_costs_every_part_grows_at_the_same_rate(part, free, rates):
    parameters, state = baseline(free.values, free.n_lesions)
    found = rates(parameters, state, free.n_lesions)
    column = LESION_STATES.index(part)
    growth = (np.log(2.0) / free.values["doubling_time"])[:, None]
    relative = lesions(found)[..., column][_present(free)] / lesions(state)[..., column][_present(free)]
    np.testing.assert_allclose(relative, np.broadcast_to(growth, (N, MAX_LESIONS))[_present(free)], rtol=GROWTH)


def test_with_costs_viable_cells_grow_by_what_the_clones_pay(costly, rates):
    parameters, state = baseline(costly.values, costly.n_lesions)
    found, here = lesions(rates(parameters, state, costly.n_lesions)), lesions(state)
    present, viable = _present(costly), here[..., :3].sum(axis=-1)
    share = {name: here[..., LESION_STATES.index(name)][present] / viable[present] for name in "RC"}
    growth = np.broadcast_to((np.log(2.0) / costly.values["doubling_time"])[:, None], present.shape)[present]
    expected = growth * (
        1.0
        - np.broadcast_to(costly.values["resistance_cost_tki"][:, None], present.shape)[present] * share["R"]
        - np.broadcast_to(costly.values["resistance_cost_chemo"][:, None], present.shape)[present] * share["C"]
    )
    np.testing.assert_allclose(found[..., :3].sum(axis=-1)[present] / viable[present], expected, rtol=GROWTH)


def test_biomarkers_and_bypass_are_at_rest(free, rates):
    parameters, state = baseline(free.values, free.n_lesions)
    found = rates(parameters, state, free.n_lesions)
    np.testing.assert_allclose(found[:, :2], 0.0, atol=1e-12)
    np.testing.assert_array_equal(lesions(found)[..., LESION_STATES.index("B")], 0.0)
    np.testing.assert_array_equal(state[:, :2], 1.0)


def test_perfusion_and_delivery_start_at_one(free):
    parameters, state = baseline(free.values, free.n_lesions)
    np.testing.assert_allclose(observables(state, parameters)["perfusion"], 1.0, rtol=1e-12)
    first = lesions(state)[:, 0]
    immature, mature = first[:, LESION_STATES.index("Ki")], first[:, LESION_STATES.index("Km")]
    r0, zeta = parameters[:, kernel_index("r0")], parameters[:, kernel_index("zeta")]
    np.testing.assert_allclose(delivery(1.0, immature, mature, r0, zeta), 1.0, rtol=1e-12)


def test_lesions_start_at_their_diameters(costly):
    _, state = baseline(costly.values, costly.n_lesions)
    present = _present(costly)
    np.testing.assert_allclose(diameters(state)[present], costly.values["lesion_diameter"][present], rtol=1e-12)
    assert np.isnan(diameters(state)[~present]).all()


def test_clones_and_matrix_start_at_their_shares(costly):
    _, state = baseline(costly.values, costly.n_lesions)
    present, here = _present(costly), lesions(state)
    S, R, C = (here[..., i][present] for i in range(3))
    total = here[..., :6].sum(axis=-1)[present]
    fraction = np.broadcast_to(costly.values["chemo_resistant_fraction"][:, None], present.shape)[present]
    matrix = np.broadcast_to(costly.values["matrix_fraction"][:, None], present.shape)[present]
    np.testing.assert_allclose(R / (S + R + C), costly.values["tki_resistant_fraction"][present], rtol=1e-12)
    np.testing.assert_allclose(C / (S + C), fraction, rtol=1e-12)
    np.testing.assert_allclose(here[..., LESION_STATES.index("X")][present] / total, matrix, rtol=1e-12)
    assert (S >= 0.0).all()


def test_growth_over_a_day_is_that_of_the_doubling_time(free):
    problem = advance(free, REGIMENS["untreated"], 0.01, 1e-12, 1e-14)
    _, before = baseline(free.values, free.n_lesions)
    volume = lesions(problem.runs.state)[..., :6].sum(axis=(1, 2)) / lesions(before)[..., :6].sum(axis=(1, 2))
    # over 0.01 day the balance drifts by its square only
    np.testing.assert_allclose(np.log(volume) / 0.01, np.log(2.0) / free.values["doubling_time"], rtol=1e-3)


def test_without_drug_the_bypass_stays_off(costly):
    problem = advance(costly, REGIMENS["untreated"], 365.0, 1e-6, 1e-9)
    assert (problem.runs.status == 0).all()
    np.testing.assert_array_equal(lesions(problem.runs.state)[..., LESION_STATES.index("B")], 0.0)


EXPOSURES = {"x_vegfr": 3.0, "x_mtor": 1.5, "x_igf1r": 1e16, "x_src": 0.7, "x_cytotoxic": 2.0}


def _mid_course(patients):
    """States some way into treatment, so that nothing is at its baseline."""
    problem = advance(patients, REGIMENS["sorafenib"], 40.3, 1e-8, 1e-10)
    return problem.runs.parameters, problem.runs.state


def test_declared_functions_and_kernel_agree_under_treatment(costly):
    parameters, state = _mid_course(costly)
    expected = rates_by_name(parameters, state, EXPOSURES)
    found = rates_of_kernel(parameters, state, costly.n_lesions, EXPOSURES)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("channel", [(), *((f"x_{name}",) for name in CHANNELS), tuple(EXPOSURES)])
def test_dead_cells_are_all_there(channel, costly, rates):
    """Births without costs = change of viable cells + dying cells + what was cleared."""
    parameters, state = _mid_course(costly)
    exposures = {name: EXPOSURES[name] for name in channel}
    change, here = lesions(rates(parameters, state, costly.n_lesions, exposures)), lesions(state)
    present = _present(costly)
    at = {name: index for index, name in enumerate(LESION_STATES)}
    unit = parameters[:, len(SYSTEM.parameters) :].reshape(N, MAX_LESIONS, -1)
    per_birth = unit[..., SYSTEM.unit_parameters.index("xprod")][present]
    births = change[..., at["X"]][present] / per_birth  # matrix is made at every birth

    def column(symbol):
        return np.broadcast_to(parameters[:, kernel_index(symbol)][:, None], present.shape)[present]

    costs = column("g0") * (
        column("costR") * here[..., at["R"]][present] + column("costC") * here[..., at["C"]][present]
    )
    viable = change[..., :3].sum(axis=-1)[present]
    dying = change[..., at["D1"]][present] + change[..., at["D2"]][present]
    cleared = column("kcl") * here[..., at["D2"]][present]
    scale = np.abs(births).max()
    np.testing.assert_allclose(viable + costs + dying + cleared, births, rtol=1e-9, atol=1e-12 * scale)


def test_new_lesions_and_death_never_enter_the_tumor(costly):
    quick = replace(costly, values={**costly.values, "new_lesion_hazard": 10 * costly.values["new_lesion_hazard"],
                                    "death_hazard": 10 * costly.values["death_hazard"]})  # fmt: skip
    first = advance(costly, REGIMENS["sorafenib"], 60.0, 1e-9, 1e-12).runs.state
    second = advance(quick, REGIMENS["sorafenib"], 60.0, 1e-9, 1e-12).runs.state
    hazards = [SHARED_STATES.index(name) for name in ("Hn", "Hd")]
    np.testing.assert_allclose(second[:, hazards], 10 * first[:, hazards], rtol=1e-6)
    others = np.delete(np.arange(first.shape[1]), hazards)
    np.testing.assert_allclose(second[:, others], first[:, others], rtol=1e-7, atol=1e-12)


def test_saturation_leaves_the_first_day_and_stops_late_growth():
    large = cohort(0, N, saturation_volume=5e5, saturation_ratio=2.0, **NO_COST)
    parameters, state = baseline(large.values, large.n_lesions)
    late = state.copy()
    lesions(late)[..., :8] *= 4.0  # beyond twice the burden and beyond the saturation volume
    ratio = lesions(late)[..., :6].sum(axis=(1, 2)) / parameters[:, kernel_index("Tm")]
    change = rates_by_name(parameters, late)
    X = lesions(change)[..., LESION_STATES.index("X")].sum(axis=1)
    assert (ratio > 1.0).any()
    np.testing.assert_array_equal(X[ratio > 1.0], 0.0)
    assert (X[ratio < 1.0] > 0.0).all()


def test_clones_of_less_than_a_cell_are_removed(costly):
    parameters, state = baseline(costly.values, costly.n_lesions)
    clone = len(SHARED_STATES) + LESION_STATES.index("R")
    floor = parameters[:, kernel_index("Nmin")]
    state[:, clone] = floor * np.where(np.arange(N) % 2, 1.5, 0.5)
    before = state.copy()
    remove_extinct(state, parameters)
    np.testing.assert_array_equal(state[::2, clone], 0.0)
    np.testing.assert_array_equal(state[1::2, clone], before[1::2, clone])
    others = np.delete(np.arange(state.shape[1]), clone)
    np.testing.assert_array_equal(state[:, others], before[:, others])
