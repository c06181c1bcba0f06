"""Heat map of a sweep: one outcome of an arm, or its difference between two arms, over two coordinates of the runs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ossim.dataset import DAYS_PER_MONTH
from ossim.errors import InputError, unknown
from ossim.plots import style
from ossim.plots.base import Figure
from ossim.plots.runs import levels, measured, run_coordinates

_SEQUENTIAL, _DIVERGING = "cividis", "PuOr_r"
_MOST_TICKS = 9
# Grids of at most this many cells have their values written in them.
_MOST_WRITTEN = 100
_WIDTH, _HEIGHT = 5.4, 4.1
# Characters that fit along the panel.
_ALONG, _UP = 58, 40
# Cells darker than this (perceived luminance) carry white text.
_DARK = 0.5


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset has two run coordinates that vary and a variable over the runs."""
    return len(run_coordinates(ds)) >= 2 and bool(measured(ds))


def heatmap_table(
    ds: xr.Dataset,
    *,
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    arm: str | None = None,
    minus: str | None = None,
) -> xr.DataArray:
    """Return the numbers of `heatmap`: the variable on the grid (y, x), the mean where runs share a point.

    Times in days become months; their differences remain days.

    Parameters
    ----------
    ds : sweep Dataset
    variable : what to show, with dims (run,) or (run, arm); by default the first there is
    x, y : run coordinates; by default the first two that vary
    arm : the arm to show where the variable has several
    minus : the arm whose values are subtracted, run by run
    """
    coordinates, variables = run_coordinates(ds), measured(ds)
    free = [name for name in coordinates if name not in (x, y)]
    if len(coordinates) < 2 or not variables:
        raise InputError("a heat map needs two run coordinates that vary and a variable over the runs")
    x = x or free.pop(0)
    y = y or free.pop(0)
    variable = variable or variables[0]
    for kind, name, known in (
        ("run coordinate", x, coordinates),
        ("run coordinate", y, coordinates),
        ("variable over the runs", variable, variables),
    ):
        if name not in known:
            raise unknown(kind, name, known)
    values = _shown(ds[variable], arm, minus)
    x_values, column = levels(ds[x].values)
    y_values, row = levels(ds[y].values)
    there = np.isfinite(values.values)
    total, count = np.zeros((2, y_values.size, x_values.size))
    np.add.at(total, (row[there], column[there]), values.values[there])
    np.add.at(count, (row[there], column[there]), 1)
    grid = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return xr.DataArray(
        grid,
        dims=(y, x),
        coords={y: (y, y_values, ds[y].attrs), x: (x, x_values, ds[x].attrs)},
        name=variable,
        attrs=values.attrs,
    )


@style.styled(says="Monte Carlo error is not shown.")
def heatmap(
    ds: xr.Dataset,
    *,
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    arm: str | None = None,
    minus: str | None = None,
    ax: Axes | None = None,
    center: float | None = None,
) -> Axes:
    """Draw the variable over two run coordinates; points without a run are hatched.

    Differences and values of both signs get a diverging scale about zero. Small grids have their values written in
    the cells, large ones the zero contour drawn.

    Parameters
    ----------
    ds : sweep Dataset
    variable : what to show, with dims (run,) or (run, arm); by default the first there is
    x, y : run coordinates; by default the first two that vary
    arm : the arm to show where the variable has several
    minus : the arm whose values are subtracted, run by run: the patients of all arms are the same
    ax : where to draw, a new figure by default
    center : middle of a diverging scale, in the unit of the values shown
    """
    grid = heatmap_table(ds, variable=variable, x=x, y=y, arm=arm, minus=minus)
    if ax is None:
        ax = style.panels(None, 1, width=_WIDTH, height=_HEIGHT)[0]
    y_name, x_name = (str(name) for name in grid.dims)
    if center is None and (minus is not None or float(grid.min()) < 0 < float(grid.max())):
        center = 0.0
    limits = {}
    if center is not None:
        reach = float(np.abs(grid - center).max()) or 1.0
        limits = {"vmin": center - reach, "vmax": center + reach}
    columns, rows = np.arange(grid.shape[1]), np.arange(grid.shape[0])
    ax.set_facecolor(style.PALE)
    ax.patch.set(hatch="////", edgecolor=style.FAINT)
    shown = np.ma.masked_invalid(grid.values)
    mesh = ax.pcolormesh(
        columns, rows, shown, shading="nearest", cmap=_SEQUENTIAL if center is None else _DIVERGING, **limits
    )
    complete = min(grid.shape) > 1 and bool(grid.notnull().all())
    if grid.size <= _MOST_WRITTEN:
        _write_values(ax, grid.values, mesh, significant=minus is not None)
    elif center is not None and complete and float(grid.min()) < center < float(grid.max()):
        ax.contour(columns, rows, shown, levels=[center], colors=style.INK, linewidths=1.0)
    _set_ticks(ax.xaxis, grid[x_name].values)
    _set_ticks(ax.yaxis, grid[y_name].values)
    ax.set_xlabel(style.label(grid[x_name], x_name, _ALONG))
    ax.set_ylabel(style.label(grid[y_name], y_name, _UP))
    ax.spines[["top", "right"]].set_visible(True)
    ax.set_title(_title(ds, grid, arm, minus))
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(("Difference " if minus is not None else "") + f"[{style.unit(grid)}]")
    return ax


