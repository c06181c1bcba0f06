"""A large cohort in blocks: every endpoint is what it is on all patients at once."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from synthetic import INTERVAL

from ossim import endpoints
from ossim.dataset import Status
from ossim.endpoints import blocks
from ossim.errors import FailedRunsError

#: the made-up trial has 60 patients: nine blocks, the last of four
BLOCK = 7
CASES = [(name, {}) for name in endpoints.names()] + [
    ("objective_response", {"with_minor": True, "confirmed": True, "until": 200.0}),
    ("best_response", {"line": 1}),
    ("progression_free_survival", {"kind": "true"}),
]


@pytest.fixture
def trial(trial):
    """The made-up trial with the visits it plans."""
    return trial.assign(planned_visit_time=("visit", INTERVAL * np.arange(trial.sizes["visit"])))


@pytest.fixture
def failing(trial):
    """The made-up trial with a failed run in the first and in a later block."""
    status = trial["status"].copy(deep=True)
    status[0, [3, 40]] = Status.max_steps
    return trial.assign(status=status)


@pytest.fixture
def on_disk(trial, tmp_path):
    trial.to_netcdf(tmp_path / "trial.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "trial.nc", engine="h5netcdf", decode_timedelta=False) as opened:
        yield opened


@pytest.mark.parametrize(("name", "options"), CASES)
def test_blocks_give_what_the_whole_cohort_gives(trial, failing, name, options, monkeypatch):
    endpoint = endpoints.find(name)
    whole, some = endpoint(trial, **options), endpoint(failing, failed="exclude", **options)
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)
    xr.testing.assert_identical(endpoint(trial, **options), whole)
    xr.testing.assert_identical(endpoint(failing, failed="exclude", **options), some)


def test_failed_runs_are_counted_over_all_blocks(failing, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)
    with pytest.raises(FailedRunsError, match=r"^2 of 240 runs failed"):
        endpoints.overall_survival(failing)


def test_trial_without_planned_visits_is_taken_whole(trial, monkeypatch):
    without = trial.drop_vars("planned_visit_time")
    whole = endpoints.time_to_failure(without)
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)
    xr.testing.assert_identical(endpoints.time_to_failure(without), whole)


def test_visits_on_disk_are_not_kept_in_memory(trial, on_disk, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK", BLOCK)
    found = endpoints.progression_free_survival(on_disk)
    np.testing.assert_array_equal(found["time"], endpoints.progression_free_survival(trial)["time"])
    visits = [name for name, values in on_disk.data_vars.items() if {"patient", "visit"} <= set(values.dims)]
    assert [name for name in visits if on_disk[name].variable._in_memory] == []
