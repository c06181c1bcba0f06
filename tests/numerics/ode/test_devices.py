"""A trial on another device gives what it gives on the processor, but for rounding."""

import json
import os
import subprocess
import sys

import pytest

import ossim
from ossim.errors import InputError
from ossim.numerics.ode import gpu

CONFIG = """
title: A few patients on two devices
seed: 2015
cohort: {population: relapsed, size: 2}
arms: {sorafenib: {regimen: sorafenib 400 mg b.i.d.}}
visits: {every: 1 weeks, until: 2 weeks}
output: {trajectories: 1}
"""
CODE = """
import json, sys
import numpy as np, ossim
scenario = ossim.loads(sys.argv[1])
one, other = ossim.run(scenario), ossim.run(scenario, device="gpu")
names = [name for name in one.data_vars if one[name].dtype.kind == "f"]
far = {n: float(np.nanmax(abs(one[n] - other[n]) / (abs(one[n]) + 1e-9), initial=0.0)) for n in names}
print(json.dumps([far, other.status.values.tolist()]))
"""
AGREEMENT = 1e-9


def test_trial_on_simulated_threads():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE, CONFIG],
        capture_output=True,
        text=True,
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    far, status = json.loads(done.stdout.splitlines()[-1])
    assert status == [[0, 0]]
    assert {"tumor_volume", "trajectory_tumor_volume", "trajectory_concentration", "follow_up"} <= set(far)
    assert max(far.values()) < AGREEMENT, far


@pytest.mark.skipif(gpu.cuda.is_available(), reason="there is a CUDA device")
def test_device_that_is_not_there_is_refused_before_a_file_is_made(tmp_path):
    with pytest.raises(InputError, match="no CUDA device can be used"):
        ossim.run(ossim.loads(CONFIG), device="gpu", to=tmp_path / "result.nc")
    assert not any(tmp_path.iterdir())


def test_unknown_device_is_refused():
    with pytest.raises(InputError, match="unknown device 'cuda'"):
        ossim.run(ossim.loads(CONFIG), device="cuda")
