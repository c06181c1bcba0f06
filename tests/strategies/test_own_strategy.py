"""A strategy in one file of a user's folder: from its options in a config to run, figure, sweep and command line."""

from __future__ import annotations

import json
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

import ossim
from ossim import plots
from ossim.cli import main
from ossim.errors import InputError

mpl.use("Agg")

HOLD = '''\
"""A drug that is held while VEGF is high, then given again at half the dose."""

from dataclasses import replace

import numpy as np
from pydantic import Field

from ossim.sections.base import Duration, Section
from ossim.strategies import STOP, Regimens, Strategy


class Options(Section):
    """Keys of an arm with holds."""

    regimen: Regimens = Field(description="what is given, held, and given at half the dose")
    hold: Duration = Field(description="how long the drug is held")
    limit: float = Field(2.0, gt=0, description="VEGF relative to enrollment at which it is held")


class Hold(Strategy):
    """Held once VEGF reaches a limit, given again at half the dose, stopped at progression."""

    Options = Options

    @property
    def lines(self):
        half = tuple(replace(regimen, dose=regimen.dose / 2) for regimen in self.options.regimen)
        return (self.options.regimen, (), half)

    def decide(self, visit):
        high = (visit.line == 0) & (visit.vegf >= self.options.limit)
        rested = (visit.line == 1) & (visit.time_on_line >= self.options.hold)
        wanted = np.where(high | rested, visit.line + 1, visit.line)
        return np.where(visit.progressed, STOP, wanted)


STRATEGY = Hold
'''
CONFIG = """\
title: A hold
cohort: {population: relapsed, size: 40}
arms:
  held:
    strategy: hold
    regimen: sorafenib 400 mg b.i.d.
    hold: 6 weeks
  always: {regimen: sorafenib 400 mg b.i.d.}
visits: {every: 3 weeks, until: 36 weeks}
output: {trajectories: 5}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of a user's with a strategy."""
    monkeypatch.setenv("OSSIM_PATH", str(tmp_path / "mine"))
    (tmp_path / "mine" / "strategies").mkdir(parents=True)
    (tmp_path / "mine" / "strategies" / "hold.py").write_text(HOLD)
    (tmp_path / "hold.yaml").write_text(CONFIG)
    yield tmp_path
    plt.close("all")


def test_option_with_a_unit_is_read_kept_and_written(folder):
    scenario = ossim.load(folder / "hold.yaml")
    options = scenario.arms[0].options
    assert (options.hold, options.limit) == (42.0, 2.0)
    assert type(scenario).model_validate(scenario.resolved()) == scenario


@pytest.mark.parametrize(
    ("change", "line", "key", "words"),
    [
        ("hold: 6 weeks -> hod: 6 weeks", 7, "hod", "unknown key 'hod'; did you mean 'hold'?"),
        ("hold: 6 weeks -> hold: 6 weaks", 7, "hold", "did you mean 'weeks'?"),
        ("hold: 6 weeks -> hold: 6 mg", 7, "hold", "is not a unit of time"),
        ("hold: 6 weeks -> hold: 6", 7, "hold", "'6' needs a unit of time"),
        ("hold: 6 weeks -> limit: 1.5", 5, "strategy", "'hold' needs 'hold': how long the drug is held"),
        ("hold: 6 weeks -> hold: 6 weeks\n    limit: -1.0", 8, "limit", "must be more than 0"),
        ("strategy: hold -> strategy: holt", 5, "strategy", "unknown strategy 'holt'; did you mean 'hold'?"),
        ("400 mg b.i.d.\n    hold -> 400 furlongs b.i.d.\n    hold", 6, "regimen", "furlongs"),
    ],
)
def test_fault_of_an_option_is_one_line_with_its_place(folder, change, line, key, words):
    old, new = change.split(" -> ")
    with pytest.raises(InputError) as raised:
        ossim.loads(CONFIG.replace(old, new))
    (fault,) = raised.value.faults
    assert (fault.line, fault.key) == (line, f"arms.held.{key}")
    assert words in fault.message


def test_option_of_a_shipped_strategy_is_named(folder):
    with pytest.raises(InputError, match="'switch' needs 'strategy: sequence'; this arm has 'hold'"):
        ossim.loads(CONFIG.replace("    hold: 6 weeks", "    hold: 6 weeks\n    switch: progression"))


def test_a_plan_that_fails_is_named_with_its_line_when_the_config_is_read(folder):
    place = folder / "mine" / "strategies" / "poor.py"
    place.write_text(HOLD.replace("self.options.regimen, (), half)", "self.options.regime, (), half)"))
    with pytest.raises(InputError, match=rf"arms.held: {place}:28: strategy 'poor': AttributeError: .*'regime'"):
        ossim.loads(CONFIG.replace("strategy: hold", "strategy: poor"))


def test_schema_holds_its_options(folder, capsys):
    assert main(["validate", "--schema"]) == 0
    shapes = json.loads(capsys.readouterr().out)["$defs"]["Arm"]["anyOf"]
    (shape,) = (shape for shape in shapes if shape["title"] == "hold")
    assert shape["required"] == ["regimen", "hold", "strategy"]
    assert shape["properties"]["limit"]["description"] == "VEGF relative to enrollment at which it is held"


