"""Two checkouts are compared by medians with the intervals of the sign test, and a broken one is named in a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import forms
from benchmarks.compare_checkouts import compare, main, median_interval

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("n", "rank", "coverage"),
    [
        (1, 1, 0.0),
        (5, 1, 1 - 2 / 2**5),  # too few for 95 %
        (6, 1, 1 - 2 / 2**6),
        (15, 4, 1 - 2 * (1 + 15 + 105 + 455) / 2**15),
    ],
)
def test_interval_of_the_median_is_that_of_the_sign_test(n, rank, coverage):
    values = np.random.default_rng(0).permutation(np.arange(1.0, n + 1))
    assert median_interval(values) == (rank, n + 1 - rank, pytest.approx(coverage, abs=1e-12))


def test_interval_covers_the_median_as_often_as_it_says():
    drawn = np.random.default_rng(1).exponential(size=(4000, 9))
    low, high, coverage = np.transpose([median_interval(values) for values in drawn])
    share = np.mean((low <= np.log(2.0)) & (np.log(2.0) <= high))
    # five standard errors of a share
    assert share == pytest.approx(coverage[0], abs=5 * np.sqrt(coverage[0] * (1 - coverage[0]) / 4000))


def test_checkout_against_itself_has_every_case_and_equal_errors():
    lines = compare(ROOT, ROOT, ("B1", "sorafenib"), size=2, repeats=2).splitlines()
    labels = [*(f"B1, {form.label}" for form in forms.FORMS["B1"]), "sorafenib"]
    rows = lines[-len(labels) :]
    assert [row.split("  ")[0] for row in rows] == labels
    for row in rows:
        *_, first, second = row.split()
        assert first == second and 0.0 < float(first) < 1e-4


def test_folder_that_is_no_checkout_is_refused(tmp_path, capsys):
    assert main([str(ROOT), str(tmp_path), "--cases", "B1"]) == 1
    assert capsys.readouterr().err == f"B ({tmp_path.resolve()}) is no checkout: it has no folder ossim\n"


def test_checkout_that_cannot_be_imported_says_why_in_one_line(tmp_path, capsys):
    for part in ("ossim", "benchmarks"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "__init__.py").touch()
    (tmp_path / "benchmarks" / "forms.py").write_text("raise ImportError('no such engine')\n")
    assert main([str(tmp_path), str(ROOT), "--cases", "B1"]) == 1
    reason = "failed at labels: ImportError: no such engine"
    assert capsys.readouterr().err == f"A ({tmp_path.resolve()}) {reason}\n"


@pytest.mark.parametrize("options", [["--cases", "B3"], ["--size", "0"]])
def test_bad_options_are_refused(options, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([str(ROOT), str(ROOT), *options])
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err
