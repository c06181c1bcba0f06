"""Drug concentration over time: median and 90 % band of the tracked patients, linear and logarithmic, dose ticks."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.bands import dose_times, draw_band, draw_dose_ticks, quantile_band
from ossim.schema import require

_VARIABLE = "trajectory_concentration"
# The log axis shows this many decades below the highest value.
_DECADES = 4
# Below this many decades 2 and 5 are labeled as well.
_FEW_DECADES = 2.5


def applies(ds: xr.Dataset) -> bool:
    """Return whether trajectories of a drug that somebody took are kept."""
    return _VARIABLE in ds and bool((ds[_VARIABLE] > 0).any())


def concentrations_table(ds: xr.Dataset) -> xr.Dataset:
    """Return the numbers of `concentrations`: `median`, `low`, `high` [mg/L] and `n`, dims (arm, drug, time)."""
    require(ds, _VARIABLE, purpose="the figure of concentrations")
    return quantile_band(ds[_VARIABLE], "tracked").transpose("arm", "drug", "time")


@style.styled
def concentrations(
    ds: xr.Dataset,
    *,
    ax: NDArray | None = None,
    arms: list[str] | None = None,
    until: float = 56.0,
) -> NDArray:
    """Draw one row of two panels, linear and logarithmic, per drug that was taken.

    Parameters
    ----------
    ds : trial Dataset
    ax : two Axes per drug, a new figure by default
    arms : arms to draw, all by default
    until : end of the x axis [day]

    Raises
    ------
    InputError
        If no arm took a drug.
    """
    table = concentrations_table(ds)
    chosen, colors = style.chosen_arms(ds, arms), style.arm_colors(ds)
    until = min(until, float(ds["time"].max()))
    shown = table.sel(arm=chosen).isel(time=ds["time"].values <= until)
    taken = [str(drug) for drug in ds["drug"].values if bool((shown["high"].sel(drug=drug) > 0).any())]
    if not taken:
        raise InputError("no tracked patient of these arms took a drug")
    axes = style.panels(ax, 2 * len(taken), width=3.7, height=2.6, sharex=True)
    for row, drug in enumerate(taken):
        linear, log = axes[2 * row], axes[2 * row + 1]
        one = shown.sel(drug=drug)
        users = [arm for arm in chosen if bool((one["high"].sel(arm=arm) > 0).any())]
        for panel in (linear, log):
            for arm in users:
                # A log axis has no zero: the time before the first dose is left out.
                band = one.sel(arm=arm)
                band = band.where(band > 0) if panel is log else band
                draw_band(panel, band["time"].values, band, colors[arm], arm)
            panel.set_xlim(0, until)
            panel.set_ylabel(f"{drug.capitalize()} [mg/L]")
            draw_dose_ticks(panel, [(dose_times(ds, arm, drug), colors[arm]) for arm in users], until)
        _set_scales(linear, log, float(one["high"].max()), float(one["low"].where(one["low"] > 0).min()))
        linear.legend(loc="lower right")
    for panel in axes[-2:]:
        panel.set_xlabel("Time since enrollment [day]")
    return axes


def _set_scales(linear: Axes, log: Axes, highest: float, lowest: float) -> None:
    linear.set_ylim(0, 1.05 * highest)
    log.set_yscale("log")
    bottom = max(0.7 * lowest, highest * 10.0**-_DECADES)
    log.set_ylim(bottom, 1.5 * highest)
    few = np.log10(highest / bottom) < _FEW_DECADES
    log.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,)))
    log.yaxis.set_minor_locator(LogLocator(subs=range(1, 10)))
    log.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    log.yaxis.set_minor_formatter(NullFormatter())