def test_patients_take_the_course_it_decides(folder):
    ds = ossim.run(ossim.load(folder / "hold.yaml")).sel(arm="held")
    assert ds["line_label"].values.tolist() == ["sorafenib 400 mg", "no drug", "sorafenib 200 mg"]
    line, vegf, response = (ds[name].values for name in ("line_at_visit", "vegf", "response"))
    for patient in range(40):
        expected = 0
        begun = 0.0
        for visit in range(1, 13):
            if line[patient, visit] < 0:
                break
            day = 21.0 * visit
            assert line[patient, visit] == expected
            if response[patient, visit] == 4:
                expected = -1
            elif expected == 0 and vegf[patient, visit] >= 2.0:
                expected, begun = 1, day
            elif expected == 1 and day - begun >= 42.0:
                expected, begun = 2, day
        alive = np.isnan(ds["death_time"].values[patient])
        assert not alive or visit == 12 or expected == -1
    assert (line == 1).any() and (line == 2).any()


def test_swimmer_draws_its_lines(folder):
    ds = ossim.run(ossim.load(folder / "hold.yaml"))
    legend = [text.get_text() for text in np.ravel(plots.swimmer(ds))[0].figure.legends[0].get_texts()]
    assert {"sorafenib 400 mg", "sorafenib 200 mg", "no drug"} < set(legend)


def test_command_line_runs_it_and_says_so(folder, capsys, caplog):
    config, out = str(folder / "hold.yaml"), folder / "out"
    assert main(["validate", config]) == 0
    assert main(["run", config, "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "arm held (hold)" in said and "  line 2: none" in said and "sorafenib 200 mg, continuous" in said
    assert main(["run", config, "--out", str(out), "--set", "arms.held.limit=1.5"]) == 0
    assert (out / "figures" / "swimmer.png").stat().st_size > 10_000
    assert "limit: 1.5" in (out / "config.yaml").read_text()
    assert f"ossim: running {folder / 'mine' / 'strategies' / 'hold.py'}" in caplog.messages


def test_its_options_are_axes_of_a_sweep(folder):
    swept = (
        "sweep: {axes: {arms.held.hold: [3 weeks, 12 weeks], arms.held.limit: [1.5, 1000.0]},"
        " outcomes: [overall_survival restricted_mean at 8 months]}\n"
    )
    found = ossim.run_sweep(ossim.loads(CONFIG + swept))
    short, short_never, long, long_never = found["overall_survival_restricted_mean_at_8_months"].sel(arm="held").values
    assert short_never == long_never == found.isel(run=0, arm=1)["overall_survival_restricted_mean_at_8_months"]
    assert len({short, long, short_never}) == 3


def test_a_broken_rule_ends_the_run_in_one_line_and_leaves_nothing(folder, capsys):
    broken = (
        HOLD.replace("visit.vegf", "visit.vegg").replace("class Hold", "class Broken").replace("= Hold", "= Broken")
    )
    (folder / "mine" / "strategies" / "broken.py").write_text(broken)
    config = folder / "broken.yaml"
    config.write_text(CONFIG.replace("strategy: hold", "strategy: broken"))
    assert main(["run", str(config), "--out", str(folder / "out")]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    place = folder / "mine" / "strategies" / "broken.py"
    assert error == f"{place}:31: strategy 'broken', visit 1: AttributeError: 'Visit' object has no attribute 'vegg'"
    assert not (folder / "out").exists()


def test_options_that_are_no_section_are_refused(folder):
    (folder / "mine" / "strategies" / "odd.py").write_text(HOLD.replace("    Options = Options", "    Options = dict"))
    with pytest.raises(InputError, match=r"odd.py: Options must be a class derived from Section"):
        ossim.loads(CONFIG.replace("strategy: hold", "strategy: odd"))


def test_option_with_the_name_of_a_key_of_every_arm_is_refused(folder):
    text = HOLD.replace("hold: Duration", "embolization: Duration")
    (folder / "mine" / "strategies" / "taken.py").write_text(text)
    with pytest.raises(InputError, match="strategy 'taken' has an option 'embolization', which is a key of every arm"):
        ossim.loads(CONFIG.replace("strategy: hold", "strategy: taken"))


def test_a_file_that_cannot_be_run_hides_no_other_strategy(folder, caplog, capsys):
    (folder / "mine" / "strategies" / "bad.py").write_text("STRATEGY = 1 / 0\n")
    place = folder / "mine" / "strategies" / "bad.py"
    assert ossim.load(folder / "hold.yaml").arms[0].strategy == "hold"
    assert not [line for line in caplog.messages if str(place) in line], "what no config names is not run"
    with pytest.raises(InputError, match="unknown key 'hod'; did you mean 'hold'"):
        ossim.loads(CONFIG.replace("hold: 6 weeks", "hod: 6 weeks"))
    assert main(["validate", "--schema"]) == 0
    titles = [shape["title"] for shape in json.loads(capsys.readouterr().out)["$defs"]["Arm"]["anyOf"]]
    assert titles == ["fixed", "hold", "sequence"]
    assert f"ossim: left out: {place}:1: cannot be run: ZeroDivisionError: division by zero" in caplog.messages


def test_half_the_dose_is_half_the_dose(folder):
    scenario = ossim.load(folder / "hold.yaml")
    full, none, half = scenario.arms[0].lines
    assert none == ()
    assert replace(full[0], dose=200.0) == half[0]
