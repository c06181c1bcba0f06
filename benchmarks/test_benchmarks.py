"""The benchmarks as pytest-benchmark cases at a small size: they show that every benchmark still runs and is right.

The tests of the project run each once; ``--benchmark-enable`` times them.
"""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import bars, equal, forms, patient, patient_kernel, peers, startup, yardsticks
from benchmarks.problems import YARDSTICKS
from benchmarks.reference import errors, reference

SIZE, N_REFERENCE, RTOL = 8, 1, 1e-6
ALLOWED_ERROR = 10 * RTOL  # the logarithmic form of B1 reaches 4e-6
FORMS = [
    pytest.param(YARDSTICKS[key], form, id=f"{key}, {form.label}") for key in YARDSTICKS for form in forms.FORMS[key]
]


@pytest.mark.parametrize(("yardstick", "form"), FORMS)
def test_yardstick(benchmark, yardstick, form):
    def prepare():
        return (yardstick, forms.build(yardstick, form, yardstick.draw(SIZE), RTOL)), {}

    benchmark.pedantic(forms.solve, setup=prepare, rounds=3, warmup_rounds=1)
    problem = prepare()[0][1]
    forms.solve(yardstick, problem)
    found = forms.output(yardstick, form, problem)[:N_REFERENCE]
    assert errors(found, reference(yardstick, N_REFERENCE)).max() < ALLOWED_ERROR


def test_patient_kernel(benchmark):
    benchmark.pedantic(patient_kernel.solve, setup=lambda: ((patient_kernel.build(SIZE, RTOL),), {}), rounds=3)
    yardstick = patient_kernel.yardstick()
    found = patient_kernel.volumes(yardstick.draw(N_REFERENCE), RTOL)
    assert errors(found, reference(yardstick, N_REFERENCE)).max() < ALLOWED_ERROR


@pytest.mark.parametrize("arm", patient.ARMS)
def test_trial_arm(benchmark, arm):
    outcome, problem = benchmark.pedantic(patient.treat, args=(patient.setting(arm, SIZE),), rounds=2)
    assert problem.runs.status.max() == 0
    assert np.isfinite(outcome["tumor_volume"][:, 0]).all()


@pytest.mark.parametrize("name", peers.PEERS)
def test_other_tool(benchmark, name):
    yardstick = YARDSTICKS["B1"]
    found, absent = peers.others(yardstick, [name], 0.0)
    if absent:
        pytest.skip(absent[0])
    volumes = benchmark.pedantic(found[0].volumes, args=(yardstick.draw(N_REFERENCE), RTOL), rounds=1)
    assert errors(volumes, reference(yardstick, N_REFERENCE)).max() < 100 * RTOL  # CVODE reaches 1e-5


@pytest.mark.parametrize("command", ["import ossim", "ossim --help"])
def test_startup(benchmark, command, tmp_path):
    wall, cpu = benchmark.pedantic(startup.timed, args=(startup.commands(tmp_path)[command],), rounds=2)
    assert 0.0 < cpu <= wall * 2.0 + 0.1


def test_tables_name_every_form(tmp_path):
    measured = yardsticks.measure("B1", peers=(), size=N_REFERENCE, repeats=1)
    ladder = equal.climb("B1", peers=(), rtols=(1e-4, 1e-6), size=N_REFERENCE, repeats=1)
    texts = (yardsticks.compare(measured), bars.bars(measured, ladder), equal.equal_error(ladder))
    assert all(form.label in text for form in forms.FORMS["B1"] for text in texts)
    equal.draw([ladder], tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 0
