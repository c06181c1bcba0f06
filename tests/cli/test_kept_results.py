"""A simulated result is on disk before anything is computed from it: no failure and no interrupt takes it away."""

from __future__ import annotations

import pytest
import xarray as xr

from ossim import plots, report
from ossim.cli import commands, main

CONFIG = """
cohort: {size: 3}
arms: {a: {regimen: sorafenib 400 mg b.i.d.}}
visits: {every: 8 weeks, until: 24 weeks}
output: {trajectories: 1}
figures: [waterfall]
"""
SWEEP = """
sweep: {axes: {cohort.size: [2, 3]}, outcomes: [objective_response_rate]}
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "kept.yaml"
    path.write_text(CONFIG)
    return path


def raise_(error):
    def fail(*arguments, **options):
        raise error

    return fail


def check_whole(folder):
    """The result is whole and readable by plain xarray."""
    assert {"result.nc", "config.yaml", "provenance.json"} <= {path.name for path in folder.iterdir()}
    assert not list(folder.parent.glob(".*part*"))
    with xr.open_dataset(folder / "result.nc", decode_timedelta=False) as dataset:
        assert dataset.sizes.get("patient") == 3 or dataset.sizes.get("run") == 2


@pytest.mark.parametrize("function", ["endpoint_rows", "summary"])
@pytest.mark.parametrize("error", [ValueError("of\nthe report"), ZeroDivisionError(), MemoryError()])
def test_failing_report_is_one_line_and_the_result_is_kept(config, tmp_path, monkeypatch, capsys, function, error):
    monkeypatch.setattr(report, function, raise_(error))
    assert main(["run", str(config), "--out", str(tmp_path / "out"), "--no-figures"]) == 1
    complaint = capsys.readouterr().err.strip()
    assert len(complaint.splitlines()) == 1
    assert f"failed, the result is kept: {type(error).__name__}" in complaint
    check_whole(tmp_path / "out")


def test_failing_figures_are_one_line_and_the_result_is_kept(config, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plots, "applicable", raise_(RuntimeError("no figure")))
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 1
    assert "figures failed, the result is kept: RuntimeError: no figure" in capsys.readouterr().err
    check_whole(tmp_path / "out")
    assert (tmp_path / "out" / "endpoints.csv").is_file()


def test_interrupt_while_drawing_keeps_the_result_and_says_so(config, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(commands, "_draw_result", raise_(KeyboardInterrupt()))
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 130
    assert "interrupted: the result is kept in" in capsys.readouterr().err
    check_whole(tmp_path / "out")
    monkeypatch.undo()
    assert main(["plot", str(tmp_path / "out"), "--kind", "waterfall"]) == 0


def test_failing_report_of_a_sweep_keeps_its_result(config, tmp_path, monkeypatch, capsys):
    config.write_text(CONFIG + SWEEP)
    monkeypatch.setattr(report, "summary", raise_(ValueError("no")))
    assert main(["sweep", str(config), "--out", str(tmp_path / "out"), "--no-figures"]) == 1
    assert "summary failed, the result is kept" in capsys.readouterr().err
    check_whole(tmp_path / "out")


def test_interrupt_while_simulating_leaves_nothing(config, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(commands.ossim, "run", raise_(KeyboardInterrupt()))
    assert main(["run", str(config), "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err.strip() == "interrupted: nothing was written"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.yaml"]
