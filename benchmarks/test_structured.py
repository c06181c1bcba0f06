"""The benchmark of metastases by size: every method is right, and its table holds the ratio at equal error."""

from __future__ import annotations

import pytest

from benchmarks import structured

LARGEST_ERROR = {"renewal": 1e-3, "finite_volumes": 1e-3}


@pytest.mark.parametrize("n_blocks", structured.BLOCKS)
def test_prepared_runs_are_those_of_a_call(benchmark, n_blocks):
    found = benchmark.pedantic(structured.renewal_runs(n_blocks, 3), args=(None,), rounds=2, warmup_rounds=1)
    assert tuple(found) == pytest.approx(structured.from_python(n_blocks), rel=1e-12)
    assert structured.error(found) < LARGEST_ERROR["renewal"]


def test_finite_volumes(benchmark):
    found = benchmark.pedantic(structured.finite_volumes(100), args=(None,), rounds=1, warmup_rounds=1)
    assert structured.error(found) < LARGEST_ERROR["finite_volumes"]


def test_table_says_what_is_saved(monkeypatch):
    monkeypatch.setattr(structured, "CELLS", structured.CELLS[:2])  # finer ones take half a minute
    text = structured.structured(runs=2, repeats=1)
    for cells in structured.CELLS:
        line = next(line for line in text.splitlines() if line.startswith(f"WENO5, {cells} cells"))
        assert line.split()[-1].endswith("x") and line.split()[-2].endswith("x")
