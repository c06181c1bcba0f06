"""A patient has the same bits alone, beside others, and in any block: lumped, in space, and as runs of a model."""

from __future__ import annotations

import numpy as np
import pytest

import ossim
from ossim.trial import run as trial_run

CONFIG = """
model: {model}
seed: 5
cohort: {{population: relapsed, size: {size}, parameters: {{doubling_time: 40, lesion_diameter: 20}}}}
arms:
  sorafenib: {{regimen: sorafenib 400 mg b.i.d.}}
  both: {{regimen: [sorafenib 400 mg b.i.d., everolimus 5 mg q.d.]}}
visits: {{every: 2 weeks, until: 4 weeks}}
output: {{trajectories: 3}}
{space}
"""
LUMPED = {"model": "osteosarcoma_patient", "space": ""}
SPATIAL = {"model": "osteosarcoma_spatial", "space": "space: {geometry: radial, spacing: 0.4, error_estimate: false}"}
SIZES = (1, 2, 3, 17)


def trial(size, **model):
    return ossim.run(ossim.loads(CONFIG.format(size=size, **model)))


def assert_same_patient(one, other, patient):
    """Every variable of a patient is equal to the last bit."""
    for name, values in one.data_vars.items():
        if "patient" in values.dims:
            np.testing.assert_array_equal(
                values.isel(patient=patient).values, other[name].isel(patient=patient).values, err_msg=str(name)
            )


@pytest.mark.parametrize("model", [LUMPED, SPATIAL], ids=["lumped", "spatial"])
def test_patient_is_the_same_in_any_cohort(model):
    largest = trial(SIZES[-1], **model)
    for size in SIZES[:-1]:
        smaller = trial(size, **model)
        for patient in range(size):
            assert_same_patient(smaller, largest, patient)


@pytest.mark.parametrize("model", [LUMPED, SPATIAL], ids=["lumped", "spatial"])
@pytest.mark.parametrize("block", [1, 2, 5])
def test_patient_is_the_same_in_any_block(monkeypatch, model, block):
    whole = trial(7, **model)
    monkeypatch.setattr(trial_run, "BLOCK", block)
    parts = trial(7, **model)
    for patient in range(7):
        assert_same_patient(parts, whole, patient)


@pytest.mark.parametrize("name", ["hahnfeldt1999", "hansson2013", "le2021_map"])
def test_run_of_a_model_is_the_same_beside_others(name):
    first = next(iter(ossim.model.model(name).parameters))
    fact = ossim.catalog.model_parameters(name)[first]
    low, high = fact.bounds
    values = np.clip(fact.value * np.linspace(0.9, 1.1, SIZES[-1]), low, high)
    times = [0.0, 5.0, 30.0]
    together = ossim.simulate(name, times, parameters={first: values})
    for size in SIZES[:-1]:
        fewer = ossim.simulate(name, times, parameters={first: values[:size]})
        for variable in fewer.data_vars:
            if "time" in fewer[variable].dims:
                np.testing.assert_array_equal(
                    fewer[variable].values, together[variable].isel(run=slice(0, size)).values
                )
