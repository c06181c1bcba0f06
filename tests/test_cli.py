"""The command line: exit codes, one-line complaints, and nothing heavy before it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ossim.catalog import drugs, trials
from ossim.cli import app as cli
from ossim.cli.progress import Bar
from ossim.plots.kinds import waterfall
from ossim.report import published
from ossim.store import folder as store
from ossim.trial import run

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
    assert '"$schema"' in out and '"Scenario"' in out


def test_dry_run_shows_doses_cohort_visits_and_size(ossim):
    code, out, _ = ossim("run", SORAFENIB, "--dry-run", "--set", "arms.sorafenib.dose=200 mg", "--quick")
    assert code == 0
    assert "sorafenib 200 mg, continuous: day 0, 0.5, 1" in out
    # two years of 365.25 days, two doses a day from day 0: 1461 doses of 200 mg
    assert "1461 doses, 292200 mg in 730.5 days" in out
    assert "200 patients" in out and "every 56 days" in out and "MB on disk" in out


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
    assert "weakest evidence: assumed. Research use only" in out
    assert {path.name for path in folder.iterdir()} == {
        store.DATASET,
        store.CONFIG,
        store.ENDPOINTS,
        store.PROVENANCE,
    }
    assert store.open_result(folder).sizes["patient"] == 4


@pytest.fixture
def sequence(tmp_path):
    path = tmp_path / "sequence.yaml"
    path.write_text(
        "cohort: {population: relapsed, size: 6, parameters: {bypass_strength: 0.9}}\narms:\n"
        "  a: {strategy: sequence, lines: [sorafenib 400 mg b.i.d., none], switch: progression}\n"
        "  b: {regimen: none}\n"
        "visits: {every: 8 weeks, until: 24 weeks}\noutput: {trajectories: 1}\n"
        "sweep:\n  axes: {bypass_decay_rate: [0.01, 0.1], cross_resistance: [0.2, 0.8]}\n"
        "  outcomes: [overall_survival_rate at 4 months]\n"
        "  heatmap: {x: bypass_decay_rate, y: cross_resistance, outcome: overall_survival_rate at 4 months,"
        " arm: a, minus: b}\n"
    )
    return path


def test_large_result_is_written_while_it_is_made_and_told_alike(ossim, sequence, tmp_path, monkeypatch):
    _, told, _ = ossim("run", sequence, "--out", tmp_path / "small")
    for place in (run, store):
        monkeypatch.setattr(place, "IN_MEMORY", 0)
    code, told_of_large, _ = ossim("run", sequence, "--out", tmp_path / "large")
    assert (code, told_of_large.replace(f"{tmp_path / 'large'}/", f"{tmp_path / 'small'}/")) == (0, told)
    names = sorted(path.relative_to(tmp_path / "small") for path in (tmp_path / "small").rglob("*.*"))
    assert names == sorted(path.relative_to(tmp_path / "large") for path in (tmp_path / "large").rglob("*.*"))
    for name in names:
        if name.suffix in (".csv", ".yaml", ".png"):
            assert (tmp_path / "large" / name).read_bytes() == (tmp_path / "small" / name).read_bytes()
    assert ossim("plot", tmp_path / "large", "--kind", "swimmer", "--out", tmp_path / "figures")[0] == 0


def test_sequences_state_what_no_trial_identifies(ossim, sequence, tmp_path):
    code, out, _ = ossim("run", sequence, "--out", tmp_path / "out", "--no-figures")
    assert code == 0
    assert "median TTF" in out
    stated = " ".join(out.split())
    assert "bypass_strength 0.9 for all" in stated
    assert "tki_resistant_fraction 0.025 (median)" in stated
    assert "cross_resistance 0.6;" in stated
    assert "bypass_strength 0.9" in store.open_result(tmp_path / "out").attrs["assumptions"]


def test_sweep_draws_the_difference_that_its_config_names(ossim, sequence, tmp_path):
    code, out, _ = ossim("sweep", sequence, "--out", tmp_path / "out")
    assert code == 0
    assert "weakest evidence: assumed" in out
    assert "bypass_decay_rate swept 0.01 to 0.1 1/day" in " ".join(out.split())
    assert [path.name for path in (tmp_path / "out" / store.FIGURES).iterdir()] == ["heatmap.png"]
    assert "minus: b" in (tmp_path / "out" / store.CONFIG).read_text()


def test_arm_subtracted_in_a_heat_map_must_exist(ossim, sequence):
    sequence.write_text(sequence.read_text().replace("minus: b", "minus: bb"))
    code, _, complaint = ossim("validate", sequence)
    assert code == cli.BAD_INPUT
    assert "sweep.heatmap.minus: unknown arm 'bb'" in complaint


def test_plot_takes_a_kind_with_all_its_variants_or_one(ossim, tiny, tmp_path):
    ossim("run", tiny, "--out", tmp_path / "out", "--no-figures")
    _, every, _ = ossim("plot", tmp_path / "out", "--kind", "kaplan_meier", "--out", tmp_path / "every")
    _, one, _ = ossim("plot", tmp_path / "out", "--kind", "kaplan_meier:overall_survival", "--out", tmp_path / "one")
    names = ["kaplan_meier.png", "kaplan_meier_overall_survival.png"]
    assert [Path(line).name for line in every.splitlines()] == names
    assert [Path(line).name for line in one.splitlines()] == names[1:]


def test_config_of_another_version_only_costs_its_choices(ossim, tiny, tmp_path):
    ossim("run", tiny, "--out", tmp_path / "out", "--no-figures")
    (tmp_path / "out" / store.CONFIG).write_text("not: [a config\n")
    code, out, complaint = ossim("plot", tmp_path / "out", "--kind", "patient")
    assert (code, Path(out.strip()).name) == (0, "patient.png")
    assert complaint.startswith("drawn without the choices of the config")


def test_one_patient_is_told_as_a_course_not_as_rates(ossim, tiny, tmp_path):
    arguments = ("--set", "cohort.size=1", "--set", "visits.until=8 weeks", "--out", tmp_path / "out")
    code, out, _ = ossim("run", tiny, *arguments)
    assert code == 0
    assert "best response" in out and "median" not in out
    assert [path.name for path in (tmp_path / "out" / store.FIGURES).iterdir()] == ["patient.png"]


def test_published_model_draws_its_time_course(ossim, tmp_path):
    code, out, _ = ossim("run", CONFIGS / "published" / "hahnfeldt1999.yaml", "--out", tmp_path / "out")
    result = store.open_result(tmp_path / "out")
    assert code == 0
    assert "figures: time_course" in out
    assert result["dose_time"].values.tolist() == [float(day) for day in range(30)]
    assert "growth_rate: hahnfeldt1999 (fitted)" in result.attrs["parameter_sources"]


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


def test_interrupt_that_a_compiler_turns_into_its_own_error_is_one_line_too(ossim, monkeypatch):
    def interrupted(*_):
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise RuntimeError("no compiled object yet") from None

    monkeypatch.setattr(cli, "_configured", interrupted)
    code, _, complaint = ossim("run", SORAFENIB)
    assert (code, complaint.count("\n")) == (cli.INTERRUPTED, 1)


def test_error_that_is_none_of_the_users_is_not_hidden(ossim, monkeypatch):
    def broken(*_):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(cli, "_configured", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        ossim("run", SORAFENIB)


def test_progress_is_silent_without_a_terminal(capsys):
    bar = Bar("x")
    bar._started -= 10.0
    bar.update(1, 2)
    bar.close()
    assert capsys.readouterr() == ("", "")


def test_run_without_trajectories_draws_what_needs_none(ossim, tiny, tmp_path):
    arguments = ("--set", "output.trajectories=0", "--set", "cohort.size=6", "--out", tmp_path / "out")
    code, _, complaint = ossim("run", tiny, *arguments)
    drawn = {path.stem for path in (tmp_path / "out" / store.FIGURES).iterdir()}
    assert (code, complaint) == (0, "")
    assert "biomarkers" in drawn and "patient" not in drawn


def test_figure_that_fails_takes_no_result_with_it(ossim, tiny, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(waterfall, "FIGURE", replace(waterfall.FIGURE, draw=broken))
    code, out, complaint = ossim("run", tiny, "--out", tmp_path / "out")
    assert (code, complaint) == (cli.FAILED, "figure waterfall failed: ZeroDivisionError: two lines\n")
    assert "kaplan_meier" in out
    assert store.open_result(tmp_path / "out").sizes["patient"] == 4
    again = ossim("plot", tmp_path / "out", "--kind", "waterfall", "--out", tmp_path / "again")
    assert again == (cli.FAILED, "", complaint)


def test_run_says_that_it_ignores_a_sweep(ossim, sequence):
    code, _, complaint = ossim("run", sequence, "--dry-run")
    assert (code, complaint.count("\n")) == (0, 1)
    assert "'ossim sweep'" in complaint


def test_dry_run_counts_visits_within_follow_up_only(ossim):
    _, out, _ = ossim("run", SORAFENIB, "--dry-run")
    # baseline and 13 visits: 13 x 56 = 728 days lie within 730.5
    assert "visits: 14, every 56 days" in out


def test_existing_figures_are_counted_in_one_line(ossim, tiny, tmp_path):
    ossim("run", tiny, "--out", tmp_path / "out")
    code, _, complaint = ossim("plot", tmp_path / "out")
    assert (code, complaint.count("\n")) == (cli.BAD_INPUT, 1)
    assert "figures exist in" in complaint and "--force" in complaint


def test_figures_that_cannot_be_written_are_one_line(ossim, tiny, tmp_path):
    ossim("run", tiny, "--out", tmp_path / "out", "--no-figures")
    code, _, complaint = ossim("plot", tmp_path / "out", "--out", "/dev/full/x")
    assert (code, complaint.count("\n")) == (cli.BAD_INPUT, 1)
    assert complaint.startswith("/dev/full/x: cannot be written")


def test_sweep_of_one_axis_has_a_figure_and_months(ossim, sequence, tmp_path):
    text = sequence.read_text().split("  heatmap:")[0].replace(", cross_resistance: [0.2, 0.8]", "")
    sequence.write_text(text.replace("at 4 months]", "at 4 months, overall_survival restricted_mean at 4 months]"))
    code, out, _ = ossim("sweep", sequence, "--out", tmp_path / "out")
    assert code == 0
    assert " mo at bypass_decay_rate 0.01 1/day" in " ".join(out.split())
    assert [path.name for path in (tmp_path / "out" / store.FIGURES).iterdir()] == ["sweep_line.png"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_terminal_of_few_characters_gets_plain_ones(encoding):
    code = (
        "import sys; from ossim.cli.terminal import make_printable; make_printable(sys.stdout); print('\u2500 \u2248')"
    )
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False, env=environment)
    assert done.stdout.split() == [b"-", b"?"]


def test_landmarks_of_whole_weeks_are_told_in_weeks():
    assert published._at(56.0) == " at 8 wk"
    assert published._at(121.76) == " at 4 mo"


@pytest.mark.parametrize("in_memory", [0, 64_000_000])
def test_disk_that_fills_up_while_writing_is_one_line(tiny, tmp_path, in_memory):
    code = (
        "import resource, sys; from ossim import cli; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));"
        f"from ossim.trial import run; run.IN_MEMORY = {in_memory};"
        "sys.exit(cli.main(sys.argv[1:]))"
    )
    arguments = ["run", str(tiny), "--out", str(tmp_path / "full"), "--no-figures"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == cli.BAD_INPUT
    assert done.stderr == f"{tmp_path / 'full'}: cannot be written: File too large\n"
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.yaml"]


def test_a_trial_of_which_no_patient_is_left_is_kept(ossim, tmp_path):
    config, out = tmp_path / "small.yaml", tmp_path / "out"
    text = "model: osteosarcoma_spatial\ncohort: {size: 1, typical: true, parameters: {number_of_lesions: 1}}\n"
    text += "arms: {none: {regimen: none}}\nvisits: {every: 4 weeks, until: 16 weeks}\n"
    config.write_text(f"{text}space: {{geometry: radial, size: 15, fields_every: 14 days}}\n", encoding="utf-8")
    code, said, _ = ossim("run", str(config), "--out", str(out))
    assert code == cli.FAILED
    assert "no endpoints: no patient's run went through in every arm" in said
    assert "none/0 (touches_boundary); the tumor reached the boundary of the grid: a larger size" in said
    with xr.open_dataset(out / "result.nc", decode_timedelta=False) as ds:
        assert np.isfinite(ds["tumor_volume"].values[0, 0, 0]) and np.isnan(ds["tumor_volume"].values[0, 0, -1])
    kept = xr.open_zarr(out / "fields.zarr", chunks=None, consolidated=False)["viable_cells"].notnull().any("r").values
    assert kept[0, 0] and not kept[0, -1]


def test_failed_run_of_a_model_is_named_and_the_others_are_kept(ossim, tmp_path):
    config = tmp_path / "grows.yaml"
    text = "title: grows\nmodel: exponential\ntimes: [0, 1, 500]\nparameters: {growth_rate: [0.01, 10]}\n"
    config.write_text(text, encoding="utf-8")
    code, _, complaint = ossim("run", str(config), "--out", str(tmp_path / "out"))
    assert code == cli.FAILED
    assert complaint.startswith("1 of 2 runs failed, without values from there on: run 1 at growth_rate 10 1/day: ")
    with xr.open_dataset(tmp_path / "out" / "result.nc") as ds:
        assert np.isfinite(ds["tumor_volume"].isel(run=0)).all()
