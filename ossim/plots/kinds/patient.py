"""One tracked patient: size with the criterion's thresholds, biomarkers, resistance, drug levels, arms overlaid."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim.criteria.judged import judged_variable, thresholds_of
from ossim.criteria.rules import Thresholds
from ossim.dataset import DAYS_PER_MONTH, Response, require
from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.arms import arm_colors, chosen_arms, line_widths
from ossim.plots.base import Figure
from ossim.plots.lines import Look, line_looks, line_names, line_patches

_SIZE, _CONCENTRATION = "trajectory_sum_of_diameters", "trajectory_concentration"
_PANELS = (
    (_SIZE, "Sum of diameters"),
    ("trajectory_perfusion", "Perfusion\nrelative to baseline"),
    ("trajectory_vegf", "VEGF\nrelative to baseline"),
    ("trajectory_svegfr2", "Soluble VEGFR-2\nrelative to baseline"),
    ("trajectory_bypass", "Bypass activation"),
    ("trajectory_resistant_fraction", "Resistant fraction\nof viable cells"),
)
_VISITS = {"visit_time", "sum_of_diameters", "line_at_visit", "response", "line_start"}
# Rows of treatment lines above the upper panels, and the mark of their arm to the left, as fractions of the panel.
_FIRST_ROW, _ROW, _BAR, _ARM = 1.04, 0.085, 0.06, 0.02


def applies(ds: xr.Dataset) -> bool:
    """Return whether trajectories are kept of a patient."""
    return _SIZE in ds and ds.sizes["tracked"] > 0 and bool(ds[_SIZE].notnull().any())


def patient_table(ds: xr.Dataset, *, patient: int | None = None, arms: list[str] | None = None) -> xr.Dataset:
    """Return the numbers of `patient`: trajectories of one tracked patient, dims (arm, time) or (arm, drug, time).

    Parameters
    ----------
    ds : trial Dataset
    patient : which one, by default the first that is tracked
    arms : all by default

    Raises
    ------
    InputError
        If the patient is not tracked.
    """
    require(ds, _SIZE, purpose="the figure of one patient")
    tracked = ds["tracked"].values
    chosen = tracked[0] if patient is None else patient
    if chosen not in tracked:
        raise InputError(f"patient {chosen} is not tracked; tracked are {', '.join(map(str, tracked))}")
    names = [name for name, _ in _PANELS if name in ds] + [name for name in (_CONCENTRATION,) if name in ds]
    return ds[names].sel(tracked=chosen, arm=chosen_arms(ds, arms)).assign_attrs(patient=int(chosen))


@style.styled
def patient(
    ds: xr.Dataset, *, patient: int | None = None, ax: NDArray | None = None, arms: list[str] | None = None
) -> NDArray:
    """Draw small multiples over time; visits are points, progressions crosses, thresholds of the criterion dashed.

    A visit above the dashed line (20 % and 5 mm above the nadir of its line) is progression, one below the dotted
    line (30 % below the baseline of its line) is a partial response.

    Parameters
    ----------
    ds : trial Dataset
    patient : which one, by default the first that is tracked
    ax : one Axes per panel (the six variables there are, then the drugs taken), a new figure by default
    arms : arms to draw, all by default
    """
    table = patient_table(ds, patient=patient, arms=arms)
    chosen, colors = [str(arm) for arm in table["arm"].values], arm_colors(ds)
    number = table.attrs["patient"]
    one = ds.sel(patient=number, arm=chosen) if number in ds["patient"].values else None
    columns = [(table[name], title) for name, title in _PANELS if name in table] + _drug_columns(table)
    axes = style.panels(ax, len(columns), width=3.9, height=2.1, sharex=True)
    until = float(table["time"].where(table[_SIZE].notnull().any("arm")).max())
    for panel, (values, title) in zip(axes, columns, strict=True):
        for arm, width in zip(chosen, line_widths(len(chosen)), strict=True):
            months = values["time"].values / DAYS_PER_MONTH
            panel.plot(months, values.sel(arm=arm), color=colors[arm], linewidth=width)
        panel.set_ylabel(f"{title} [{style.unit(values)}]")
        panel.set_ylim(bottom=0)
        style.month_axis(panel, until, "Time since enrollment")
        if "relative" in title:
            panel.axhline(1, color=style.FAINT, linewidth=0.7, linestyle=(0, (4, 3)))
    style.label_outer_x(axes, axes[-1].get_xlabel())
    top, drawn = 1.0, False
    # thresholds on products are none on diameters
    thresholds = thresholds_of(ds) if judged_variable(ds) != "burden" else None
    if one is not None and set(ds.data_vars) >= _VISITS:
        drawn = True
        for arm in chosen:
            _draw_visits(axes[0], one.sel(arm=arm), colors[arm], thresholds)
        for panel in axes[:2]:
            top = _draw_lines(panel, one, line_looks(ds), colors, until)
    title = f"patient {number}" if ds.sizes["patient"] > 1 else None
    handles = _handles(chosen, colors, drawn=drawn, judged=thresholds is not None)
    handles += _line_handles(one, ds) if one is not None and drawn else []
    style.legend_above(axes, handles, own=ax is None, top=top, title=title)
    return axes


def _drug_columns(table: xr.Dataset) -> list[tuple[xr.DataArray, str]]:
    """Return concentrations of the drugs taken, on the regular part of the grid, so that troughs form the curve."""
    if _CONCENTRATION not in table:
        return []
    time = table["time"].values
    spacing = float(np.diff(time)[-1]) if time.size > 1 else 1.0
    regular = np.isclose(time % spacing, 0) | np.isclose(time % spacing, spacing)
    values = table[_CONCENTRATION].isel(time=regular)
    taken = [drug for drug in table["drug"].values if bool((values.sel(drug=drug) > 0).any())]
    every = "daily" if spacing == 1 else f"every {spacing:g} days"
    return [(values.sel(drug=drug), f"{str(drug).capitalize()},\n{every}") for drug in taken]


def _draw_visits(ax: Axes, one: xr.Dataset, color: str, thresholds: Thresholds | None) -> None:
    """Draw measured sizes, and the thresholds that hold from each visit to the next, where diameters are judged."""
    seen = np.flatnonzero((one["sum_of_diameters"].notnull() & one["visit_time"].notnull()).values)
    time, total = (one[name].values[seen] for name in ("visit_time", "sum_of_diameters"))
    months, progressed = time / DAYS_PER_MONTH, one["response"].values[seen] == Response.PD
    ax.plot(months[~progressed], total[~progressed], "o", color=color, markersize=3.5)
    ax.plot(months[progressed], total[progressed], "X", color=color, markersize=5.5, markeredgecolor=style.INK)
    if thresholds is None:
        return
    begins, baseline, nadir = np.isin(time, one["line_start"].values), np.nan, np.nan
    on = one["line_at_visit"].values[seen] >= 0
    for here, after in pairwise(range(seen.size)):
        baseline = total[here] if begins[here] else baseline
        nadir = total[here] if begins[here] else np.fmin(nadir, total[here])
        if not on[after]:
            continue
        progression = max((1 + thresholds.progression) * nadir, nadir + thresholds.progression_absolute)
        for level, dash in ((progression, (0, (3, 2))), ((1 - thresholds.response) * baseline, (0, (1, 1.5)))):
            ax.plot(months[[here, after]], [level, level], color=color, linewidth=0.9, linestyle=dash, alpha=0.8)


def _draw_lines(ax: Axes, one: xr.Dataset, looks: dict[str, Look], colors: dict[str, str], until: float) -> float:
    """Draw the lines of treatment of each arm as bars above `ax` and return where free space begins."""
    across = ax.get_xaxis_transform()
    for row, arm in enumerate(map(str, one["arm"].values)):
        bottom = _FIRST_ROW + _ROW * row
        ax.plot(-_ARM, bottom + _BAR / 2, "s", color=colors[arm], markersize=4, transform=ax.transAxes, clip_on=False)
        for line, name in _begun(one, arm):
            start = float(one["line_start"].sel(arm=arm).values[line])
            end = np.fmin(float(one["line_end"].sel(arm=arm).values[line]), until)
            x, width = start / DAYS_PER_MONTH, (end - start) / DAYS_PER_MONTH
            fill = looks[name].fill
            ax.bar(x, _BAR, width, bottom=bottom, align="edge", transform=across, clip_on=False, **fill)
    return _FIRST_ROW + _ROW * one.sizes["arm"]


def _begun(one: xr.Dataset, arm: str) -> list[tuple[int, str]]:
    """Return place and name of the lines of treatment that the patient began in an arm."""
    start = one["line_start"].sel(arm=arm).values
    return [(line, name) for line, name in enumerate(line_names(one, arm)) if not np.isnan(start[line])]


def _line_handles(one: xr.Dataset, ds: xr.Dataset) -> list[Artist]:
    return [*line_patches(line_looks(ds), (name for arm in one["arm"].values for _, name in _begun(one, str(arm))))]


def _handles(chosen: list[str], colors: dict[str, str], *, drawn: bool, judged: bool) -> list[Artist]:
    handles = [Line2D([], [], color=colors[arm], linewidth=1.6, label=arm) for arm in chosen]
    if drawn:
        faint = {"color": style.FAINT, "linewidth": 0.9}
        if judged:
            handles.append(Line2D([], [], linestyle=(0, (3, 2)), label="progression threshold", **faint))
            handles.append(Line2D([], [], linestyle=(0, (1, 1.5)), label="response threshold", **faint))
        handles += [
            Line2D([], [], linestyle="none", marker="o", color=style.FAINT, markersize=3.5, label="visit"),
            Line2D([], [], linestyle="none", marker="X", color=style.FAINT, markersize=5.5, label="progression"),
        ]
    return handles


FIGURE = Figure(patient, applies, patient_table)
