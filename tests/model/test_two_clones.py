"""Two-clone models of resistance: closed forms, limits, and what their papers conclude.

Greene 2019 (BIOMD0000000825), Monro and Gaffney 2009 (BIOMD0000000776), Strobl 2021 (public code of the authors).
"""

import numpy as np
import pytest
from scipy.integrate import cumulative_simpson
from scipy.linalg import expm

import ossim
from ossim.catalog import model_constants, model_parameters

RTOL, ATOL = 1e-10, 1e-14
#: errors of steps add up over a course
CLOSE = 1e-8


def _run(name, until, n=401, doses=(), initial=None, **parameters):
    times = np.linspace(0.0, until, n)
    return ossim.simulate(name, times, initial, doses, parameters, rtol=RTOL, atol=ATOL)


def _constant(drug, level, until):
    return [{"time": 0, "amt": level * until, "dur": until, "cmt": drug}]


def _logistic(start, rate, t):
    return 1.0 / (1.0 + (1.0 / start - 1.0) * np.exp(-rate * t))


def _first(times, reached):
    return float(times[reached][0]) if reached.any() else np.inf


# Greene 2019


def test_greene_values_of_the_public_encoding():
    values = {key: item.value for key, item in (model_parameters("greene2019") | model_constants("greene2019")).items()}
    assert values == {
        "kill_rate": 1, "resistant_growth_rate": 0.2, "spontaneous_resistance_rate": 1e-6,
        "induced_resistance_rate": 0.01, "treatment_level": 1.5, "detected_size": 0.1, "critical_size": 0.9,
        "initial_sensitive": 0.01, "initial_resistant": 0.0,
    }  # fmt: skip
    assert model_parameters("greene2019", "spontaneous_only")["induced_resistance_rate"].value == 0.0


def test_greene_total_without_drug_is_logistic_where_both_grow_alike():
    found = _run("greene2019", 20.0, resistant_growth_rate=1.0, spontaneous_resistance_rate=0.05)
    np.testing.assert_allclose(found.tumor_size, _logistic(0.01, 1.0, found.time.values), rtol=CLOSE)
    # while S loses eps of itself: S = V exp(-eps t)
    np.testing.assert_allclose(found.sensitive, found.tumor_size * np.exp(-0.05 * found.time), rtol=CLOSE)


def test_greene_resistant_cells_alone_grow_as_without_drug():
    doses = _constant("drug", 1.5, 40.0)
    found = _run("greene2019", 40.0, doses=doses, initial={"sensitive": 0.0, "resistant": 0.01})
    np.testing.assert_allclose(found.resistant, _logistic(0.01, 0.2, found.time.values), rtol=CLOSE)
    assert (found.sensitive == 0.0).all()


def test_greene_equilibrium_under_drug_is_all_resistant():
    found = _run("greene2019", 400.0, doses=_constant("drug", 1.5, 400.0)).isel(time=-1)
    assert float(found.resistant) == pytest.approx(1.0, rel=CLOSE)
    assert float(found.sensitive) < 1e-12


def test_greene_tumor_stays_below_the_carrying_capacity():
    found = _run("greene2019", 200.0, doses=[{"time": 10.0, "amt": 15.0, "dur": 10.0, "cmt": "drug"}])
    assert float(found.tumor_size.max()) <= 1.0 + CLOSE


def test_greene_induced_resistance_fails_sooner():
    """Continuous treatment from detection: with alpha = 0.01 the critical size comes sooner than with alpha = 0."""
    critical = model_constants("greene2019")["critical_size"].value
    doses = [{"time": 2.4, "amt": 1.5 * 150, "dur": 150.0, "cmt": "drug"}]
    found = _run("greene2019", 150.0, 1501, doses, induced_resistance_rate=[0.01, 0.0])
    late = found.time.values > 2.4
    induced, spontaneous = (_first(found.time.values, late & (size >= critical)) for size in found.tumor_size.values)
    assert induced < 0.7 * spontaneous < np.inf


# Monro and Gaffney 2009

B, NINF = 0.005928, 2e12


def test_monro_cells_without_chemotherapy_are_gompertzian():
    found = _run("monro2009", 800.0)
    expected = NINF * np.exp(np.log((1e10 + 2e5) / NINF) * np.exp(-B * found.time.values))
    np.testing.assert_allclose(found.tumor_cells, expected, rtol=CLOSE)


