"""One look for every figure: colors, sizes, panels, and a month axis. Nothing global is changed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import MappingProxyType

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from ossim.errors import InputError, unknown
from ossim.schema import DAYS_PER_MONTH, Response

# Okabe and Ito: distinguishable with every common color vision deficiency (doi 10.1038/nmeth.1618).
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
INK, FAINT, PALE = "#222222", "#8A8A8A", "#E4E4E4"
RESPONSE_COLORS = MappingProxyType(
    {
        Response.CR: "#004C7A",
        Response.PR: "#56B4E9",
        Response.SD: "#B5B5B5",
        Response.PD: "#D55E00",
        Response.not_evaluable: "#F0E442",
    }
)
RESPONSE_LABELS = MappingProxyType({code: code.name.replace("_", " ") for code in Response})
SMALL, NORMAL = 7.5, 9.0
_MONTH_STEPS = (1, 2, 3, 6, 12, 24)
_MOST_TICKS = 10

_RC = MappingProxyType(
    {
        "font.size": NORMAL,
        "axes.titlesize": NORMAL,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.labelsize": NORMAL,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.8,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": SMALL,
        "legend.frameon": False,
        "figure.dpi": 120,
        "savefig.dpi": 200,
        "pdf.fonttype": 42,
        "svg.fonttype": "none",
    }
)


def styled(draw: Callable) -> Callable:
    """Run a drawing function with the house style, restoring the settings of the caller."""

    @functools.wraps(draw)
    def drawn(*args, **kwargs):
        with mpl.rc_context(dict(_RC)):
            return draw(*args, **kwargs)

    return drawn


def arm_colors(ds: xr.Dataset) -> dict[str, str]:
    """Return the color of every arm, by its place among the arms of the Dataset."""
    return {str(arm): PALETTE[place % len(PALETTE)] for place, arm in enumerate(ds["arm"].values)}


def chosen_arms(ds: xr.Dataset, arms: list[str] | tuple[str, ...] | None) -> list[str]:
    """Return the arms to draw, all of them by default.

    Raises
    ------
    UnknownNameError
        If an arm is not in the Dataset.
    """
    known = [str(arm) for arm in ds["arm"].values]
    for arm in arms or ():
        if arm not in known:
            raise unknown("arm", arm, known)
    return known if arms is None else list(arms)


def panels(
    ax: Axes | NDArray | None, n_panels: int, *, width: float, height: float, columns: int = 2, **shared: object
) -> NDArray:
    """Return `n_panels` Axes: the given ones, or those of a new figure of `width` x `height` inches per panel.

    Raises
    ------
    InputError
        If the number of given Axes differs.
    """
    if ax is not None:
        given = np.atleast_1d(np.asarray(ax, dtype=object)).ravel()
        if given.size != n_panels:
            raise InputError(f"this figure has {n_panels} panels, ax holds {given.size}")
        return given
    columns = min(columns, n_panels)
    n_rows = -(-n_panels // columns)
    figure, axes = plt.subplots(
        n_rows, columns, figsize=(width * columns, height * n_rows), layout="constrained", squeeze=False, **shared
    )
    for spare in axes.ravel()[n_panels:]:
        figure.delaxes(spare)
    return axes.ravel()[:n_panels]


def one_or_all(axes: NDArray) -> Axes | NDArray:
    """Return the Axes itself when there is one, else the array."""
    return axes[0] if axes.size == 1 else axes


def label_outer(axes: NDArray, x: str = "", y: str = "") -> None:
    """Label the x axis of panels without one beneath, and the y axis of panels without one to the left."""
    specs = [ax.get_subplotspec() for ax in axes]
    places = [(spec.rowspan.start, spec.colspan.start) if spec else None for spec in specs]
    for ax, here in zip(axes, places, strict=True):
        others = [place for place in places if place and here]
        beneath = any(column == here[1] and row > here[0] for row, column in others)
        before = any(row == here[0] and column < here[1] for row, column in others)
        ax.set_xlabel("" if beneath else x)
        ax.tick_params(labelbottom=not beneath)
        ax.set_ylabel("" if before else y)


def month_ticks(until: float) -> NDArray[np.float64]:
    """Return about ten round tick positions [month] from 0 to `until` [day]."""
    months = until / DAYS_PER_MONTH
    step = next((step for step in _MONTH_STEPS if months / step <= _MOST_TICKS), _MONTH_STEPS[-1])
    return np.arange(0, months + 1e-9, step, dtype=float)


def month_axis(ax: Axes, until: float, label: str = "Time") -> None:
    """Give `ax` an x axis in months from 0 to `until` [day]."""
    ticks = month_ticks(until)
    ax.set_xlim(0, until / DAYS_PER_MONTH)
    ax.set_xticks(ticks)
    if ticks.size > 1 and ticks[1] > 1:
        ax.xaxis.set_minor_locator(MultipleLocator(1))
    ax.set_xlabel(f"{label} [month]")


def percent(share: float) -> str:
    """Return a share as whole percent, or a dash for NaN."""
    return "–" if np.isnan(share) else f"{100 * share:.0f} %"


def in_months(days: float) -> str:
    """Return days as months with one decimal, "NR" (not reached) for NaN."""
    return "NR" if np.isnan(days) else f"{days / DAYS_PER_MONTH:.1f}"


def evenly_ranked(order: NDArray[np.intp], at_most: int) -> NDArray[np.intp]:
    """Return at most `at_most` of the indices `order`, evenly spaced through it, ends included."""
    if order.size <= at_most:
        return order
    return order[np.round(np.linspace(0, order.size - 1, at_most)).astype(int)]
