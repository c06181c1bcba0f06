"""The engine against an independent implementation of the patient, integrated by SciPy with a restart at each dose.

Largest relative errors measured over 120 days: 1.3e-9 at rtol 1e-10 (10 patients); at the default tolerance (40
patients) 1.5e-6 for sorafenib and everolimus, 4e-6 for sunitinib, 5e-5 for regorafenib, 1.5e-4 for doxorubicin.
"""

import numpy as np
import pytest
from patient_cases import (
    DEFAULT_ATOL,
    DEFAULT_RTOL,
    HORIZON,
    REGIMENS,
    SEQUENCES,
    advance,
    cohort,
    oracle_patient,
    oracle_state,
    oracle_treatment,
    worst_error,
)
from reference_patient import integrate

from ossim.model.patient.baseline import baseline

FINE = (1e-10, 1e-12)
AGREEMENT = 1e-6  # required of every state above one cell
QUICK = 3


def _worst(regimen, first, size):
    patients = cohort(first, size)
    problem = advance(patients, regimen, HORIZON, *FINE)
    assert (problem.runs.status == 0).all()
    return max(
        worst_error(problem.runs.state[index], oracle_state(patients, index, regimen, HORIZON)) for index in range(size)
    )


@pytest.mark.parametrize("regimen", REGIMENS)
def test_engine_agrees_with_the_oracle(regimen):
    assert _worst(REGIMENS[regimen], 0, QUICK) < AGREEMENT


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_switch_to_a_second_line_agrees_with_the_oracle(sequence):
    assert _worst(SEQUENCES[sequence], 5, 2) < AGREEMENT


@pytest.mark.slow
@pytest.mark.parametrize("regimen", REGIMENS)
def test_engine_agrees_with_the_oracle_on_two_hundred_patients(regimen):
    assert _worst(REGIMENS[regimen], QUICK, 200) < AGREEMENT


def test_baseline_is_that_of_the_oracle():
    patients = cohort(100, 50)
    _, state = baseline(patients.values, patients.n_lesions)
    untreated = REGIMENS["untreated"]
    errors = [worst_error(state[index], oracle_state(patients, index, untreated, 0.0)) for index in range(50)]
    assert max(errors) < 1e-13


@pytest.mark.parametrize("method", ["Radau", "DOP853"])
def test_methods_of_scipy_agree_with_each_other(method):
    # the oracle itself: three integrators that share nothing
    patients, regimen = cohort(0, 1), REGIMENS["doxorubicin"]
    patient, treatment = oracle_patient(patients, 0), oracle_treatment(patients, 0, regimen)
    reference = integrate(patient, treatment, [2.0])
    other = integrate(patient, treatment, [2.0], rtol=1e-10, method=method)
    np.testing.assert_allclose(other, reference, rtol=1e-8, atol=1e-12)


ACCURACY = 1e-4  # of every clone above a cell, over a year, at the tolerance a trial uses


@pytest.mark.parametrize("regimen", REGIMENS)
def test_default_tolerance_is_good_enough_for_a_year(regimen):
    patients = cohort(0, 40)
    default = advance(patients, REGIMENS[regimen], 365.0, DEFAULT_RTOL, DEFAULT_ATOL).runs.state
    fine = advance(patients, REGIMENS[regimen], 365.0, 1e-11, 1e-13).runs.state
    used = np.arange(fine.shape[1]) < (4 + 9 * patients.n_lesions)[:, None]
    errors = [worst_error(default[i][used[i]], fine[i][used[i]]) for i in range(patients.size)]
    assert max(errors) < ACCURACY
