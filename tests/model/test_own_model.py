"""A model of the user's own is one `.py` and one data file in a folder: listed, described, run, drawn, exported."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from PIL import Image

DECLARATION = '''"""A toy: a tumor that grows exponentially and is killed by a drug in a state of its own."""

from __future__ import annotations

from ossim.model import Depot, Model, Observable, State, System
from ossim.numerics.elementwise import pow
from ossim.terms.growth import exponential_growth


def rates(V, A, a, k, ke):
    """Volume V and drug A."""
    dV = exponential_growth(V, a) - k * A * V
    dA = -ke * A
    return dV, dA


def observe(V):
    """Diameter of a sphere."""
    diameter = pow(1.9098593171027440 * V, 1.0 / 3.0)
    return diameter


MODEL = Model(
    name="toy",
    title="A toy",
    reference="toy2026",
    system=System("toy", ("V", "A"), ("a", "k", "ke"), rates),
    states={
        "V": State("tumor_volume", "mm^3", "tumor volume", "initial_tumor_volume"),
        "A": State("drug", "mg", "drug"),
    },
    symbols={"a": "growth_rate", "k": "kill_rate", "ke": "elimination_rate"},
    compartments=(Depot("drug_dose", "mg", "drug", "A"),),
    observe=observe,
    observables={"diameter": Observable("tumor_diameter", "mm", "tumor diameter")},
)
'''
FACTS = """
name: toy
title: A toy
reference: toy2026
references:
  toy2026: {authors: A Toymaker, title: Toys, journal: Toy Letters, year: 2026, doi: "", note: made for a test}
parameters:
  growth_rate: {symbol: a, value: 0.1, unit: 1/day, description: growth, source: toy2026, tier: fitted, bounds: [0, 1]}
  kill_rate: {symbol: k, value: 0.02, unit: 1/(mg day), description: k, source: toy2026, tier: fitted, bounds: [0, 9]}
  elimination_rate: {symbol: ke, printed: {value: 0.02, unit: 1/h}, convert: 1/h, unit: 1/day, description: loss,
                     source: toy2026, tier: fitted, bounds: [0.01, 10]}
  initial_tumor_volume: {symbol: V0, value: 100, unit: mm^3, description: start, source: toy2026, tier: fitted,
                         bounds: [0, 1000]}
observations:
  mice: {title: Mice, variable: tumor_volume, unit: mm^3, source: toy2026, tier: measured, times: [0, 5],
         values: [99, 140]}
"""
CONFIG = """
title: A toy run
model: toy
times: {from: 0, to: 10, step: 0.5}
doses: [{time: 1, amt: 10, cmt: drug_dose, ii: 3, addl: 1}]
observations: [mice]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("own")
    _write(root, FACTS)
    (root / "toy.yaml").write_text(CONFIG, encoding="utf-8")
    return root


def _write(root: Path, facts: str) -> None:
    for place, text in (("models/toy.py", DECLARATION), ("data/models/toy.yaml", facts)):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")


def _after_announcement(done: subprocess.CompletedProcess) -> list[str]:
    """What is said after the line that says that a file of the user's is run."""
    lines = done.stderr.splitlines()
    return lines[1:] if lines and lines[0].startswith("ossim: running ") else lines


def _ossim(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "import sys; from ossim.cli import main; sys.exit(main(sys.argv[1:]))", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "OSSIM_PATH": str(folder)})


def test_own_model_is_listed_and_described(folder):
    listed = _ossim(folder, "models")
    assert " toy " in listed.stdout
    page = _ossim(folder, "models", "toy").stdout
    assert "dV/dt = a * V - k * A * V" in page
    assert "0.48" in page and "0.02 1/h" in page
    assert "toy2026: A Toymaker. Toys. Toy Letters (2026). made for a test" in page


def test_own_model_is_run_drawn_and_exported(folder):
    done = _ossim(folder, "run", str(folder / "toy.yaml"), "--out", str(folder / "out"))
    assert done.returncode == 0, done.stderr
    with xr.open_dataset(folder / "out" / "result.nc") as ds:
        t = ds["time"].values
        ke, doses = 0.48, ((1.0, 10.0), (4.0, 10.0))
        exposure = sum(np.where(t > at, amt * -np.expm1(-ke * (t - at)) / ke, 0.0) for at, amt in doses)
        np.testing.assert_allclose(ds["tumor_volume"], 100.0 * np.exp(0.1 * t - 0.02 * exposure), rtol=1e-7)
        np.testing.assert_allclose(ds["tumor_diameter"] ** 3 * np.pi / 6, ds["tumor_volume"], rtol=1e-12)
        assert ds["observed_tumor_volume"].values.tolist() == [99.0, 140.0]
        assert ds.attrs["weakest_evidence_tier"] == "fitted"
    with Image.open(folder / "out" / "figures" / "time_course.png") as picture:
        assert min(picture.size) > 300
    exported = _ossim(folder, "export", str(folder / "toy.yaml"), "--out", str(folder / "toy.xml"))
    assert exported.returncode == 0, exported.stderr
    assert "<model id=\"toy\"" in (folder / "toy.xml").read_text(encoding="utf-8")
    drawn = _ossim(folder, "plot", str(folder / "out" / "result.nc"), "--out", str(folder / "drawn"))
    assert drawn.returncode == 0, drawn.stderr


def test_fault_in_a_data_file_is_one_line(tmp_path):
    _write(tmp_path, FACTS.replace("bounds: [0, 1]}", "bounds: [0, 1}", 1))
    done = _ossim(tmp_path, "models", "toy")
    assert done.returncode == 2
    (fault,) = _after_announcement(done)
    assert fault.startswith("data/models/toy.yaml:8: ")


def test_parameter_without_a_unit_is_named(tmp_path):
    _write(tmp_path, FACTS.replace("unit: 1/day, description: growth, ", "description: growth, "))
    done = _ossim(tmp_path, "models", "toy")
    assert done.returncode == 2
    assert _after_announcement(done) == ["data/models/toy.yaml: growth_rate: lacks unit"]


def test_parameter_without_a_number_is_named(tmp_path):
    facts = "\n".join(line for line in FACTS.splitlines() if "kill_rate" not in line)
    _write(tmp_path, facts)
    done = _ossim(tmp_path, "models", "toy")
    assert done.returncode == 2
    assert _after_announcement(done) == ["model 'toy' has no numbers in data/models/toy.yaml for kill_rate"]
