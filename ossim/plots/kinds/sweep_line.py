"""A sweep along one axis: every outcome against the swept values, one curve per arm."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ossim.dataset import DAYS_PER_MONTH
from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.arms import alike, arm_colors, chosen_arms, group_label, line_widths
from ossim.plots.base import Figure
from ossim.plots.runs import levels, measured, run_coordinates

# Characters that fit along a panel.
_ALONG, _UP = 44, 32
# Values of one sign that span more than this factor are drawn on a log axis.
_WIDE = 30


def applies(ds: xr.Dataset) -> bool:
    """Return whether one run coordinate varies and a variable over the runs is there."""
    return len(run_coordinates(ds)) == 1 and bool(measured(ds))


def sweep_line_table(ds: xr.Dataset) -> xr.Dataset:
    """Return the numbers of `sweep_line`: each outcome along the axis that varies, in its order; days become months.

    Parameters
    ----------
    ds : sweep Dataset

    Returns
    -------
    Dataset with the outcomes, dims (axis,) or (axis, arm), and the axis as coordinate
    """
    if not applies(ds):
        raise InputError("a curve of a sweep needs one run coordinate that varies and a variable over the runs")
    (axis,) = run_coordinates(ds)
    _, place = levels(ds[axis].values)
    kept = ds[measured(ds)].isel(run=np.argsort(place, kind="stable"))
    others = [name for name in kept.coords if name not in ("arm", axis)]
    table = kept.swap_dims(run=axis).drop_vars(others)
    for name, values in table.data_vars.items():
        if values.attrs.get("units") == "day":
            table[name] = (values / DAYS_PER_MONTH).assign_attrs(values.attrs | {"units": "month"})
    return table


@style.styled(says="Monte Carlo error is not shown.")
def sweep_line(ds: xr.Dataset, *, ax: Axes | NDArray | None = None, arms: list[str] | None = None) -> Axes | NDArray:
    """Draw one panel per outcome with a curve per arm; arms that coincide share one.

    Parameters
    ----------
    ds : sweep Dataset
    ax : one Axes per outcome, a new figure by default
    arms : arms to draw, all by default
    """
    table = sweep_line_table(ds)
    (axis,) = run_coordinates(ds)
    names = [str(name) for name in table.data_vars]
    chosen = chosen_arms(ds, arms) if "arm" in table.dims else []
    axes = style.panels(ax, len(names), width=4.4 if len(names) > 1 else 5.6, height=3.0)
    x, texts = _places(table[axis].values)
    colors = arm_colors(ds) if chosen else {}
    columns = {arm: [table[name].sel(arm=arm) for name in names if "arm" in table[name].dims] for arm in chosen}
    groups = alike(columns)
    handles = []
    for panel, name in zip(axes, names, strict=True):
        values, how = table[name], {"marker": "o", "markersize": 3.5}
        if "arm" in values.dims:
            handles = [
                panel.plot(
                    x,
                    values.sel(arm=group[0]),
                    color=colors[group[0]],
                    linewidth=width,
                    label=group_label(group),
                    **how,
                )[0]
                for group, width in zip(groups, line_widths(len(groups)), strict=True)
            ]
        else:
            panel.plot(x, values, color=style.INK, linewidth=1.6, **how)
        if values.attrs.get("units", "1") == "1" and float(values.min()) >= 0 and float(values.max()) <= 1:
            panel.set_ylim(-0.02, 1.02)
        panel.set_ylabel(style.label(values, name, _UP))
        panel.set_xlabel(style.label(table[axis], axis, _ALONG))
        if texts is not None:
            panel.set_xticks(x, texts)
        elif x.min() > 0 and x.max() > _WIDE * x.min():
            panel.set_xscale("log")
    if handles:
        style.legend_above(axes, handles, own=ax is None)
    return style.one_or_all(axes)


def _places(values: NDArray) -> tuple[NDArray, list[str] | None]:
    """Return where the swept values stand on the axis: numbers at their value, texts side by side with their name."""
    if np.issubdtype(values.dtype, np.number):
        return values, None
    return np.arange(values.size), [style.wrapped(str(value), 16) for value in values]


FIGURE = Figure(sweep_line, applies, sweep_line_table)