def _shown(values: xr.DataArray, arm: str | None, minus: str | None) -> xr.DataArray:
    """Return the values of one arm, in months where they are days, or of one minus another, in days."""
    one = _one_arm(values, arm)
    found = one if minus is None else one - _one_arm(values, minus)
    found.attrs = dict(values.attrs)
    if minus is None and found.attrs.get("units") == "day":
        found = (found / DAYS_PER_MONTH).assign_attrs(found.attrs | {"units": "month"})
    return found


def _one_arm(values: xr.DataArray, arm: str | None) -> xr.DataArray:
    if "arm" not in values.dims:
        return values
    known = [str(name) for name in values["arm"].values]
    if arm is None and len(known) > 1:
        raise InputError(f"say which arm to show: {', '.join(known)}")
    if arm is not None and arm not in known:
        raise unknown("arm", arm, known)
    return values.sel(arm=arm or known[0], drop=True)


def _title(ds: xr.Dataset, grid: xr.DataArray, arm: str | None, minus: str | None) -> str:
    """Return what is shown: the arms, the outcome, and the coordinates it is averaged over."""
    outcome = str(grid.attrs.get("long_name", str(grid.name).replace("_", " ")))
    others = [name for name in run_coordinates(ds) if name not in grid.dims]
    averaged = f", mean over {', '.join(others)}" if others else ""
    what = style.wrapped(f"{outcome[:1].upper()}{outcome[1:]}{averaged}", _ALONG)
    who = " \N{MINUS SIGN} ".join(name for name in (arm, minus) if name)
    return f"{style.wrapped(who, _ALONG)}\n{what}" if who else what


def _write_values(ax: Axes, grid: NDArray, mesh, *, significant: bool) -> None:
    """Write each value into its cell: with two `significant` digits, or the digits the largest needs to show three."""
    largest = np.nanmax(np.abs(grid), initial=0.0)
    digits = int(np.clip(2 - np.floor(np.log10(largest)), 0, 4)) if largest > 0 else 0
    for (row, column), value in np.ndenumerate(grid):
        if np.isnan(value):
            continue
        red, green, blue, _ = mesh.cmap(mesh.norm(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < _DARK
        color = "white" if dark else style.INK
        if significant:
            digits = int(np.clip(1 - np.floor(np.log10(abs(value))), 0, 4)) if value else 0
        text = f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")
        ax.text(column, row, text, ha="center", va="center", fontsize=style.SMALL, color=color)


def _set_ticks(axis, values: NDArray) -> None:
    """Label at most nine of the grid points, which are drawn at equal distance whatever their values."""
    at = np.unique(np.round(np.linspace(0, values.size - 1, min(values.size, _MOST_TICKS))).astype(int))
    axis.set_major_locator(FixedLocator(at))
    axis.set_minor_locator(NullLocator())
    numbers = np.issubdtype(values.dtype, np.number)
    texts = [f"{value:.3g}" if numbers else style.wrapped(str(value), 16) for value in values]
    axis.set_major_formatter(FuncFormatter(lambda place, _: texts[round(place)]))


FIGURE = Figure(heatmap, applies, heatmap_table)
