"""The README is true: its code runs, its config is valid, its commands and pictures exist."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib
import pytest

import ossim

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_test_command_is_the_one_that_ci_runs():
    command = blocks("sh")[1].strip()
    assert command.split(" && ")[-1].startswith(".venv/bin/python -m pytest")
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_config_is_valid():
    published, spatial, text, sweep = blocks("yaml")
    assert ossim.loads(published).model == "ouerdani2015"
    assert ossim.loads(spatial).space.geometry == "plane"
    scenario = ossim.loads(text + sweep)
    assert [arm.name for arm in scenario.arms] == ["sorafenib", "combination", "tki_mtor_tki"]
    assert [len(axis.values) for axis in scenario.sweep.axes] == [3, 5]


def test_python_block_runs():
    (code,) = blocks("python")
    matplotlib.use("Agg")
    scope: dict = {}
    function = compile(code, "README.md", "exec")
    type(lambda: None)(function, scope)()
    assert scope["ds"].sizes["run"] == 2
    assert 0.2 < float(scope["rate"]["rate"][0]) < 0.7  # 100 patients around 0.46: five standard errors
    matplotlib.pyplot.close("all")


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\((experiments/[^)]*\.png)\)", README))))
def test_picture_is_there(path):
    assert (ROOT / path).stat().st_size > 10_000


@pytest.mark.parametrize("path", sorted(set(re.findall(r"configs/[\w/]+\.yaml", README))))
def test_named_config_is_there(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("path", sorted((ROOT / "configs").rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_config_is_accepted(path):
    assert ossim.load(path).title
