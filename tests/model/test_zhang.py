"""Zhang 2017: states of rest against those of the authors' public code, PSA, the effect of abiraterone."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_constants, model_parameters

RTOL, ATOL = 1e-10, 1e-16
#: errors of steps add up over a course
CLOSE = 1e-8
#: the public code prints its states of rest to 15 digits
PRINTED = 1e-11
# states of rest without drug (T+, TP, T-, PSA) of sets 5 and 7 as the public code holds them; 1e-9 stands for none
REST_2 = (6270.62706270627, 7260.72607260726, 330.033003300335, 27722.7722772277)
REST_1 = (6060.60606060606, 7575.75757575758, 0.0, 27272.7272727273)
STATES = ("dependent_cells", "producing_cells", "independent_cells", "psa")


@pytest.mark.parametrize("chosen, rest", [(None, REST_2), ("representative_patient_1", REST_1)])
def test_state_of_rest_is_that_of_the_authors(chosen, rest):
    found = ossim.simulate(
        "zhang2017", [0, 100, 1000], dict(zip(STATES, rest, strict=True)), parameter_set=chosen, rtol=RTOL, atol=ATOL
    )
    for name, value in zip(STATES, rest, strict=True):
        np.testing.assert_allclose(found[name], value, rtol=1e-9)


@pytest.mark.parametrize("chosen, rest", [(None, REST_2), ("representative_patient_1", REST_1)])
def test_start_is_at_two_fifths_of_the_state_of_rest(chosen, rest):
    facts = model_parameters("zhang2017", chosen)
    for name, value in zip(STATES, rest, strict=True):
        assert facts[f"initial_{name}"].value == pytest.approx(max(0.4 * value, 1e-9), rel=PRINTED)


def test_treatment_starts_at_four_fifths_of_psa_at_rest():
    treated = model_constants("zhang2017")["treated_psa"].value
    assert treated == pytest.approx(0.8 * REST_2[3], rel=PRINTED)


def test_growth_rates_are_doublings_in_60_48_and_25_hours():
    facts = model_parameters("zhang2017")
    for name, hours in (("dependent", 60), ("producing", 48), ("independent", 25)):
        # printed with five digits
        assert facts[f"{name}_growth_rate"].value == pytest.approx(np.log(2.0) * 24.0 / hours, abs=6e-6)


def test_psa_of_steady_cells_is_twice_their_number():
    """At clearance 0.5 PSA comes to rest at cells / 0.5, as 2 N (1 - exp(-t / 2)) from none."""
    start = dict(zip(STATES, (*REST_2[:3], 0.0), strict=True))
    times = np.linspace(0.0, 20.0, 21)
    found = ossim.simulate("zhang2017", times, start, rtol=RTOL, atol=ATOL)
    np.testing.assert_allclose(found.psa, 2.0 * sum(REST_2[:3]) * -np.expm1(-0.5 * times), rtol=CLOSE)


def test_one_kind_alone_grows_logistically():
    times = np.linspace(0.0, 2000.0, 41)
    start = {"dependent_cells": 0.0, "producing_cells": 0.0, "independent_cells": 10.0}
    found = ossim.simulate("zhang2017", times, start, rtol=RTOL, atol=ATOL)
    expected = 1e4 / (1.0 + (1e4 / 10.0 - 1.0) * np.exp(-0.0066542 * times))
    np.testing.assert_allclose(found.independent_cells, expected, rtol=CLOSE)


def test_producing_cells_alone_shrink_to_their_capacity_on_drug():
    start = {"dependent_cells": 0.0, "producing_cells": 1000.0, "independent_cells": 0.0}
    dose = [{"time": 0, "amt": 10_000, "dur": 10_000, "cmt": "abiraterone"}]
    found = ossim.simulate("zhang2017", [0, 10_000], start, dose, rtol=RTOL, atol=ATOL)
    assert float(found.producing_cells[-1]) == pytest.approx(100.0, rel=CLOSE)


def test_independent_cells_take_over_under_continuous_drug():
    dose = [{"time": 724, "amt": 2276, "dur": 2276, "cmt": "abiraterone"}]
    found = ossim.simulate("zhang2017", [0, 724, 3000], doses=dose, rtol=RTOL, atol=ATOL)
    assert int(found.status) == 0
    assert float(found.independent_fraction[1]) < 0.1
    assert float(found.independent_fraction[2]) > 0.999
    assert float(found.independent_cells[2]) == pytest.approx(1e4, rel=1e-3)
