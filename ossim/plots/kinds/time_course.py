"""States and drug levels of a model over time: one panel each, doses above, one curve per run."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim.errors import InputError, unknown
from ossim.plots import style
from ossim.plots.arms import alike
from ossim.plots.bands import draw_doses
from ossim.plots.base import Figure

_COLORS = "viridis"
# The yellow end of the map is too pale for lines on white.
_DARKEST, _PALEST = 0.0, 0.88
# More runs than this get a color bar instead of a legend.
_MOST_IN_LEGEND = 6
_MOST_STACKED = 3
_MARKERS = "os^Dv"


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds variables over several times, and over runs at most."""
    return ds.sizes.get("time", 0) > 1 and bool(_variables(ds))


def time_course_table(ds: xr.Dataset) -> xr.Dataset:
    """Return the numbers of `time_course`: states, and drug levels that are not zero throughout, dims (run, time)."""
    table = ds[_variables(ds)]
    table = table if "run" in table.dims else table.expand_dims("run")
    return table.transpose("run", "time")


@style.styled
def time_course(
    ds: xr.Dataset, *, ax: Axes | NDArray | None = None, variables: list[str] | None = None, log: bool = False
) -> Axes | NDArray:
    """Draw one panel per state or drug level; runs are told apart by color.

    Parameters
    ----------
    ds : Dataset of `ossim.simulate`; where it holds `dose_time` and `dose_compartment`, doses are ticks above;
        `observed_<variable>` are drawn as points
    ax : one Axes per variable, a new figure by default
    variables : what to draw, by default all states, and all drug levels that are not zero throughout
    log : use logarithmic y axes

    Raises
    ------
    UnknownNameError
        If a variable is not in the Dataset.
    """
    table = time_course_table(ds)
    known = [str(name) for name in table.data_vars]
    if not known:
        raise InputError("this Dataset holds no variable over time")
    for name in variables or ():
        if name not in known:
            raise unknown("variable over time", name, known)
    chosen = variables or known
    stacked = len(chosen) <= _MOST_STACKED
    axes = style.panels(
        ax, len(chosen), width=5.6 if stacked else 4.0, height=2.2, columns=1 if stacked else 2, sharex=True
    )
    time = ds["time"].values
    colors, labels = _runs(table)
    tops = []
    for panel, name in zip(axes, chosen, strict=True):
        held = ds[name].attrs.get("step") == "held until the time"
        _draw_curves(panel, time, table[name].values, colors, "steps-pre" if held else "default")
        shown = _draw_observed(panel, ds, name)
        panel.set_ylabel(style.label(ds[name], name, 26))
        panel.set_xlim(time[0], time[-1])
        if log:
            panel.set_yscale("log")
        elif float(table[name].min()) >= 0:
            panel.set_ylim(bottom=0)
        if shown:
            panel.legend(loc="best")
        tops.append(_draw_doses(panel, ds, name, float(time[-1])))
    style.label_outer_x(axes, style.label(ds["time"], "time"))
    if len(colors) > _MOST_IN_LEGEND:
        _draw_color_bar(axes, table)
    elif len(colors) > 1:
        handles = [Line2D([], [], color=color, label=label) for color, label in zip(colors, labels, strict=True)]
        style.legend_above(axes, handles, own=ax is None, top=tops[0])
    return style.one_or_all(axes)


def _draw_curves(ax: Axes, time: NDArray, values: NDArray, colors: list, how: str) -> None:
    """Draw one curve per run, or a single one where all runs are the same."""
    same = len(alike({str(run): [one] for run, one in enumerate(values)})) == 1
    shown = [(values[0], style.INK if len(colors) > 1 else colors[0])] if same else zip(values, colors, strict=True)
    for one, color in shown:
        ax.plot(time, one, color=color, linewidth=1.5, drawstyle=how)


def _draw_observed(ax: Axes, ds: xr.Dataset, name: str) -> bool:
    """Draw published measurements of the variable as points, one marker per series; return whether there are any."""
    if f"observed_{name}" not in ds:
        return False
    values, series = ds[f"observed_{name}"].values, ds["observed_series"].values.astype(str)
    known = [one for one in dict.fromkeys(series) if np.isfinite(values[series == one]).any()]
    for marker, one in zip(cycle(_MARKERS), known, strict=False):
        mine = series == one
        label = f"measured: {one.replace('_', ' ')}"
        ax.plot(
            ds["observed_time"].values[mine], values[mine], marker, color=style.INK, markersize=4.5,
            markerfacecolor="white", label=label, clip_on=False,
        )  # fmt: skip
    return bool(known)


def _variables(ds: xr.Dataset) -> list[str]:
    """Return the states, and the drug levels that are not zero throughout."""
    return [
        str(name)
        for name, values in ds.data_vars.items()
        if "time" in values.dims and set(values.dims) <= {"run", "time"} and bool((values != 0).any())
    ]


def _coordinates(table: xr.Dataset) -> list[str]:
    return [str(name) for name, values in table.coords.items() if values.dims == ("run",) and name != "run"]


def _runs(table: xr.Dataset) -> tuple[list, list[str]]:
    """Return color and legend text of every run; colors follow the first coordinate of the runs."""
    names, n = _coordinates(table), table.sizes["run"]
    if n == 1:
        return [style.PALETTE[0]], [""]
    values = table[names[0]].values if names else np.arange(n)
    place = Normalize(values.min(), values.max())(values)
    colors = list(colormaps[_COLORS](_DARKEST + (_PALEST - _DARKEST) * np.asarray(place)))
    labels = [
        ", ".join(f"{name.replace('_', ' ')} {table[name].values[run]:.4g} {_unit(table[name])}" for name in names)
        for run in range(n)
    ]
    return colors, [label.strip() or f"run {run}" for run, label in enumerate(labels)]


def _unit(values: xr.DataArray) -> str:
    text = style.unit(values)
    return "" if text == "1" else text


def _draw_doses(ax: Axes, ds: xr.Dataset, name: str, until: float) -> float:
    """Draw the doses into the compartment `name`, or those into all where `name` is a state."""
    if not {"dose_time", "dose_compartment"} <= set(ds.data_vars):
        return 1.0
    time, where = ds["dose_time"].values, ds["dose_compartment"].values.astype(str)
    compartments = [name] if name in where else list(dict.fromkeys(where))
    rows = [(time[where == compartment], style.INK) for compartment in compartments]
    return draw_doses(ax, rows, until, compartments if len(compartments) > 1 else ["doses"])


def _draw_color_bar(axes: NDArray, table: xr.Dataset) -> None:
    names = _coordinates(table)
    values = table[names[0]] if names else xr.DataArray(np.arange(table.sizes["run"]), attrs={"long_name": "run"})
    shown = ListedColormap(colormaps[_COLORS](np.linspace(_DARKEST, _PALEST, 256)))
    scale = ScalarMappable(Normalize(float(values.min()), float(values.max())), shown)
    axes[0].figure.colorbar(scale, ax=list(axes), label=style.label(values, names[0] if names else "run"))


FIGURE = Figure(time_course, applies, time_course_table)
