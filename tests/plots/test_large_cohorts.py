"""Figures of a large cohort draw a sample of it, say so, and read from disk only what they draw."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.collections import PolyCollection

from ossim import endpoints, plots
from ossim.endpoints import blocks
from ossim.plots.kinds import kaplan_meier as curves

mpl.use("Agg")
ARM = "sorafenib, everolimus, sorafenib"


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def note(ax):
    return "\n".join(text.get_text() for text in ax.texts)


def test_waterfall_draws_some_bars_and_counts_all_responders(trial):
    whole, some = (plots.waterfall(trial, arms=[ARM], at_most=n) for n in (60, 11))
    heights = [
        [path.vertices[1, 1] for path in ax.collections[0].get_paths()]
        for ax in (whole, some)
        if isinstance(ax.collections[0], PolyCollection)
    ]
    assert len(heights[1]) == 11
    assert (heights[1][0], heights[1][-1]) == (heights[0][0], heights[0][-1])
    assert set(heights[1]) <= set(heights[0])
    assert f"11 of {len(heights[0])} bars drawn" in note(some) and "bars drawn" not in note(whole)
    assert note(some).splitlines()[0] == note(whole).splitlines()[0]


def test_spider_draws_patients_evenly_through_their_best_change(trial):
    ax = plots.spider(trial, arms=[ARM], at_most=5)
    lowest = [line.get_ydata().min() for line in ax.lines[:5]]
    best = np.sort(endpoints.best_change(trial).sel(arm=ARM).dropna("patient").values)
    assert lowest == [min(0, best[i]) for i in np.round(np.linspace(0, best.size - 1, 5)).astype(int)]
    assert note(ax).startswith("5 of 60 patients")


def test_curve_of_many_steps_is_drawn_at_some_of_them(trial, monkeypatch):
    (whole,) = plots.kaplan_meier(trial, endpoint="overall_survival", arms=[ARM]).lines[:1]
    monkeypatch.setattr(curves, "_MOST_STEPS", 12)
    ax = plots.kaplan_meier(trial, endpoint="overall_survival", arms=[ARM])
    x, y = ax.lines[0].get_data()
    assert x.size == 12 and (x[-1], y[-1]) == (whole.get_xdata()[-1], whole.get_ydata()[-1])
    assert set(zip(x, y, strict=True)) <= set(zip(*whole.get_data(), strict=True))


def test_biomarkers_of_the_first_patients_say_so(trial):
    axes = plots.biomarkers(trial, at_most=30)
    assert "of the first 30 patients on 1st line" in axes[0].figure.legends[0].get_title().get_text()
    first = plots.biomarkers_table(trial.isel(patient=slice(0, 30)))
    xr.testing.assert_identical(plots.biomarkers_table(trial, at_most=30), first)


@pytest.mark.parametrize("kind", ["biomarkers", "kaplan_meier", "patient", "spider", "swimmer", "waterfall"])
def test_figures_leave_the_visits_on_disk(trial, kind, tmp_path, monkeypatch):
    planned = trial.assign(planned_visit_time=trial["visit_time"].max(("arm", "patient")))
    planned.to_netcdf(tmp_path / "trial.nc", engine="h5netcdf")
    monkeypatch.setattr(blocks, "BLOCK", 7)
    with xr.open_dataset(tmp_path / "trial.nc", engine="h5netcdf", decode_timedelta=False) as on_disk:
        options = {"at_most": 30} if kind == "biomarkers" else {}
        plots.find(kind)(on_disk, **options)
        visits = [name for name, values in on_disk.data_vars.items() if {"patient", "visit"} <= set(values.dims)]
        assert [name for name in visits if on_disk[name].variable._in_memory] == []
