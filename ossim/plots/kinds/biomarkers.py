"""VEGF and soluble VEGFR-2 over time: median and 90 % band per arm, visits and trajectories, dose ticks."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim.endpoints.runs import admit, of_line
from ossim.plots import style
from ossim.plots.bands import dose_times, draw_band, draw_dose_ticks, quantile_band

MARKERS = ("vegf", "svegfr2")
_TITLES = ("VEGF", "Soluble VEGFR-2")
# Medians are drawn to where this share of the patients is still assessed.
_SHARE_SEEN = 0.10


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds the two biomarkers at visits."""
    return {*MARKERS, "visit_time", "line_at_visit"} <= set(ds.data_vars)


def biomarkers_table(ds: xr.Dataset, *, line: int | None = 0, failed: str = "raise") -> xr.Dataset:
    """Return the numbers of `biomarkers`.

    Parameters
    ----------
    ds : trial Dataset
    line : use visits and times on this treatment line only; None uses all
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `<marker>_median`, `_low`, `_high` (50, 5, 95 % of patients), `_n` and `visit_time` (median, [day]),
    dims (arm, visit), and where trajectories are kept the same with the prefix `trajectory_`, dims (arm, time)
    """
    ds = admit(ds, failed)
    on = ds["visit_time"].notnull() if line is None else _on_line(ds, line)
    table = xr.Dataset({"visit_time": quantile_band(ds["visit_time"].where(on), "patient")["median"]})
    for marker in MARKERS:
        table.update(_named(quantile_band(ds[marker].where(on), "patient"), marker))
        name = f"trajectory_{marker}"
        if name in ds:
            values = ds[name]
            if line is not None:
                start, end = (
                    of_line(ds, edge, line).sel(patient=ds["tracked"].values).rename(patient="tracked")
                    for edge in ("line_start", "line_end")
                )
                values = values.where((ds["time"] >= start) & (end.isnull() | (ds["time"] <= end)))
            table.update(_named(quantile_band(values, "tracked"), name))
    return table


@style.styled
def biomarkers(
    ds: xr.Dataset,
    *,
    line: int | None = 0,
    ax: NDArray | None = None,
    arms: list[str] | None = None,
    until: float | None = None,
    failed: str = "raise",
) -> NDArray:
    """Draw VEGF (upper panel) and soluble VEGFR-2 (lower) relative to baseline.

    Lines and bands are those of the tracked patients' trajectories where they are kept, else of the visits; points
    with bars are the visits of all patients.

    Parameters
    ----------
    ds : trial Dataset
    line : use visits and times on this treatment line only; None uses all
    ax : two Axes, a new figure by default
    arms : arms to draw, all by default
    until : end of the x axis [day]; by default where 10 % of the patients of some arm are still assessed
    failed : "raise" or "exclude" runs whose status is not ok
    """
    table = biomarkers_table(ds, line=line, failed=failed)
    chosen, colors = style.chosen_arms(ds, arms), style.arm_colors(ds)
    axes = style.panels(ax, 2, width=6.4, height=2.6, columns=1, sharex=True)
    until = until or _end(table.sel(arm=chosen), ds.sizes["patient"])
    for panel, marker, title in zip(axes, MARKERS, _TITLES, strict=True):
        for place, arm in enumerate(chosen):
            one = table.sel(arm=arm)
            trajectories = f"trajectory_{marker}_median" in one
            if trajectories:
                draw_band(panel, one["time"].values, _band(one, f"trajectory_{marker}"), colors[arm])
            _draw_visits(
                panel,
                one,
                marker,
                colors[arm],
                until,
                0.006 * until * (place - (len(chosen) - 1) / 2),
                joined=not trajectories,
            )
        panel.axhline(1, color=style.FAINT, linewidth=0.7, linestyle=(0, (4, 3)))
        panel.set_ylabel(f"{title}\nrelative to baseline [1]")
        panel.set_ylim(bottom=0)
        panel.set_xlim(-0.015 * until, until)
    axes[-1].set_xlabel("Time since enrollment [day]")
    top = draw_dose_ticks(axes[0], [(dose_times(ds, arm), colors[arm]) for arm in chosen], until)
    handles = [Line2D([], [], color=colors[arm], linewidth=1.6, label=arm) for arm in chosen]
    handles.append(_explanation(ds))
    axes[0].legend(handles=handles, loc="lower left", bbox_to_anchor=(0, top), ncols=2, borderaxespad=0.2)
    return axes


def _on_line(ds: xr.Dataset, line: int) -> xr.DataArray:
    """Return where a visit is the baseline of `line` or assesses it."""
    start = of_line(ds, "line_start", line)
    return (ds["visit_time"] == start) | ((ds["line_at_visit"] == line) & (ds["visit_time"] > start))


def _named(band: xr.Dataset, prefix: str) -> xr.Dataset:
    return band.rename({name: f"{prefix}_{name}" for name in band.data_vars})


def _band(table: xr.Dataset, prefix: str) -> xr.Dataset:
    return xr.Dataset({name: table[f"{prefix}_{name}"] for name in ("median", "low", "high", "n")})


def _end(table: xr.Dataset, n_patients: int) -> float:
    seen = table["vegf_n"] >= max(_SHARE_SEEN * n_patients, 1)
    end = float(table["visit_time"].where(seen).max())
    return 1.04 * (end if end > 0 else float(table["visit_time"].max()))


def _draw_visits(
    ax: Axes, table: xr.Dataset, marker: str, color: str, until: float, shift: float, *, joined: bool
) -> None:
    """Draw the visits of one arm as points with 90 % bars, moved a little so that arms do not hide each other."""
    time, band = table["visit_time"].values, _band(table, marker)
    shown = np.isfinite(time) & np.isfinite(band["median"].values) & (time <= until)
    if joined:
        draw_band(ax, time[shown], band.isel(visit=shown), color)
    low, median, high = (band[name].values[shown] for name in ("low", "median", "high"))
    ax.errorbar(
        time[shown] + shift,
        median,
        yerr=[median - low, high - median],
        fmt="o",
        color=color,
        markersize=3.5,
        elinewidth=0.9,
    )


def _explanation(ds: xr.Dataset) -> Line2D:
    """Return the legend entry that says what points, lines and bands are."""
    text = "points: visits, median and 90 % of patients"
    if f"trajectory_{MARKERS[0]}" in ds:
        text += f"\nlines: {ds.sizes['tracked']} tracked patients"
    return Line2D([], [], marker="o", color=style.FAINT, markersize=3.5, linewidth=0.9, label=text)
