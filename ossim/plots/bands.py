"""Median and 90 % band over patients, and the ticks that mark doses."""

from __future__ import annotations

import warnings

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

BAND = (0.05, 0.5, 0.95)
# A band of fewer patients than this says nothing about 90 %.
_FEWEST = 5
# Heights of the rows of dose ticks, as fractions of the panel.
_FIRST_ROW, _ROW = 1.03, 0.036


def quantile_band(values: xr.DataArray, over: str) -> xr.Dataset:
    """Return `median`, `low`, `high` (5 and 95 %) and the count `n` of `values` over the dimension `over`.

    The three are NaN where fewer than five values are there.
    """
    n = values.notnull().sum(over)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice encountered", RuntimeWarning)
        quantiles = values.where(n >= _FEWEST).quantile(list(BAND), dim=over)
    low, median, high = (quantiles.sel(quantile=level, drop=True) for level in BAND)
    return xr.Dataset({"median": median, "low": low, "high": high, "n": n})


def draw_band(ax: Axes, time: NDArray, band: xr.Dataset, color: str, label: str | None = None) -> None:
    """Draw a median line and its band."""
    ax.fill_between(time, band["low"], band["high"], color=color, alpha=0.16, linewidth=0)
    ax.plot(time, band["median"], color=color, linewidth=1.6, label=label)


def dose_times(ds: xr.Dataset, arm: str, drug: str | None = None) -> NDArray[np.float64]:
    """Return the nominal dose times of an arm [day], of one drug or of all."""
    if "dose_time" not in ds:
        return np.empty(0)
    calendar = ds[["dose_time", "dose_drug"]].sel(arm=arm)
    given = calendar["dose_drug"].values >= 0
    if drug is not None:
        given &= calendar["dose_drug"].values == list(ds["drug"].values).index(drug)
    return calendar["dose_time"].values[given]


def draw_dose_ticks(ax: Axes, rows: list[tuple[NDArray, str]], until: float) -> float:
    """Draw one row of dose ticks per (times, color) above `ax`, in its x unit.

    Returns
    -------
    height above which there is free space, as a fraction of that of `ax`
    """
    shown = [(times[times <= until], color) for times, color in rows if (times <= until).any()]
    for row, (times, color) in enumerate(shown):
        ax.plot(
            times,
            np.full(times.size, _FIRST_ROW + _ROW * row),
            "|",
            color=color,
            markersize=4,
            markeredgewidth=0.8,
            transform=ax.get_xaxis_transform(),
            clip_on=False,
        )
    top = _FIRST_ROW + _ROW * len(shown)
    if shown:
        middle = (_FIRST_ROW + top - _ROW) / 2
        ax.text(-0.01, middle, "doses", transform=ax.transAxes, ha="right", va="center", fontsize="x-small")
    return top
