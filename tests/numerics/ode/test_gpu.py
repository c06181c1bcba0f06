"""The engine on a GPU against the lanes: on simulated threads here, on a device where there is one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ossim
from ossim.errors import InputError
from ossim.numerics.ode import gpu

AGREEMENT = 1e-9  # relative; exp, log and contraction are the device's own
HERE = Path(__file__).parents[1]

CASES = """
import json, sys, warnings
import numpy as np
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/ode"]
from engine_cases import FATE, TURNOVER, clocks, events, exposure, problem
from test_clocks import A, B, HAZARD, THRESHOLDS, _watched
from ossim.dosing import compile_events, dose_rows
from ossim.numerics.ode import gpu, problem as engine
from ossim.numerics.linear_pk import disposition_modes, with_absorption

def turnover():
    modes = with_absorption(disposition_modes([30.0, 20.0, 40.0], [50.0] * 3), 6.0)
    table = compile_events(dose_rows([dict(time=0.3, amt=40, ii=1, addl=3), dict(time=1, amt=9, dur=0.2)]), ("d",), 5.0)
    return problem(
        TURNOVER, [[0.0, 1.0]] * 3, [[1.0, 0.7, 2.0], [2.0, 0.5, 1.0], [1.0, 0.2, 0.1]], np.linspace(0, 5, 9),
        exposure=exposure(TURNOVER, modes), doses=events(table, 3, modes.size), control={"rtol": 1e-7, "atol": 1e-9},
    )

def fates():
    given = [[-0.4, 0, 0], [np.nan, 0, 0], [0, 1, 0], [0, 0, 1], [200.0, 0, 0]]
    return problem(FATE, np.ones((5, 1)), given, control={"rtol": 1e-5, "atol": 1e-9, "max_steps": 2000})

def clocked():
    n = THRESHOLDS.size
    threshold = np.column_stack([THRESHOLDS, np.full(n, np.inf)])
    return problem(HAZARD, np.zeros((n, 2)), np.tile([A, B], (n, 1)), clocks=clocks([0, 1], [True, False], threshold),
                   control={"rtol": 1e-6, "atol": 1e-9})

def far(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return 1.0
    return float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(a), 1e-9), initial=0.0))

found = {}
for name, make, end, method in (
    ("turnover", turnover, 5.0, "tsit5"), ("turnover stiff", turnover, 5.0, "rodas4"), ("fates", fates, 20.0, "tsit5"),
    ("clocked", clocked, 120.0, "tsit5"),
):
    lanes, threads = make(), make()
    engine.advance_problem(lanes, end, method=method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a failing run divides by zero in Python too
        gpu.advance_problem_on_gpu(threads, end, method)
    pairs = [(lanes.runs.time, threads.runs.time), (lanes.runs.status, threads.runs.status)]
    good = lanes.runs.status == 0
    pairs += [(lanes.runs.state[good], threads.runs.state[good])]
    pairs += [(lanes.runs.n_steps[good], threads.runs.n_steps[good])]
    pairs += [(lanes.records.state, threads.records.state), (lanes.records.value, threads.records.value)]
    pairs += [(lanes.clocks.crossed, threads.clocks.crossed)]
    if name == "fates":
        pairs = pairs[1:4]  # a failing run ends within rounding of where its neighbor on a device does
    found[name] = max(far(a, b) for a, b in pairs)
lanes = _watched({"rtol": 1e-6, "atol": 1e-9}, stops=(300.0,))
engine.advance_problem, kept = gpu.advance_problem_on_gpu, engine.advance_problem
import test_clocks
test_clocks.advance_problem = gpu.advance_problem_on_gpu
threads = _watched({"rtol": 1e-6, "atol": 1e-9}, stops=(300.0,))
found["watched"] = max(far(lanes.watch.crossed, threads.watch.crossed), far(lanes.runs.state, threads.runs.state))
print(json.dumps(found))
"""


def _run(environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", CASES, str(HERE)],
        capture_output=True, text=True, env={**os.environ, **environment}, cwd=HERE.parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_simulated_threads_agree_with_the_lanes():
    found = _run({"NUMBA_ENABLE_CUDASIM": "1"})
    assert set(found) == {"turnover", "turnover stiff", "fates", "clocked", "watched"}
    assert max(found.values()) < AGREEMENT, found


@pytest.mark.skipif(gpu.SIMULATED or not gpu.cuda.is_available(), reason="no CUDA device here")
def test_device_agrees_with_the_lanes():
    assert max(_run({}).values()) < AGREEMENT


@pytest.mark.skipif(gpu.cuda.is_available(), reason="there is a CUDA device")
def test_missing_device_is_one_line_of_advice():
    with pytest.raises(InputError) as caught:
        ossim.simulate("exponential", times=[0, 1], device="gpu")
    (line,) = str(caught.value).splitlines()
    assert line.startswith("device: no CUDA device can be used; install ossim[gpu]")


def test_unknown_device_is_named_with_the_nearest():
    with pytest.raises(InputError, match="unknown device 'gpuu'; did you mean 'gpu'"):
        ossim.simulate("exponential", times=[0, 1], device="gpuu")
