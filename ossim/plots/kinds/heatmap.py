"""Heat map of a sweep: one variable over two coordinates of the runs."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from ossim.errors import InputError, unknown
from ossim.plots import style

_SEQUENTIAL, _DIVERGING = "cividis", "PuOr_r"
_MOST_TICKS = 9


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset has two numeric run coordinates and a variable over the runs."""
    return len(run_coordinates(ds)) >= 2 and bool(_variables(ds))


def run_coordinates(ds: xr.Dataset) -> list[str]:
    """Return the numeric coordinates on `run` that vary, the index itself excepted."""
    return [
        str(name)
        for name, values in ds.coords.items()
        if name != "run"
        and values.dims == ("run",)
        and np.issubdtype(values.dtype, np.number)
        and np.unique(values.values).size > 1
    ]


def heatmap_table(
    ds: xr.Dataset,
    *,
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    arm: str | None = None,
) -> xr.DataArray:
    """Return the numbers of `heatmap`: the variable on the grid (y, x), the mean where runs share a point.

    Parameters
    ----------
    ds : sweep Dataset
    variable : what to show, with dims (run,) or (run, arm); by default the first there is
    x, y : run coordinates; by default the first two that vary
    arm : the arm to show where the variable has several
    """
    coordinates, variables = run_coordinates(ds), _variables(ds)
    free = [name for name in coordinates if name not in (x, y)]
    if len(coordinates) < 2 or not variables:
        raise InputError("a heat map needs two numeric run coordinates that vary and a variable over the runs")
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
    values = _one_arm(ds[variable], arm)
    x_values, column = np.unique(ds[x].values, return_inverse=True)
    y_values, row = np.unique(ds[y].values, return_inverse=True)
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


@style.styled
def heatmap(
    ds: xr.Dataset,
    *,
    variable: str | None = None,
    x: str | None = None,
    y: str | None = None,
    arm: str | None = None,
    ax: Axes | None = None,
    center: float | None = None,
) -> Axes:
    """Draw the variable over two run coordinates; points without a run are hatched.

    Values of both signs get a diverging scale about zero, with the zero contour drawn.

    Parameters
    ----------
    ds : sweep Dataset
    variable : what to show, with dims (run,) or (run, arm); by default the first there is
    x, y : run coordinates; by default the first two that vary
    arm : the arm to show where the variable has several
    ax : where to draw, a new figure by default
    center : middle of a diverging scale, in the unit of the variable
    """
    grid = heatmap_table(ds, variable=variable, x=x, y=y, arm=arm)
    if ax is None:
        ax = style.panels(None, 1, width=5.0, height=3.9)[0]
    y_name, x_name = (str(name) for name in grid.dims)
    if center is None and float(grid.min()) < 0 < float(grid.max()):
        center = 0.0
    limits = {}
    if center is not None:
        reach = float(np.abs(grid - center).max())
        limits = {"vmin": center - reach, "vmax": center + reach}
    columns, rows = np.arange(grid.shape[1]), np.arange(grid.shape[0])
    ax.set_facecolor(style.PALE)
    ax.patch.set(hatch="////", edgecolor=style.FAINT)
    shown = np.ma.masked_invalid(grid.values)
    mesh = ax.pcolormesh(
        columns, rows, shown, shading="nearest", cmap=_SEQUENTIAL if center is None else _DIVERGING, **limits
    )
    complete = min(grid.shape) > 1 and bool(grid.notnull().all())
    if center is not None and complete and float(grid.min()) < center < float(grid.max()):
        ax.contour(columns, rows, shown, levels=[center], colors=style.INK, linewidths=1.0)
    _set_ticks(ax.xaxis, grid[x_name].values)
    _set_ticks(ax.yaxis, grid[y_name].values)
    ax.set_xlabel(_label(grid[x_name], x_name))
    ax.set_ylabel(_label(grid[y_name], y_name))
    ax.spines[["top", "right"]].set_visible(True)
    bar = ax.figure.colorbar(mesh, ax=ax)
    bar.set_label(_label(grid, str(grid.name)))
    return ax


def _variables(ds: xr.Dataset) -> list[str]:
    """Return the numeric variables over (run,) or (run, arm)."""
    return [
        str(name)
        for name, values in ds.data_vars.items()
        if set(values.dims) in ({"run"}, {"run", "arm"}) and np.issubdtype(values.dtype, np.number)
    ]


def _one_arm(values: xr.DataArray, arm: str | None) -> xr.DataArray:
    if "arm" not in values.dims:
        return values
    known = [str(name) for name in values["arm"].values]
    if arm is None and len(known) > 1:
        raise InputError(f"say which arm to show: {', '.join(known)}")
    if arm is not None and arm not in known:
        raise unknown("arm", arm, known)
    return values.sel(arm=arm or known[0])


def _set_ticks(axis, values: NDArray) -> None:
    """Label at most nine of the grid points, which are drawn at equal distance whatever their values."""
    at = np.unique(np.round(np.linspace(0, values.size - 1, min(values.size, _MOST_TICKS))).astype(int))
    axis.set_major_locator(FixedLocator(at))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda place, _: f"{values[round(place)]:.3g}"))


def _label(values: xr.DataArray, name: str) -> str:
    return f"{values.attrs.get('long_name', name.replace('_', ' '))} [{values.attrs.get('units', '1')}]"
