"""Median and 90 % band over patients, and the ticks that mark doses."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

BAND = (0.05, 0.5, 0.95)
# A band of fewer patients than this says nothing about 90 %.
FEWEST = 5
# Heights of the rows of dose ticks, as fractions of the panel.
_FIRST_ROW, _ROW, _NAMED_ROW = 1.03, 0.036, 0.07
# More doses than this are drawn as bars, broken where a gap is wider than this share of the axis.
_MOST_TICKS, _GAP = 160, 1 / 120


def quantile_band(values: xr.DataArray, over: str) -> xr.Dataset:
    """Return `median`, `low`, `high` (5 and 95 %) and the count `n` of `values` over the dimension `over`.

    The three are NaN where fewer than five values are there.
    """
    n = values.notnull().sum(over)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        quantiles = values.where(n >= FEWEST).quantile(list(BAND), dim=over)
    low, median, high = (quantiles.sel(quantile=level, drop=True) for level in BAND)
    return xr.Dataset({"median": median, "low": low, "high": high, "n": n})


def draw_band(
    ax: Axes, time: NDArray, band: xr.Dataset, color: str, label: str | None = None, width: float = 1.6
) -> None:
    """Draw a median line and its band."""
    ax.fill_between(time, band["low"], band["high"], color=color, alpha=0.16, linewidth=0)
    ax.plot(time, band["median"], color=color, linewidth=width, label=label)


def dose_times(ds: xr.Dataset, arm: str, drug: str | None = None) -> NDArray[np.float64]:
    """Return the nominal dose times of an arm [day], of one drug or of all."""
    if "dose_time" not in ds:
        return np.empty(0)
    calendar = ds[["dose_time", "dose_drug"]].sel(arm=arm)
    given = calendar["dose_drug"].values >= 0
    if drug is not None:
        given &= calendar["dose_drug"].values == list(ds["drug"].values).index(drug)
    return calendar["dose_time"].values[given]


def draw_doses(ax: Axes, rows: list[tuple[NDArray, str]], until: float, labels: list[str] | None = None) -> float:
    """Draw one row of dose ticks per (times, color) above `ax`, in its x unit; very many doses become bars.

    Parameters
    ----------
    until : end of the x axis
    labels : names of the rows, by default one "doses" for all

    Returns
    -------
    height above which there is free space, as a fraction of that of `ax`
    """
    names, step = labels or [""] * len(rows), _NAMED_ROW if labels else _ROW
    shown = [(row[0][row[0] <= until], row[1], name) for row, name in zip(rows, names, strict=True)]
    shown = [row for row in shown if row[0].size]
    for place, (times, color, name) in enumerate(shown):
        height = _FIRST_ROW + step * place
        how = {"color": color, "transform": ax.get_xaxis_transform(), "clip_on": False}
        if times.size > _MOST_TICKS:
            x = _bars(times, _GAP * until)
            ax.plot(x, np.full(x.size, height), "-", linewidth=3, solid_capstyle="butt", **how)
        else:
            ax.plot(times, np.full(times.size, height), "|", markersize=4, markeredgewidth=0.8, **how)
        if name:
            _write_row(ax, height, name)
    top = _FIRST_ROW + step * len(shown)
    if shown and labels is None:
        _write_row(ax, (_FIRST_ROW + top - step) / 2, "planned\ndoses")
    return top


def _bars(times: NDArray, gap: float) -> NDArray:
    """Return start and end of each run of doses less than `gap` apart, NaN between runs."""
    times = np.unique(times)
    last = np.append(np.diff(times) > gap, True)
    first = np.append(True, last[:-1])
    return np.stack([times[first], times[last], np.full(last.sum(), np.nan)], axis=1).ravel()


def _write_row(ax: Axes, height: float, name: str) -> None:
    ax.text(-0.01, height, name, transform=ax.transAxes, ha="right", va="center", fontsize="x-small")
