"""One file each in a user's folder, used from config, sweep, report, command line and Python, and checked."""

from __future__ import annotations

import json

import numpy as np
import pytest

import ossim
from ossim.cli import main
from ossim.errors import InputError
from ossim.testing import check, check_all

STRATEGY = '''"""Stop after a time, whatever happens."""

import numpy as np
from pydantic import Field

from ossim.sections.base import Duration, Section
from ossim.strategies import STOP, Regimens, Strategy


class Options(Section):
    """Keys of an arm that stops by the clock."""

    regimen: Regimens = Field(description="what is given")
    stop_after: Duration = Field(description="time on treatment")


class Timed(Strategy):
    """One treatment for a fixed time."""

    Options = Options

    @property
    def lines(self):
        return (self.options.regimen,)

    def decide(self, visit):
        return np.where(visit.time_on_line >= self.options.stop_after, STOP, visit.line)


STRATEGY = Timed
'''
CRITERION = '''"""Any growth at all is progression."""

from ossim.criteria.base import SizeCriterion


class Strict(SizeCriterion):
    """Any growth by a hundredth."""

    title = "strict"
    reference = "made for a test"
    response = 0.5
    progression = 0.01


CRITERION = Strict
'''
ENDPOINT = '''"""Share of patients who progressed at the first visit."""

from types import MappingProxyType

import numpy as np
from pydantic import Field

from ossim.endpoints.base import Endpoint, ShareOptions
from ossim.endpoints.survival_endpoint import share_estimate


class Options(ShareOptions):
    """Options."""

    visit: int = Field(default=1, ge=1, description="visit that counts")


class Early(Endpoint):
    """Early progression."""

    Options = Options
    title = "early progression"
    words = ("EPR",)
    statistics = MappingProxyType({"share": False})
    unit = MappingProxyType({"share": "1"})

    def estimate(self, ds, statistic, time, options, failed="raise"):
        seen = ds["response"].isel(visit=options.visit) == 4
        n = np.full(ds.sizes["arm"], ds.sizes["patient"])
        return share_estimate(seen.mean("patient").values, n)


ENDPOINT = Early
'''
FIGURE = '''"""Histogram of the smallest sums of diameters."""

import numpy as np
from matplotlib import pyplot as plt

from ossim.plots.base import Figure


def draw(ds, *, ax=None):
    """Draw how small tumors became."""
    ax = plt.subplots()[1] if ax is None else ax
    smallest = ds["sum_of_diameters"].min("visit").values.ravel()
    ax.hist(smallest[np.isfinite(smallest)])
    return ax


FIGURE = Figure(draw, lambda ds: "sum_of_diameters" in ds)
'''
DRUG = """
name: newtinib
class: tki
description: Made for a test.
route: oral
effects:
  - {channel: cytotoxic, kind: on_off, source: assumption, tier: assumed, note: made for a test}
"""
CONFIG = """
seed: 2
cohort: {population: relapsed, size: 8}
arms:
  timed: {strategy: timed, regimen: newtinib 100 mg q.d., stop_after: 12 weeks}
  plain: {regimen: sorafenib 400 mg b.i.d.}
visits: {every: 6 weeks, until: 30 weeks, criteria: strict}
output: {trajectories: 1}
figures: [smallest]
"""
SWEEP = """
sweep:
  axes: {arms.timed.stop_after: [6 weeks, 18 weeks]}
  outcomes: [EPR, {outcome: early, visit: 2}, median PFS]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the user's with one file of each kind, and a config that uses them."""
    files = {
        "strategies/timed.py": STRATEGY,
        "criteria/strict.py": CRITERION,
        "endpoints/early.py": ENDPOINT,
        "figures/smallest.py": FIGURE,
        "data/drugs/newtinib.yaml": DRUG,
        "trial.yaml": CONFIG,
        "sweep.yaml": CONFIG + SWEEP,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("OSSIM_PATH", str(tmp_path))
    return tmp_path


def test_config_and_python(folder):
    trial = ossim.run(ossim.load(folder / "trial.yaml"))
    timed = trial.sel(arm="timed")
    assert set(np.unique(timed["line_end"].dropna("patient").values)) <= {84.0} | set(timed["follow_up"].values)
    assert json.loads(trial.attrs["criteria"]) == "strict"
    first = (trial["response"].isel(visit=1) == 4).mean("patient").values
    for words in ("EPR", "early", "early share"):
        np.testing.assert_array_equal(ossim.endpoints.value(trial, words)["value"], first)
    assert ossim.plots.smallest(trial).patches
    assert "newtinib" in ossim.drugs()


def test_run_draws_reports_and_plots(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["run", str(folder / "trial.yaml"), "--out", str(out)]) == 0
    assert [path.name for path in (out / "figures").iterdir()] == ["smallest.png"]
    assert "timed" in (out / "endpoints.csv").read_text()
    assert main(["plot", str(out), "--kind", "smallest", "--out", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "smallest.png").is_file()


def test_sweep_over_an_option_with_outcomes_of_the_users(folder, tmp_path):
    assert main(["sweep", str(folder / "sweep.yaml"), "--out", str(tmp_path / "out"), "--no-figures"]) == 0
    swept = ossim.open_result(tmp_path / "out")
    assert {"EPR", "early_visit_2"} <= set(swept.data_vars)
    base = ossim.load(folder / "sweep.yaml").without_sweep()
    for place, stop in enumerate(("6 weeks", "18 weeks")):
        trial = ossim.run(base.with_overrides({"arms.timed.stop_after": stop}))
        expected = ossim.endpoints.value(trial, {"outcome": "early", "visit": 2})["value"]
        np.testing.assert_array_equal(swept["early_visit_2"].isel(run=place), expected)


def test_command_line_lists_and_describes(folder, capsys):
    for command, name, words in (
        ("strategies", "timed", "stop_after"),
        ("criteria", "strict", "Any growth"),
        ("endpoints", "early", "EPR"),
        ("figures", "smallest", "how small tumors became"),
        ("drugs", "newtinib", "cytotoxic"),
    ):
        assert main([command]) == 0
        assert name in capsys.readouterr().out
        assert main([command, name]) == 0
        assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("stop_after: 12", "stop_aftr: 12", 5, "unknown key 'stop_aftr'; did you mean 'stop_after'?"),
        ("stop_after: 12 weeks", "stop_after: 12", 5, "needs a unit"),
        ("strategy: timed", "strategy: tmed", 5, "did you mean 'timed'"),
        ("criteria: strict", "criteria: strct", 7, "did you mean 'strict'"),
        ("[smallest]", "[smalest]", 9, "did you mean 'smallest'"),
        ("newtinib 100", "newtinb 100", 5, "did you mean 'newtinib'"),
    ],
)
def test_misspelt_name_or_option_is_one_line(folder, old, new, line, words):
    assert old in CONFIG
    with pytest.raises(InputError) as raised:
        ossim.loads(CONFIG.replace(old, new), "c.yaml")
    (fault,) = raised.value.faults
    assert str(fault).startswith(f"c.yaml:{line}: ") and words in str(fault)


def test_own_extensions_keep_their_contracts(folder):
    for kind, name in (("strategy", "timed"), ("criterion", "strict"), ("endpoint", "early"), ("drug", "newtinib")):
        check(kind, name)
    check("kind of figure", "smallest")


def test_broken_contract_is_one_line_and_hides_nothing(folder):
    (folder / "strategies" / "wrong.py").write_text(STRATEGY.replace("STRATEGY = Timed", "STRATEGY = 3"))
    with pytest.raises(InputError, match="STRATEGY must be a class"):
        check("strategy", "wrong")
    with pytest.raises(InputError) as raised:
        check_all()
    assert len(raised.value.faults) == 1 and "strategy 'wrong'" in str(raised.value)
    assert ossim.load(folder / "trial.yaml").arms[0].strategy == "timed"


def test_decision_that_is_no_line_is_refused_with_the_name_of_the_strategy(folder):
    (folder / "strategies" / "far.py").write_text(STRATEGY.replace("STOP, visit.line)", "7, visit.line)"))
    text = CONFIG.replace("strategy: timed", "strategy: far")
    with pytest.raises(InputError, match="strategy 'far', visit 2: decide returned line 7; there is line 0"):
        ossim.run(ossim.loads(text))
