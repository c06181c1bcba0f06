"""Swimmer plot: one bar per patient with its treatment lines, responses, progressions and death."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ossim.dataset import DAYS_PER_MONTH, Response
from ossim.endpoints.runs import admit
from ossim.plots import style
from ossim.plots.arms import chosen_arms
from ossim.plots.base import Figure
from ossim.plots.lines import Look, line_looks, line_names, line_patches

OFF_TREATMENT = "off treatment"
# More panels than this stand in three columns instead of two.
_MOST_IN_PAIRS = 4
_MARKERS = (
    ("response", "first response", "^", "#FFFFFF"),
    ("progression", "progression", "X", style.INK),
    ("death", "death", "s", style.INK),
    ("ongoing", "alive at end of follow-up", ">", style.INK),
)


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds treatment lines, deaths and responses of a cohort."""
    return style.has_cohort(ds, "line_start", "line_end", "progression_time", "death_time", "follow_up", "response")


def swimmer_table(
    ds: xr.Dataset, *, arms: list[str] | None = None, at_most: int = 30, failed: str = "raise"
) -> xr.Dataset:
    """Return the numbers of `swimmer`: the patients drawn, sorted by length of follow-up in each arm.

    Returns
    -------
    Dataset with `patient`, `follow_up`, `death_time`, dims (arm, rank), and `line_start`, `line_end`,
    `progression_time`, `response_time` (first CR or PR of the line), dims (arm, rank, line); times [day]
    """
    ds = admit(ds, failed)
    names = ["follow_up", "death_time", "line_start", "line_end", "progression_time", "response_time"]
    parts = []
    for arm in chosen_arms(ds, arms):
        one = ds.sel(arm=arm)
        order = style.evenly_ranked(np.argsort(-one["follow_up"].values, kind="stable"), at_most)
        picked = one.isel(patient=order)
        picked = picked.assign(response_time=_first_response(picked))[names]
        picked = picked.drop_vars("patient").rename_dims(patient="rank")
        picked = picked.assign(patient=("rank", one["patient"].values[order]))
        parts.append(picked)
    return xr.concat(parts, dim="arm").assign_coords(arm=chosen_arms(ds, arms))


def _first_response(ds: xr.Dataset) -> xr.DataArray:
    """Return the time of the first CR or PR of each line [day]."""
    responded = ds["response"].isin([Response.CR, Response.PR])
    lines = xr.DataArray(ds["line"].values, dims="line", coords={"line": ds["line"]})
    return ds["visit_time"].where(responded & (ds["line_at_visit"] == lines)).min("visit")


@style.styled
def swimmer(
    ds: xr.Dataset,
    *,
    ax: Axes | NDArray | None = None,
    arms: list[str] | None = None,
    at_most: int = 30,
    failed: str = "raise",
) -> Axes | NDArray:
    """Draw one bar per patient from enrollment to death or end of follow-up, colored by treatment line.

    Parameters
    ----------
    ds : trial Dataset
    ax : one Axes per arm, a new figure by default
    arms : arms to draw, all by default
    at_most : patients per panel, evenly spaced through the order of their follow-up
    failed : "raise" or "exclude" runs whose status is not ok
    """
    table = swimmer_table(ds, arms=arms, at_most=at_most, failed=failed)
    chosen = [str(arm) for arm in table["arm"].values]
    looks, names = line_looks(ds), _names_drawn(ds, table)
    many = len(chosen) > _MOST_IN_PAIRS
    height = 0.9 + (0.095 if many else 0.125) * table.sizes["rank"]
    width = 3.2 if many else 4.2 if len(chosen) > 1 else 6.2
    axes = style.panels(ax, len(chosen), width=width, height=height, columns=3 if many else 2, sharex=True)
    until = 1.03 * float(table["follow_up"].max())
    used: set[str] = set()
    for arm, panel in zip(chosen, axes, strict=True):
        used |= _draw_panel(panel, table.sel(arm=arm), {line: looks[name] for line, name in names[arm].items()})
        panel.set_title(arm)
        style.month_axis(panel, until)
    patients = f"{table.sizes['rank']} of {ds.sizes['patient']:,} patients"
    style.label_outer(axes, "Time since enrollment [month]", patients)
    handles = line_patches(looks, (name for arm in chosen for name in names[arm].values()))
    handles.append(Patch(color=style.PALE, label=OFF_TREATMENT))
    handles += [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=5,
            markerfacecolor=face,
            markeredgecolor=style.INK,
            label=label,
        )
        for name, label, marker, face in _MARKERS
        if name in used
    ]
    style.legend_above(axes, handles, own=ax is None)
    return style.one_or_all(axes)


def _names_drawn(ds: xr.Dataset, table: xr.Dataset) -> dict[str, dict[int, str]]:
    """Return for each arm the place and the name of every line that some patient drawn began."""
    begun = table["line_start"].notnull().any("rank")
    return {
        arm: {line: name for line, name in enumerate(line_names(ds, arm)) if begun.sel(arm=arm).values[line]}
        for arm in map(str, table["arm"].values)
    }


def _draw_panel(ax: Axes, table: xr.Dataset, looks: dict[int, Look]) -> set[str]:
    """Draw one arm, whose lines have the `looks` by their place, and return which markers occur."""
    rank = np.arange(table.sizes["rank"])
    end, death = table["follow_up"].values / DAYS_PER_MONTH, table["death_time"].values / DAYS_PER_MONTH
    ax.barh(rank, end, height=0.72, color=style.PALE, linewidth=0)
    marks = {name: [] for name, *_ in _MARKERS}
    for place, look in looks.items():
        line = table.isel(line=place)
        start = line["line_start"].values / DAYS_PER_MONTH
        stop = np.fmin(line["line_end"].values / DAYS_PER_MONTH, end)
        on = ~np.isnan(start)
        ax.barh(rank[on], (stop - start)[on], left=start[on], height=0.72, **look.fill)
        for name in ("response", "progression"):
            when = line[f"{name}_time"].values / DAYS_PER_MONTH
            marks[name].append((when, rank))
    alive = np.isnan(death)
    marks["death"].append((death, rank))
    marks["ongoing"].append((np.where(alive, end, np.nan), rank))
    for name, _, marker, face in _MARKERS:
        x, y = (np.concatenate(values) for values in zip(*marks[name], strict=True))
        ax.plot(
            x,
            y,
            marker,
            markersize=4,
            markerfacecolor=face,
            markeredgecolor=style.INK,
            markeredgewidth=0.6,
            clip_on=False,
        )
        marks[name] = np.isfinite(x).any()
    ax.set_ylim(rank.size - 0.4, -0.6)
    ax.set_yticks([])
    return {name for name, occurs in marks.items() if occurs}


FIGURE = Figure(swimmer, applies, swimmer_table)
