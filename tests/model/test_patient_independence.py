"""A patient's numbers do not depend on who else is simulated, nor on the number of threads."""

from dataclasses import replace

import numpy as np
import pytest
from patient_cases import REGIMENS, advance, cohort

import ossim
from ossim.model.patient.equations import LESION_STATES, SHARED_STATES

CONFIG = """
title: Independence
model: osteosarcoma_patient
seed: 3
cohort: {population: relapsed, size: 40}
arms:
  untreated: {regimen: none}
  sequence:
    strategy: sequence
    lines: [sorafenib 400 mg b.i.d., everolimus 10 mg q.d.]
    switch: progression
visits: {every: 8 weeks, until: 1 year, criteria: recist_1.1}
output: {trajectories: 3, every: 7 days}
"""


def _used(patients):
    return len(SHARED_STATES) + patients.n_lesions * len(LESION_STATES)


@pytest.mark.parametrize("regimen", ["sorafenib_everolimus", "doxorubicin"])
def test_patient_alone_is_the_patient_among_others(regimen):
    together = advance(cohort(0, 30), REGIMENS[regimen], 60.0, 1e-6, 1e-9).runs
    for first in (0, 7, 29):
        alone = advance(cohort(first, 1), REGIMENS[regimen], 60.0, 1e-6, 1e-9).runs
        used = int(_used(cohort(first, 1))[0])
        np.testing.assert_array_equal(alone.state[0, :used], together.state[first, :used])
        assert alone.n_steps[0] == together.n_steps[first]


def test_lesion_number_of_others_does_not_matter():
    patients = cohort(0, 20)
    crowd = replace(patients, n_lesions=np.where(np.arange(20) == 4, patients.n_lesions, 5))
    few = advance(patients, REGIMENS["sorafenib"], 60.0, 1e-6, 1e-9).runs
    many = advance(crowd, REGIMENS["sorafenib"], 60.0, 1e-6, 1e-9).runs
    used = int(_used(patients)[4])
    np.testing.assert_array_equal(many.state[4, :used], few.state[4, :used])


def _assert_equal(first, second):
    assert set(first.variables) == set(second.variables)
    for name in first.variables:
        np.testing.assert_array_equal(first[name].values, second[name].values, err_msg=name)


def test_trial_is_the_same_for_one_and_two_threads_and_when_repeated():
    scenario = ossim.loads(CONFIG)
    one = ossim.run(scenario, threads=1)
    _assert_equal(one, ossim.run(scenario, threads=2))
    _assert_equal(one, ossim.run(scenario, threads=1))


def test_larger_cohort_keeps_the_patients_it_had():
    small = ossim.run(ossim.loads(CONFIG), threads=1)
    large = ossim.run(ossim.loads(CONFIG).with_overrides({"cohort.size": 77}), threads=1)
    for name, variable in small.data_vars.items():
        if "patient" in variable.dims:
            kept = large[name].isel(patient=slice(0, 40)).values
            np.testing.assert_array_equal(kept, variable.values, err_msg=name)


def test_arm_is_the_same_with_and_without_another():
    both = ossim.run(ossim.loads(CONFIG), threads=1)
    alone = ossim.run(ossim.loads(CONFIG.replace("  untreated: {regimen: none}\n", "")), threads=1)
    for name in ("sum_of_diameters", "response", "death_time", "progression_time", "true_progression_time"):
        np.testing.assert_array_equal(alone[name].sel(arm="sequence"), both[name].sel(arm="sequence"), err_msg=name)
