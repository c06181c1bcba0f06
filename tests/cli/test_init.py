"""``ossim init``: a starter config that is valid and runs, copies of shipped ones, nothing overwritten."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ossim
from ossim.cli import main
from ossim.cli.starter import shipped


def test_starter_is_valid_and_runs(tmp_path, capsys):
    assert main(["init", str(tmp_path / "new")]) == 0
    out = capsys.readouterr().out
    assert "trials/sorafenib_everolimus" in out and "Sorafenib" in out
    path = tmp_path / "new" / "trial.yaml"
    assert main(["validate", str(path)]) == 0
    arguments = ["--set", "cohort.size=4", "--no-figures", "--out", str(tmp_path / "out")]
    assert main(["run", str(path), *arguments]) == 0


def test_starter_says_how_to_sweep_and_that_is_valid_too(tmp_path):
    main(["init", str(tmp_path)])
    text = (tmp_path / "trial.yaml").read_text()
    head, _, sweep = text.partition("# sweep:")
    lines = ["sweep:", *(line.removeprefix("# ").removeprefix("#") for line in sweep.splitlines())]
    assert ossim.loads(head + "\n".join(lines)).sweep is not None


def test_nothing_is_overwritten(tmp_path, capsys):
    main(["init", str(tmp_path)])
    (tmp_path / "trial.yaml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert "exists" in capsys.readouterr().err
    assert (tmp_path / "trial.yaml").read_text() == "mine"
    assert main(["init", str(tmp_path), "--force"]) == 0


@pytest.mark.parametrize("name", ["trials/sorafenib", "sequencing/tki_mtor_tki"])
def test_shipped_config_is_copied(tmp_path, name):
    assert main(["init", str(tmp_path), "--copy", name]) == 0
    copy = tmp_path / shipped()[name].name
    assert ossim.load(copy) == ossim.load(shipped()[name])


def test_unknown_config_is_named_with_the_nearest(tmp_path, capsys):
    assert main(["init", str(tmp_path), "--copy", "trials/sorafenb"]) == 2
    assert "did you mean 'trials/sorafenib'" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["ossim", "ossim.cli"])
def test_package_runs_as_a_module(module):
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"ossim {ossim.__version__}\n")
