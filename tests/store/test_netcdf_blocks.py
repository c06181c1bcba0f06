"""A trial that is written while it is made: the same result as in memory, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import ossim
from ossim.errors import InputError, OutputExistsError
from ossim.store import blocks as stream
from ossim.store import folder as store
from ossim.trial import run as run_module
from ossim.trial.dataset import empty_trial
from ossim.trial.exposure import plan_pharmacology

#: three blocks, the last of them not full; trajectories reach into the second
SIZE, BLOCK, TRACKED = 40, 16, 20
CONFIG = f"""\
seed: 11
cohort: {{population: relapsed, size: {SIZE}}}
arms:
  tki: {{regimen: sorafenib 400 mg b.i.d.}}
  three:
    strategy: sequence
    lines: [sorafenib 400 mg b.i.d., everolimus 10 mg q.d., none]
visits: {{every: 8 weeks, until: 32 weeks}}
output: {{trajectories: {TRACKED}, every: 7 days}}
"""


@pytest.fixture(scope="module")
def in_memory():
    return ossim.run(ossim.loads(CONFIG))


@pytest.fixture
def streaming(monkeypatch):
    """Write every result while it is made, in small blocks."""
    monkeypatch.setattr(run_module, "BLOCK", BLOCK)
    monkeypatch.setattr(run_module, "IN_MEMORY", 0)
    monkeypatch.setattr(store, "IN_MEMORY", 0)


def untimed(ds):
    return ds.assign_attrs(started="", ended="")


def test_streamed_result_is_the_one_in_memory(streaming, in_memory, tmp_path):
    with ossim.run(ossim.loads(CONFIG), to=tmp_path / "a.nc") as streamed:
        xr.testing.assert_identical(untimed(streamed), untimed(in_memory))
        assert {name: values.dtype for name, values in streamed.variables.items() if values.dtype.kind != "U"} == {
            name: values.dtype for name, values in in_memory.variables.items() if values.dtype.kind != "U"
        }


def test_streamed_file_opens_with_plain_xarray(streaming, in_memory, tmp_path):
    ossim.run(ossim.loads(CONFIG), to=tmp_path / "a.nc").close()
    with xr.open_dataset(tmp_path / "a.nc", decode_timedelta=False) as opened:
        xr.testing.assert_identical(untimed(opened), untimed(in_memory))
        assert opened["vegf"].encoding["chunksizes"] == (1, BLOCK, in_memory.sizes["visit"])


def test_blocks_do_not_change_a_bit(in_memory, monkeypatch):
    monkeypatch.setattr(run_module, "BLOCK", 7)
    xr.testing.assert_identical(untimed(ossim.run(ossim.loads(CONFIG))), untimed(in_memory))


def test_streamed_result_is_read_when_it_is_used(streaming, tmp_path):
    with ossim.run(ossim.loads(CONFIG), to=tmp_path / "a.nc") as streamed:
        assert not streamed["tumor_diameter"].variable._in_memory


def test_small_result_is_written_from_memory(in_memory, tmp_path):
    result = ossim.run(ossim.loads(CONFIG), to=tmp_path / "a.nc", attributes={"note": "mine"})
    assert result["tumor_diameter"].variable._in_memory
    xr.testing.assert_identical(ossim.open_result(tmp_path / "a.nc"), result)
    xr.testing.assert_identical(untimed(result), untimed(in_memory).assign_attrs(note="mine"))


def test_trial_without_drugs_and_time_courses_is_streamed(streaming, tmp_path):
    text = "cohort: {size: 20}\narms: {a: {regimen: none}}\nvisits: {every: 8 weeks, until: 8 weeks}\n"
    config = ossim.loads(text + "output: {trajectories: 0}")
    with ossim.run(config, to=tmp_path / "a.nc") as streamed:
        xr.testing.assert_identical(untimed(streamed), untimed(ossim.run(config)))


def test_published_model_is_written(tmp_path):
    config = ossim.loads("model: exponential\ntimes: [0, 1]\ninitial: {tumor_volume: 1}\n")
    result = ossim.run(config, to=tmp_path / "a.nc")
    xr.testing.assert_identical(ossim.open_result(tmp_path / "a.nc"), result)


def test_a_million_patients_take_no_memory_before_they_are_simulated():
    scenario = ossim.loads(CONFIG).with_overrides({"cohort.size": 1_000_000})
    empty = empty_trial(scenario, plan_pharmacology(("sorafenib",), "calibrated"), np.arange(14.0), np.zeros(0), "")
    assert empty.nbytes > 3e9  # two arms x a million patients x 14 visits x 13 doubles is 2.9 GB
    assert empty["tumor_diameter"].values.strides == (0, 0, 0, 0)


def test_result_that_memory_cannot_hold_asks_for_a_file(monkeypatch):
    monkeypatch.setattr(run_module, "MOST_IN_MEMORY", 0)
    with pytest.raises(InputError, match="give `to`"):
        ossim.run(ossim.loads(CONFIG))


def test_file_is_not_overwritten(tmp_path):
    (tmp_path / "a.nc").write_text("mine")
    with pytest.raises(OutputExistsError, match="exists"):
        ossim.run(ossim.loads(CONFIG), to=tmp_path / "a.nc")
    with pytest.raises(InputError, match="no folder"):
        ossim.run(ossim.loads(CONFIG), to=tmp_path / "b" / "a.nc")
    assert (tmp_path / "a.nc").read_text() == "mine"


def test_disk_too_small_is_told_before_anything_is_simulated(streaming, tmp_path, monkeypatch):
    monkeypatch.setattr(stream.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(InputError, match="0 MB are free"):
        ossim.run(ossim.loads(CONFIG), progress=pytest.fail, to=tmp_path / "a.nc")
    assert list(tmp_path.iterdir()) == []


def test_run_cut_short_leaves_nothing(streaming, tmp_path):
    def interrupted(done, total):
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ossim.run(ossim.loads(CONFIG), progress=interrupted, to=tmp_path / "a.nc")
    assert list(tmp_path.iterdir()) == []


def test_interrupt_waits_until_hdf5_is_done():
    done, found = [], signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        with pytest.raises(KeyboardInterrupt), stream._uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            done.append(True)
        assert done and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, found)


FULL = """
import errno, pathlib, resource, sys
import ossim
from ossim.trial import run

run.BLOCK, run.IN_MEMORY, folder = 16, 0, pathlib.Path(sys.argv[1])
config = ossim.loads("cohort: {size: 64}\\narms: {a: {regimen: none}}\\nvisits: {every: 8 weeks, until: 8 weeks}")
ossim.run(config, to=folder / "a.nc").close()
size = (folder / "a.nc").stat().st_size
(folder / "a.nc").unlink()
for share in (0.05, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * size), resource.RLIM_INFINITY))
    try:
        ossim.run(config, to=folder / "a.nc")
    except OSError as error:
        print(error.errno == errno.EFBIG, list(folder.iterdir()))
"""


def test_disk_that_fills_up_at_any_moment_is_an_error_and_leaves_nothing(tmp_path):
    done = subprocess.run([sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["True []"] * 8


def test_chunks_of_many_visits_stay_small():
    values = xr.Variable(("arm", "patient", "visit"), np.broadcast_to(0.0, (1, 5000, 10_000)))
    assert stream._chunks(values, 4096) == (1, 32, 10_000)  # 32 x 80 kB; 64 would be above 4 MiB
    one = xr.Variable(("arm", "tracked", "time"), np.broadcast_to(0.0, (1, 3, 1 << 20)))
    assert stream._chunks(one, 4096) == (1, 1, 1 << 19)
