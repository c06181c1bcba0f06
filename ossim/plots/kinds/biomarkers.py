"""VEGF and soluble VEGFR-2 over time: median and 90 % of patients at visits, trajectories between, planned doses."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints.runs import admit, line_name, of_line
from ossim.plots import style
from ossim.plots.arms import alike, arm_colors
from ossim.plots.bands import FEWEST, dose_times, draw_band, draw_doses, quantile_band
from ossim.plots.base import Figure
from ossim.plots.lines import arms_on_line, on_line

MARKERS = ("vegf", "svegfr2")
_TITLES = ("VEGF", "Soluble VEGFR-2")
# Medians are drawn to where this share of the patients is still assessed.
_SHARE_SEEN = 0.10
_SHARE_TRACKED = 0.5
# The points of all arms at one visit share this part of the time between visits.
_SPREAD = 0.3


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds the two biomarkers at visits of enough patients for an interval."""
    return {*MARKERS, "visit_time", "line_at_visit"} <= set(ds.data_vars) and ds.sizes["patient"] >= FEWEST


def biomarkers_table(
    ds: xr.Dataset, *, line: int | None = 0, at_most: int = 20_000, failed: str = "raise"
) -> xr.Dataset:
    """Return the numbers of `biomarkers`.

    Parameters
    ----------
    ds : trial Dataset
    line : use visits and times on this treatment line only; None uses all
    at_most : patients whose visits are used, the first ones
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `<marker>_median`, `_low`, `_high` (50, 5, 95 % of patients), `_n` and `visit_time` (median, [day]),
    dims (arm, visit), and where enough trajectories are kept the same with the prefix `trajectory_`, dims (arm, time)
    """
    ds = admit(ds, failed).isel(patient=slice(0, at_most))
    on = ds["visit_time"].notnull() if line is None else _on_line(ds, line)
    table = xr.Dataset({"visit_time": quantile_band(ds["visit_time"].where(on), "patient")["median"]})
    for marker in MARKERS:
        table.update(_named(quantile_band(ds[marker].where(on), "patient"), marker))
        name = f"trajectory_{marker}"
        if _has_trajectories(ds):
            values = ds[name].sel(tracked=np.isin(ds["tracked"].values, ds["patient"].values))
            if line is not None:
                start, end = (
                    of_line(ds, edge, line).sel(patient=values["tracked"].values).rename(patient="tracked")
                    for edge in ("line_start", "line_end")
                )
                values = values.where((ds["time"] >= start) & (end.isnull() | (ds["time"] <= end)))
            table.update(_named(quantile_band(values, "tracked"), name))
    return table