def test_monro_kill_at_one_holds_sensitive_cells_of_any_number():
    """Norton and Simon: growth and kill are in proportion, so they balance at C0 = 1 whatever the size."""
    starts = np.array([1e6, 1e9, 1e11])
    found = _run(
        "monro2009", 300.0, doses=_constant("chemotherapy", 1.0, 300.0),
        initial={"sensitive_cells": starts, "resistant_cells": 0.0},
        mutation_per_division=0.0, back_mutation_per_division=0.0,
    )  # fmt: skip
    np.testing.assert_allclose(found.sensitive_cells, np.broadcast_to(starts[:, None], (3, 401)), rtol=CLOSE)


def test_monro_is_linear_in_divisions():
    """In s = integral of -b ln(N/Ninf) dt, S and R obey a linear system: compare with its matrix exponential."""
    kill, t1, t2 = 2.0, 1e-3, 5e-4
    found = _run(
        "monro2009", 400.0, 4001, _constant("chemotherapy", kill, 400.0),
        mutation_per_division=t1, back_mutation_per_division=t2,
    )  # fmt: skip
    pace = -B * np.log(found.tumor_cells.values / NINF)
    divisions = cumulative_simpson(pace, x=found.time.values, initial=0.0)
    matrix = np.array([[1.0 - kill - t1, t2], [t1, 1.0 - t2]])
    for place in (1000, 2500, 4000):
        expected = expm(matrix * divisions[place]) @ [1e10, 2e5]
        now = found.isel(time=place)
        np.testing.assert_allclose([now.sensitive_cells, now.resistant_cells], expected, rtol=CLOSE)


def test_monro_mild_chemotherapy_survives_longer_than_intense():
    """The paper's conclusion: less chemotherapy, longer survival, by competition of sensitive cells."""
    fatal = model_constants("monro2009")["fatal_cells"].value
    survival = {}
    for level in (0.0, 0.74, 0.9, 2.0):
        found = _run("monro2009", 4000.0, 4001, _constant("chemotherapy", level, 4000.0))
        survival[level] = _first(found.time.values, found.tumor_cells.values >= fatal)
    assert survival[0.0] < survival[2.0] < survival[0.74]
    assert survival[2.0] < survival[0.9]


# Strobl 2021


def test_strobl_values_of_the_public_code():
    values = {key: item.value for key, item in model_parameters("strobl2021").items()}
    assert values == {
        "sensitive_growth_rate": 0.027, "resistant_growth_rate": 0.027, "carrying_capacity": 1,
        "kill_per_division": 1.5,
        "sensitive_death_rate": 0, "resistant_death_rate": 0, "initial_sensitive": 0.24975,
        "initial_resistant": 0.00025,
    }  # fmt: skip


def test_strobl_total_without_drug_is_logistic_and_its_parts_keep_their_shares():
    found = _run("strobl2021", 300.0)
    np.testing.assert_allclose(found.tumor_size, _logistic(0.25, 0.027, found.time.values), rtol=CLOSE)
    np.testing.assert_allclose(found.resistant_fraction, 0.001, rtol=CLOSE)


@pytest.mark.parametrize("turnover", [0.0, 0.3])
def test_strobl_resistant_cells_fill_what_turnover_leaves(turnover):
    """Alone they come to rest at K (1 - dR/rR)."""
    found = _run(
        "strobl2021", 3000.0, initial={"sensitive": 0.0}, resistant_death_rate=turnover * 0.027,
        sensitive_death_rate=turnover * 0.027,
    )  # fmt: skip
    assert float(found.resistant[-1]) == pytest.approx(1.0 - turnover, rel=CLOSE)


def test_strobl_ratio_of_clones_under_drug():
    """Without turnover dS/S = (1 - dD) dR/R where both grow alike, so S R^(dD - 1) stays as it is."""
    found = _run("strobl2021", 400.0, doses=_constant("drug", 1.0, 400.0))
    kept = found.sensitive * found.resistant**0.5
    np.testing.assert_allclose(kept, float(kept[0]), rtol=CLOSE)


def test_strobl_cost_slows_and_turnover_shrinks():
    cost = np.array([0.0, 0.3, 0.0])
    turnover = np.array([0.0, 0.0, 0.3])
    found = _run(
        "strobl2021", 1000.0, doses=_constant("drug", 1.0, 1000.0), resistant_growth_rate=0.027 * (1.0 - cost),
        sensitive_death_rate=0.027 * turnover, resistant_death_rate=0.027 * turnover,
    )  # fmt: skip
    progression = [_first(found.time.values, size > 1.2 * 0.25) for size in found.tumor_size.values]
    assert progression[0] < progression[1]
    assert progression[0] < progression[2]
