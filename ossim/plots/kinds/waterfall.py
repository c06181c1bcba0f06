"""Waterfall: best change of the sum of diameters of each patient, sorted, one panel per arm."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ossim import endpoints
from ossim.criteria.judged import judged_title, thresholds_of
from ossim.criteria.rules import Thresholds
from ossim.dataset import Response
from ossim.plots import style
from ossim.plots.arms import alike, chosen_arms
from ossim.plots.base import Figure
from ossim.plots.lines import arms_on_line, on_line


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds visits of a cohort with sums of diameters and responses."""
    return style.has_cohort(ds, "sum_of_diameters", "response", "visit_time", "line_at_visit")


def waterfall_table(ds: xr.Dataset, *, line: int = 0, variable: str | None = None, failed: str = "raise") -> xr.Dataset:
    """Return the numbers of `waterfall`: `best_change` [%] and `best_response`, dims (arm, patient)."""
    change = endpoints.find("best_change")(ds, line, variable=variable, failed=failed)
    best = endpoints.find("best_response")(ds, line, failed=failed)
    return xr.Dataset({"best_change": change, "best_response": best})


@style.styled
def waterfall(
    ds: xr.Dataset,
    *,
    line: int = 0,
    ax: Axes | NDArray | None = None,
    arms: list[str] | None = None,
    variable: str | None = None,
    at_most: int = 2000,
    top: float = 100.0,
    failed: str = "raise",
) -> Axes | NDArray:
    """Draw one sorted bar per patient, colored by best response, with lines at response and progression.

    The thresholds are those of the criterion of the trial. That of progression is drawn from baseline and judged from
    the nadir, so bars above it need not be PD and PD bars need not reach it.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    ax : one Axes per arm; by default a new figure, in which arms that look the same share a panel
    arms : arms to draw, all by default
    variable : "sum_of_diameters" (measured), "true_sum_of_diameters" or "burden"; by default what the criterion judges
    at_most : bars per panel, evenly spaced through their order; shares are those of all patients
    top : upper end of the y axis [%]; how many bars are cut there is written in the panel
    failed : "raise" or "exclude" runs whose status is not ok
    """
    table, thresholds = waterfall_table(ds, line=line, variable=variable, failed=failed), thresholds_of(ds)
    chosen = arms_on_line(ds, arms, line) if ax is None else chosen_arms(ds, arms)
    columns = {arm: table.sel(arm=arm) for arm in chosen}
    groups = alike({arm: (one["best_change"], one["best_response"]) for arm, one in columns.items()})
    groups = groups if ax is None else [(arm,) for arm in chosen]
    axes = style.panels(ax, len(groups), width=4.0 if len(groups) > 1 else 5.6, height=2.9, sharey=True)
    for group, panel in zip(groups, axes, strict=True):
        one = columns[group[0]]
        _draw_panel(panel, one["best_change"].values, one["best_response"].values, thresholds, at_most, top)
        panel.set_title(on_line(ds, group, line))
    what = judged_title(ds) if variable in (None, "burden") else "sum of diameters"
    style.label_outer(axes, "Patients, sorted", f"Best change of {what[:3]}\n{what[4:]} [%]")
    _draw_legend(axes[0], table)
    return style.one_or_all(axes)


def _draw_panel(ax: Axes, change: NDArray, best: NDArray, thresholds: Thresholds, at_most: int, top: float) -> None:
    seen = ~np.isnan(change)
    ranked = np.flatnonzero(seen)[np.argsort(-change[seen], kind="stable")]
    order = style.evenly_ranked(ranked, at_most)
    heights, n = np.minimum(change[order], top), order.size
    left, gap = np.arange(n), 0.12 if n <= 120 else 0.0
    corners = np.stack(
        [
            np.stack([left + gap, left + gap, left + 1 - gap, left + 1 - gap], axis=1),
            np.stack([0 * heights, heights, heights, 0 * heights], axis=1),
        ],
        axis=-1,
    )
    colors = [style.RESPONSE_COLORS[Response(code)] for code in best[order]]
    ax.add_collection(PolyCollection(corners, facecolors=colors, edgecolors="none", antialiaseds=n <= 120))
    for level in style.threshold_levels(thresholds):
        ax.axhline(level, color=style.INK, linewidth=0.7, linestyle=(0, (4, 3)))
    ax.axhline(0, color=style.INK, linewidth=0.8)
    ax.set_xlim(0, max(n, 1))
    ax.set_ylim(-100, top)
    ax.set_yticks(style.change_ticks(thresholds, top))
    ax.set_xticks([])
    responders = np.isin(best, (Response.CR, Response.PR)).sum()
    notes = [f"CR + PR {responders:,}/{best.size:,} = {style.percent(responders / best.size)}"]
    if (~seen).any():
        notes.append(f"{(~seen).sum():,} without visit after baseline")
    if (change[order] > top).any():
        notes.append(f"{(change[order] > top).sum()} bars end above +{top:g} %")
    if n < ranked.size:
        notes.append(f"{n:,} of {ranked.size:,} bars drawn")
    # Bars fall from left to right, so that the lower left is free.
    ax.text(0.02, 0.03, "\n".join(notes), transform=ax.transAxes, va="bottom", fontsize=style.SMALL)


def _draw_legend(ax: Axes, table: xr.Dataset) -> None:
    drawn = np.unique(table["best_response"].values[~np.isnan(table["best_change"].values)])
    handles = [
        Patch(color=color, label=style.RESPONSE_LABELS[code])
        for code, color in style.RESPONSE_COLORS.items()
        if code in drawn
    ]
    # Bars fall from left to right, so that the upper right is free.
    ax.legend(handles=handles, title="Best response", title_fontsize=style.SMALL, loc="upper right", ncols=2)


FIGURE = Figure(waterfall, applies, waterfall_table)
