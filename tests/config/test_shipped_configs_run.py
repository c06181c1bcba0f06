"""Every shipped config runs with exit code 0 at reduced size, through the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import ossim
from ossim.cli import main
from ossim.config import Scenario

ROOT = Path(__file__).parents[2] / "configs"
SHIPPED = sorted(ROOT.rglob("*.yaml"))
#: a trial in space: one patient in shells, few weeks
SPATIAL = {"cohort.size": "1", "space.geometry": "radial", "space.error_estimate": "false"}


def changes(path):
    """What makes a config small, as arguments."""
    config = ossim.load(path)
    if not isinstance(config, Scenario):
        return []
    found = {"output.trajectories": "1"}
    if config.sweep is None:
        found["cohort.size"] = "4"
    if config.space is not None:
        found |= SPATIAL | (
            {"space.barriers": "[]", "space.regions": "[]"} if config.space.geometry != "radial" else {}
        )
    return [word for key, value in found.items() for word in ("--set", f"{key}={value}")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_config_runs(path, tmp_path, capsys):
    config = ossim.load(path)
    sweep = isinstance(config, Scenario) and config.sweep is not None
    if sweep:
        axes = {axis.path: list(axis.values[:2]) for axis in config.sweep.axes}
        small = config.with_overrides({"cohort.size": 3}).resolved()
        small["sweep"]["axes"] = axes
        path = tmp_path / path.name
        path.write_text(ossim.sections.text.dump(small))
    command = "sweep" if sweep else "run"
    arguments = [command, str(path), *changes(path), "--out", str(tmp_path / "out"), "--no-figures"]
    code = main(arguments)
    assert code == 0, capsys.readouterr().err
    assert (tmp_path / "out" / "result.nc").is_file()
