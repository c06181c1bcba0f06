"""The command line: exit codes, one-line complaints, and nothing heavy before it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ossim import cli
from ossim.catalog import drugs, trials
from ossim.cli_progress import Bar
from ossim.simulation import store

ROOT = Path(__file__).parents[1]
CONFIGS = ROOT / "configs"
SORAFENIB = str(CONFIGS / "trials" / "sorafenib.yaml")
HEAVY = ("numba", "numpy", "pandas", "pint", "matplotlib", "pydantic", "xarray", "scipy")


@pytest.fixture
def ossim(capsys):
    """Run a command line in this process: exit code, output, complaints."""

    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "tiny.yaml"
    path.write_text(
        "cohort: {size: 4}\narms: {a: {regimen: sorafenib 400 mg b.i.d.}}\n"
        "visits: {every: 8 weeks, until: 16 weeks}\noutput: {trajectories: 1}\n"
    )
    return path


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from ossim import cli; cli.main(['--help']);"
        f"sys.exit(','.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "validate" in done.stdout


def test_version_is_printed(ossim):
    code, out, _ = ossim("--version")
    assert (code, out.split()[0]) == (0, "ossim")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnu"], "Did you mean 'run'"),
        (["run", SORAFENIB, "--quik"], "--quick"),
        (["run"], "CONFIG"),
        (["run", "missing.yaml"], "missing.yaml: no such file"),
        (["run", str(CONFIGS)], "is a folder"),
        (["run", SORAFENIB, "--dry-run", "--set", "cohort.size"], "KEY=VALUE"),
        (["run", SORAFENIB, "--dry-run", "--set", "cohort.sise=3"], "did you mean 'size'"),
        (["run", SORAFENIB, "--dry-run", "--set", "cohort.size=!!x 3"], "tag"),
        (["sweep", SORAFENIB, "--dry-run"], "no 'sweep' section"),
        (["drugs", "sorafinib"], "did you mean 'sorafenib'"),
        (["trials", "grignani2012_sorafenb"], "did you mean 'grignani2012_sorafenib'"),
        (["models", "osteosarcoma_patent"], "did you mean 'osteosarcoma_patient'"),
        (["plot", "missing"], "no such file"),
        (["validate"], "config"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(ossim, arguments, words):
    code, _, complaint = ossim(*arguments)
    assert code == cli.BAD_INPUT
    assert words in complaint
    assert complaint.count("\n") == 1


def test_faults_of_several_configs_are_printed_together(ossim, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("sed: 1\ncohort: {size: 1}\narms: {a: {regimen: none}}\n")
    code, out, complaint = ossim("validate", tmp_path / "a.yaml", SORAFENIB, tmp_path / "b.yaml")
    lines = complaint.splitlines()
    assert code == cli.BAD_INPUT
    assert [line.split(":")[0].rsplit("/", 1)[1] for line in lines] == ["a.yaml", "a.yaml", "b.yaml", "b.yaml"]
    assert f"{SORAFENIB}: ok" in out


def test_shipped_configs_are_valid(ossim):
    code, out, complaint = ossim("validate", *sorted(CONFIGS.rglob("*.yaml")))
    assert (code, complaint) == (0, "")
    assert out.count(": ok, ") == len(list(CONFIGS.rglob("*.yaml")))


def test_schema_is_printed(ossim):
    code, out, _ = ossim("validate", "--schema")
    assert code == 0
    assert '"$schema"' in out and '"TrialConfig"' in out


def test_dry_run_shows_doses_cohort_visits_and_size(ossim):
    code, out, _ = ossim("run", SORAFENIB, "--dry-run", "--set", "arms.sorafenib.dose=200 mg", "--quick")
    assert code == 0
    assert "sorafenib 200 mg, continuous: day 0, 0.5, 1" in out
    # two years of 365.25 days, two doses a day from day 0: 1461 doses of 200 mg
    assert "1461 doses, 292200 mg in 730.5 days" in out
    assert "200 patients" in out and "every 56 days" in out and "MB" in out


def test_dry_run_of_a_sweep_shows_points_and_runs(ossim):
    config = CONFIGS / "sweeps" / "bypass_reversibility.yaml"
    code, out, _ = ossim("sweep", config, "--dry-run", "--set", "cohort.size=8")
    assert code == 0
    assert "sweep: 25 points, 400 runs" in out


@pytest.mark.parametrize(("command", "names"), [("drugs", drugs()), ("trials", trials())])
def test_catalogue_lists_every_entry(ossim, command, names):
    code, out, _ = ossim(command)
    assert code == 0
    assert all(name in out for name in names)


def test_catalogue_describes_one_entry(ossim):
    code, out, _ = ossim("drugs", "sorafenib")
    assert code == 0
    assert "VEGFR-2" in out


def test_run_writes_a_result_that_can_be_opened(ossim, tiny, tmp_path):
    folder = tmp_path / "out"
    code, out, _ = ossim("run", tiny, "--out", folder, "--no-figures")
    assert code == 0
    assert "median PFS" in out and str(folder) in out
    assert {path.name for path in folder.iterdir()} == {
        store.DATASET,
        store.CONFIG,
        store.ENDPOINTS,
        store.PROVENANCE,
    }
    assert store.open_result(folder).sizes["patient"] == 4


def test_resolved_config_runs_again_to_the_same_result(ossim, tiny, tmp_path):
    ossim("run", tiny, "--out", tmp_path / "first", "--no-figures")
    ossim("run", tmp_path / "first" / store.CONFIG, "--out", tmp_path / "second", "--no-figures")
    first, second = (store.open_result(tmp_path / name) for name in ("first", "second"))
    assert first.equals(second)
    assert first.attrs["scenario_sha256"] == second.attrs["scenario_sha256"]


def test_existing_result_is_kept_without_force(ossim, tiny, tmp_path):
    (tmp_path / "out").mkdir()
    code, _, complaint = ossim("run", tiny, "--out", tmp_path / "out")
    assert code == cli.BAD_INPUT
    assert complaint.count("\n") == 1 and "--force" in complaint


def test_interrupt_is_one_line_and_exit_code_130(ossim, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_configured", interrupted)
    code, _, complaint = ossim("run", SORAFENIB)
    assert (code, complaint.count("\n")) == (cli.INTERRUPTED, 1)


def test_progress_is_silent_without_a_terminal(capsys):
    bar = Bar("x")
    bar._started -= 10.0
    bar.update(1, 2)
    bar.close()
    assert capsys.readouterr() == ("", "")
