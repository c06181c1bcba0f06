"""Spider plot: change of the sum of diameters of each patient at visits, one panel per arm."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim import endpoints
from ossim.criteria.judged import judged_title, judged_variable, thresholds_of
from ossim.criteria.rules import Thresholds
from ossim.dataset import DAYS_PER_MONTH, Response
from ossim.endpoints.runs import admit, line_name, of_line, relative_change
from ossim.plots import style
from ossim.plots.arms import alike, chosen_arms
from ossim.plots.base import Figure
from ossim.plots.lines import arms_on_line, on_line


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds visits of a cohort with sums of diameters and responses."""
    return style.has_cohort(ds, "sum_of_diameters", "response", "visit_time", "line_at_visit")


def spider_table(ds: xr.Dataset, *, line: int = 0, failed: str = "raise") -> xr.Dataset:
    """Return the numbers of `spider`.

    Returns
    -------
    Dataset with `change` [%] and `time` since the start of the line [day], dims (arm, patient, visit), NaN where the
    line was not assessed; `best_response`, dims (arm, patient)
    """
    ds = admit(ds, failed)
    change = 100 * relative_change(ds, line, judged_variable(ds))
    time = (ds["visit_time"] - of_line(ds, "line_start", line)).where(change.notnull())
    table = xr.Dataset({"change": change, "time": time, "best_response": endpoints.find("best_response")(ds, line)})
    table["change"].attrs = {"units": "%", "long_name": f"change of {judged_title(ds)}"}
    table["time"].attrs = {"units": "day", "long_name": f"time since start of line {line}"}
    return table.transpose("arm", "patient", "visit")


@style.styled
def spider(
    ds: xr.Dataset,
    *,
    line: int = 0,
    ax: Axes | NDArray | None = None,
    arms: list[str] | None = None,
    at_most: int = 60,
    top: float = 100.0,
    failed: str = "raise",
) -> Axes | NDArray:
    """Draw the measured change from baseline against time, points at visits only, colored by best response.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    ax : one Axes per arm; by default a new figure, in which arms that look the same share a panel
    arms : arms to draw, all by default
    at_most : patients per panel, evenly spaced through the order of their best change
    top : upper end of the y axis [%]; how many patients leave it is written in the panel
    failed : "raise" or "exclude" runs whose status is not ok
    """
    chosen = arms_on_line(ds, arms, line) if ax is None else chosen_arms(ds, arms)
    change = endpoints.find("best_change")(ds, line, failed=failed)
    ranked = {arm: _ranked(change.sel(arm=arm).values) for arm in chosen}
    admitted = admit(ds, failed)
    columns = {
        arm: spider_table(admitted.sel(arm=[arm]).isel(patient=style.evenly_ranked(ranked[arm], at_most)), line=line)
        for arm in chosen
    }
    groups = alike({arm: (change.sel(arm=arm), one["change"], one["time"]) for arm, one in columns.items()})
    groups = groups if ax is None else [(arm,) for arm in chosen]
    axes = style.panels(ax, len(groups), width=4.0 if len(groups) > 1 else 5.6, height=3.0, sharey=True, sharex=True)
    longest = max(float(np.nanmax(one["time"].values, initial=0)) for one in columns.values())
    until = max(longest, 3 * DAYS_PER_MONTH) * 1.03
    drawn: set[int] = set()
    for group, panel in zip(groups, axes, strict=True):
        drawn |= _draw_panel(panel, columns[group[0]].isel(arm=0), change.sizes["patient"], thresholds_of(ds), top)
        panel.set_title(on_line(ds, group, line))
        style.month_axis(panel, until)
    what = judged_title(ds)
    label = f"Time since start of {line_name(line)} [month]"
    style.label_outer(axes, label, f"Change of {what[:3]}\n{what[4:]} [%]")
    handles = [
        Line2D([], [], color=color, marker="o", markersize=3, label=style.RESPONSE_LABELS[code])
        for code, color in style.RESPONSE_COLORS.items()
        if code in drawn
    ]
    axes[0].legend(handles=handles, title="Best response", title_fontsize=style.SMALL, loc="upper right", ncols=2)
    return style.one_or_all(axes)


def _ranked(change: NDArray) -> NDArray[np.intp]:
    """Return the patients with a visit after baseline, the best change first."""
    seen = np.flatnonzero(~np.isnan(change))
    return seen[np.argsort(change[seen], kind="stable")]


def _draw_panel(ax: Axes, table: xr.Dataset, n_patients: int, thresholds: Thresholds, top: float) -> set[int]:
    """Draw one arm, whose table holds some of its `n_patients`, and return the response codes that occur."""
    change, time, best = (table[name].values for name in ("change", "time", "best_response"))
    seen = ~np.isnan(change)
    for patient in range(best.size):
        there = seen[patient]
        ax.plot(
            np.append(0, time[patient, there]) / DAYS_PER_MONTH,
            np.append(0, change[patient, there]),
            "-o",
            color=style.RESPONSE_COLORS[Response(best[patient])],
            linewidth=0.9,
            markersize=2.2,
            alpha=0.8,
        )
    for level in style.threshold_levels(thresholds):
        ax.axhline(level, color=style.INK, linewidth=0.7, linestyle=(0, (4, 3)))
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_ylim(-100, top)
    ax.set_yticks(style.change_ticks(thresholds, top))
    beyond = (np.nan_to_num(change, nan=-np.inf) > top).any(axis=1).sum()
    note = f"{best.size:,} of {n_patients:,} patients" + (f", {beyond} leave at +{top:g} %" if beyond else "")
    ax.text(0.99, 0.02, note, transform=ax.transAxes, ha="right", va="bottom", fontsize=style.SMALL)
    return set(best.tolist())


FIGURE = Figure(spider, applies, spider_table)
