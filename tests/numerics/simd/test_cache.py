"""Compiled code is reused when nothing changed, rebuilt when a rate law did, and does without a cache folder."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ossim.numerics.simd.cache import cache_folder, digest, numerics_digest

LAW = "def law(V, k):\n    return {factor} * k * V\n"
MODEL = """
from law_of_growth import law
from ossim.numerics.codegen.system import System

def rates(V, k):
    dV = law(V, k)
    return dV

SYSTEM = System("case_cached", ("V",), ("k",), rates)
"""
USE = """
import numba.core.event as event
import numpy as np
from ossim.numerics.codegen.kernel import compile_kernel
from ossim.numerics.ode.problem import advance_problem, make_problem, make_runs
from model_of_growth import SYSTEM

with event.install_recorder("numba:compile") as compiled:
    problem = make_problem(SYSTEM, make_runs(SYSTEM, np.ones((1, 1)), np.ones((1, 1))))
    advance_problem(problem, 1.0)
print(len(compiled.buffer), float(problem.runs.state[0, 0]))
"""


def _python(code, folder, **environment):
    """Run code in a fresh process that can import modules of `folder`."""
    path = os.pathsep.join([str(folder), *(part for part in sys.path if part)])
    variables = {**os.environ, "PYTHONPATH": path, **environment}
    return subprocess.run(
        [sys.executable, "-W", "default", "-c", textwrap.dedent(code)], env=variables, cwd=folder,
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip


@pytest.fixture
def workspace(tmp_path):
    """A folder with a model whose law lives in a module of its own, and a cache that holds the engine only."""
    (tmp_path / "model_of_growth.py").write_text(MODEL)
    (tmp_path / "law_of_growth.py").write_text(LAW.format(factor=1.0))
    engine = f"engine-{numerics_digest()}"
    shutil.copytree(cache_folder() / engine, tmp_path / "cache" / "ossim" / engine)
    return tmp_path


def _use(folder):
    done = _python(USE, folder, NUMBA_CACHE_DIR=str(folder / "cache"))
    assert done.returncode == 0, done.stderr
    events, value = done.stdout.split()
    return int(events), float(value)


def _kernel_files(folder):
    return {path: path.stat().st_mtime_ns for path in (folder / "cache").rglob("*") if path.is_file()}


def test_unchanged_model_is_loaded_without_compiling(workspace):
    first_events, first = _use(workspace)
    files = _kernel_files(workspace)
    events, value = _use(workspace)
    assert first_events > 0
    assert events == 0
    assert _kernel_files(workspace) == files
    assert value == first


def test_edited_law_is_compiled_anew_though_the_model_file_is_untouched(workspace):
    _, before = _use(workspace)
    (workspace / "law_of_growth.py").write_text(LAW.format(factor=2.0))
    events, after = _use(workspace)
    assert events > 0
    assert before == pytest.approx(2.718281828459045, rel=1e-5)
    assert after == pytest.approx(7.38905609893065, rel=1e-5)


def test_law_that_is_put_back_is_loaded_again(workspace):
    _, before = _use(workspace)
    (workspace / "law_of_growth.py").write_text(LAW.format(factor=2.0))
    _use(workspace)
    (workspace / "law_of_growth.py").write_text(LAW.format(factor=1.0))
    events, again = _use(workspace)
    assert (events, again) == (0, before)


def test_kernel_text_follows_the_law_it_calls(workspace):
    code = """
    from model_of_growth import SYSTEM
    from ossim.numerics.codegen.explicit import kernel_source
    print(kernel_source(SYSTEM))
    """
    before = _python(code, workspace).stdout
    (workspace / "law_of_growth.py").write_text(LAW.format(factor=2.0))
    after = _python(code, workspace).stdout
    assert "return 1.0 * k * V" in before
    assert "return 2.0 * k * V" in after
    assert digest(before) != digest(after)


def test_digest_tells_texts_apart_by_their_borders():
    assert digest("ab", "c") != digest("a", "bc")


NOWHERE = {"NUMBA_CACHE_DIR": "/dev/null/nowhere"}


def test_unusable_cache_folder_is_said_once_and_is_no_error(tmp_path):
    code = "from ossim.numerics.simd.cache import cache_folder; print(cache_folder(), cache_folder())"
    done = _python(code, tmp_path, **NOWHERE)
    assert done.returncode == 0
    assert done.stdout.split() == ["None", "None"]
    assert done.stderr.count("no writable cache folder") == 1


def test_without_a_configured_folder_one_is_found(tmp_path):
    code = "from ossim.numerics.simd.cache import cache_folder; print(cache_folder())"
    variables = {name: value for name, value in os.environ.items() if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**variables, "HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert Path(done.stdout.strip()) == tmp_path / ".cache" / "ossim"
    assert done.stderr == ""


SIMULATE = """
import ossim
found = ossim.simulate("exponential", [10.0], {"tumor_volume": 1.0}, parameters={"growth_rate": 0.1})
print(float(found.tumor_volume[0]))
"""
EXPECTED = 2.718281828459045


@pytest.mark.slow
def test_simulation_without_any_cache(tmp_path):
    done = _python(SIMULATE, tmp_path, **NOWHERE)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(EXPECTED, rel=1e-7)


@pytest.mark.slow
def test_four_processes_fill_an_empty_cache_at_once(tmp_path):
    path = os.pathsep.join(part for part in sys.path if part)
    variables = {**os.environ, "PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", SIMULATE], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    outputs = [process.communicate(timeout=600) for process in running]
    assert [process.returncode for process in running] == [0] * 4, outputs
    assert {out for out, _ in outputs} == {outputs[0][0]}
    assert float(outputs[0][0]) == pytest.approx(EXPECTED, rel=1e-7)
    assert not list((tmp_path / "cache").rglob("*.tmp"))
    declared = "from ossim.model.exponential import MODEL; SYSTEM = MODEL.system"
    code = USE.replace("from model_of_growth import SYSTEM", declared)
    done = _python(code, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert done.stdout.split()[0] == "0", done.stderr
