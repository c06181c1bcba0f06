"""Drug concentration in the first days: median and 90 % band of the tracked patients, linear and logarithmic."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from ossim.dataset import require
from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.arms import alike, arm_colors, chosen_arms, group_label
from ossim.plots.bands import FEWEST, dose_times, draw_band, draw_doses, quantile_band
from ossim.plots.base import Figure

_VARIABLE = "trajectory_concentration"
# Between doses only closely spaced points show the course: a spacing this much wider than the first ends the figure.
_WIDER = 1.5
_LONGEST = 14.0  # [day]
# The log axis shows this many decades below the highest value.
_DECADES = 4
# Below this many decades 2 and 5 are labeled as well.
_FEW_DECADES = 2.5


def applies(ds: xr.Dataset) -> bool:
    """Return whether enough trajectories are kept of a drug that was taken in the first days."""
    if _VARIABLE not in ds or ds.sizes["tracked"] < FEWEST:
        return False
    return bool((ds[_VARIABLE].isel(time=ds["time"].values <= _fine_end(ds["time"].values)) > 0).any())


def concentrations_table(ds: xr.Dataset) -> xr.Dataset:
    """Return the numbers of `concentrations`: `median`, `low`, `high` [mg/L] and `n`, dims (arm, drug, time)."""
    require(ds, _VARIABLE, purpose="the figure of concentrations")
    return quantile_band(ds[_VARIABLE], "tracked").transpose("arm", "drug", "time")


@style.styled(says="Bands: 5 to 95 % of the tracked patients, not the error of the median.")
def concentrations(
    ds: xr.Dataset,
    *,
    ax: NDArray | None = None,
    arms: list[str] | None = None,
    until: float | None = None,
) -> NDArray:
    """Draw one row of two panels, linear and logarithmic, per drug that was taken.

    Parameters
    ----------
    ds : trial Dataset
    ax : two Axes per drug, a new figure by default
    arms : arms to draw, all by default; those that look the same share a curve
    until : end of the x axis [day]; by default where the closely spaced points of the trajectories end

    Raises
    ------
    InputError
        If no arm took a drug in this time.
    """
    table = concentrations_table(ds)
    chosen, colors = chosen_arms(ds, arms), arm_colors(ds)
    until = until or _fine_end(ds["time"].values)
    shown = table.sel(arm=chosen).isel(time=ds["time"].values <= until)
    taken = [str(drug) for drug in ds["drug"].values if bool((shown["high"].sel(drug=drug) > 0).any())]
    if not taken:
        raise InputError("no tracked patient of these arms took a drug in the time shown")
    axes = style.panels(ax, 2 * len(taken), width=3.9, height=2.7, sharex=True)
    for row, drug in enumerate(taken):
        linear, log = axes[2 * row], axes[2 * row + 1]
        one = shown.sel(drug=drug)
        users = {arm: one.sel(arm=arm) for arm in chosen if bool((one["high"].sel(arm=arm) > 0).any())}
        groups = alike({arm: (band["median"], band["low"], band["high"]) for arm, band in users.items()})
        rows = [(dose_times(ds, group[0], drug), colors[group[0]]) for group in groups]
        for panel in (linear, log):
            for group in groups:
                # A log axis has no zero: the time before the first dose is left out.
                band = users[group[0]]
                band = band.where(band > 0) if panel is log else band
                draw_band(panel, band["time"].values, band, colors[group[0]], group_label(group))
            panel.set_xlim(0, until)
            panel.set_ylabel(f"{drug.capitalize()} [{style.unit(ds[_VARIABLE])}]")
            top = draw_doses(panel, rows, until)
        _set_scales(linear, log, float(one["high"].max()), float(one["low"].where(one["low"] > 0).min()))
        linear.legend(loc="lower left", bbox_to_anchor=(0, top), borderaxespad=0.2)
    for panel in axes[-2:]:
        panel.set_xlabel("Time since enrollment [day]")
    what = f"median and 90 % of {ds.sizes['tracked']} patients"
    axes[1].text(1, top + 0.02, what, transform=axes[1].transAxes, ha="right", va="bottom", fontsize=style.SMALL)
    return axes


def _fine_end(time: NDArray) -> float:
    """Return the end of the closely spaced points at the beginning of `time` [day]."""
    steps = np.diff(time)
    wider = np.flatnonzero(steps > _WIDER * steps[:1])
    return min(float(time[wider[0]] if wider.size else time[-1]), _LONGEST)


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


FIGURE = Figure(concentrations, applies, concentrations_table)