@style.styled(says="Bars and bands: 5 to 95 % of patients, not the error of the median.")
def biomarkers(
    ds: xr.Dataset,
    *,
    line: int | None = 0,
    ax: NDArray | None = None,
    arms: list[str] | None = None,
    until: float | None = None,
    at_most: int = 20_000,
    failed: str = "raise",
) -> NDArray:
    """Draw VEGF (upper panel) and soluble VEGFR-2 (lower) relative to baseline.

    Points with bars are the visits of all patients, side by side for the arms; lines are medians of the tracked
    patients' trajectories where they are kept, else they join the visits, with a band.

    Parameters
    ----------
    ds : trial Dataset
    line : use visits and times on this treatment line only; None uses all
    ax : two Axes, a new figure by default
    arms : arms to draw, all by default; those that look the same share points and line
    until : end of the x axis [day]; by default where 10 % of the patients of some arm are still assessed
    at_most : patients whose visits are used, the first ones
    failed : "raise" or "exclude" runs whose status is not ok
    """
    table = biomarkers_table(ds, line=line, at_most=at_most, failed=failed)
    chosen, colors = arms_on_line(ds, arms, line), arm_colors(ds)
    columns = {arm: table.sel(arm=arm) for arm in chosen}
    drawn = [f"{marker}_{name}" for marker in MARKERS for name in ("median", "low", "high")]
    groups = alike({arm: [one[name] for name in drawn] for arm, one in columns.items()})
    axes = style.panels(ax, 2, width=6.6, height=2.7, columns=1, sharex=True)
    until = until or _end(table.sel(arm=chosen), min(ds.sizes["patient"], at_most))
    gap = _SPREAD * float(table["visit_time"].diff("visit").min()) / max(len(groups) - 1, 2)
    for panel, marker, title in zip(axes, MARKERS, _TITLES, strict=True):
        for place, group in enumerate(groups):
            one, color, shift = columns[group[0]], colors[group[0]], gap * (place - (len(groups) - 1) / 2)
            trajectory = one.get(f"trajectory_{marker}_median")
            if trajectory is not None:
                # With fewer patients each one who leaves makes a jump.
                trajectory = trajectory.where(one[f"trajectory_{marker}_n"] >= _SHARE_TRACKED * ds.sizes["tracked"])
                panel.plot(one["time"] / DAYS_PER_MONTH, trajectory, color=color, linewidth=1.1, alpha=0.9)
            _draw_visits(panel, one, marker, color, until, shift, joined=trajectory is None)
        panel.axhline(1, color=style.FAINT, linewidth=0.7, linestyle=(0, (4, 3)))
        panel.set_ylabel(f"{title}\nrelative to baseline [1]")
        panel.set_ylim(bottom=0)
        style.month_axis(panel, until, "Time since enrollment")
        # Room for the points of the arms beside baseline.
        panel.set_xlim(left=-0.015 * until / DAYS_PER_MONTH)
    axes[0].set_xlabel("")
    planned = groups if _with_doses(ds, line) else []
    rows = [(_doses_taken(ds, group[0]) / DAYS_PER_MONTH, colors[group[0]]) for group in planned]
    top = draw_doses(axes[0], rows, until / DAYS_PER_MONTH)
    handles = [
        Line2D([], [], color=colors[group[0]], linewidth=1.6, label=on_line(ds, group, line)) for group in groups
    ]
    style.legend_above(axes, handles, own=ax is None, top=top, title=_explanation(ds, line, at_most))
    return axes


def _has_trajectories(ds: xr.Dataset) -> bool:
    """Return whether the trajectories of enough patients are kept for a median."""
    return f"trajectory_{MARKERS[0]}" in ds and ds.sizes["tracked"] >= FEWEST


def _with_doses(ds: xr.Dataset, line: int | None) -> bool:
    """Return whether the planned doses, which are those of the first line, belong to what is drawn."""
    return "dose_time" in ds and line in (None, 0)


def _doses_taken(ds: xr.Dataset, arm: str) -> NDArray[np.float64]:
    """Return the planned doses of the first line before its end in the last patient [day]."""
    planned, end = dose_times(ds, arm), float(of_line(ds, "line_end", 0).sel(arm=arm).max())
    return planned if np.isnan(end) else planned[planned < end]


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
    """Draw the visits of one arm as points with 90 % bars, `shift` [day] beside their time."""
    time, band = table["visit_time"].values, _band(table, marker)
    shown = np.isfinite(time) & np.isfinite(band["median"].values) & (time <= until)
    if joined:
        draw_band(ax, time[shown] / DAYS_PER_MONTH, band.isel(visit=shown), color)
    low, median, high = (band[name].values[shown] for name in ("low", "median", "high"))
    ax.errorbar(
        (time[shown] + shift) / DAYS_PER_MONTH,
        median,
        yerr=[median - low, high - median],
        fmt="o",
        color=color,
        markersize=3.2,
        elinewidth=0.9,
    )


def _explanation(ds: xr.Dataset, line: int | None, at_most: int) -> str:
    """Say what points, lines and the rows above are."""
    of = "patients" if ds.sizes["patient"] <= at_most else f"the first {at_most:,} patients"
    of += "" if line is None else f" on {line_name(line)}"
    parts = [f"points: visits, median and 90 % of {of}"]
    if _has_trajectories(ds):
        parts.append(f"lines: median of {ds.sizes['tracked']} tracked patients while half of them are on it")
    if _with_doses(ds, line):
        parts.append("rows above: planned doses of the 1st line, which a patient takes until the line ends")
    return "\n".join(parts)


FIGURE = Figure(biomarkers, applies, biomarkers_table)
