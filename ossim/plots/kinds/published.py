"""Simulated against published outcomes: a forest plot with the exact interval of each trial."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from scipy.stats import norm

from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints.comparison import digits_needed, is_count
from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.base import Figure

QUANTITIES = ("rate", "median")
VARIANTS = MappingProxyType({"median": MappingProxyType({"quantity": "median"})})
INSIDE, OUTSIDE, UNKNOWN = style.PALETTE[0], style.PALETTE[1], style.FAINT
_VERDICTS = (
    (1, "simulated, inside it", INSIDE),
    (0, "simulated, outside it", OUTSIDE),
    (-1, "simulated, no published interval", UNKNOWN),
)
_ROW_HEIGHT = 0.30
# Where the columns of numbers begin, right of the axes [point].
_COLUMNS = (10.0, 135.0)


def applies(ds: xr.Dataset, quantity: str = "rate") -> bool:
    """Return whether the Dataset is a comparison with published outcomes of this quantity."""
    return {"published", "simulated", "inside"} <= set(ds.data_vars) and bool((ds["quantity"] == quantity).any())


def published_table(ds: xr.Dataset, *, quantity: str = "rate") -> xr.Dataset:
    """Return the numbers of `published`: the outcomes of one quantity, medians in months."""
    if quantity not in QUANTITIES:
        raise InputError(f"quantity is one of {', '.join(QUANTITIES)}, not '{quantity}'")
    table = ds.isel(outcome=np.flatnonzero(ds["quantity"].values == quantity))
    if quantity == "median":
        names = ("published", "ci_low", "ci_high", "simulated", "simulated_se")
        table = table.assign({name: table[name] / DAYS_PER_MONTH for name in names})
    return table


@style.styled(says="Simulated bars: {level:g} % Monte Carlo error of these virtual patients only.")
def published(ds: xr.Dataset, *, quantity: str = "rate", ax: Axes | None = None) -> Axes:
    """Draw each published value with its interval, and the simulated value with twice its Monte Carlo error.

    Parameters
    ----------
    ds : Dataset of `ossim.endpoints.compare`
    quantity : "rate" (shares with exact binomial interval) or "median" (times)
    ax : where to draw, a new figure by default

    Raises
    ------
    InputError
        If there is no outcome of this quantity.
    """
    table = published_table(ds, quantity=quantity)
    n_rows = table.sizes["outcome"]
    if not n_rows:
        raise InputError(f"there is no published {quantity} to draw")
    if ax is None:
        ax = style.panels(None, 1, width=8.4, height=1.5 + _ROW_HEIGHT * n_rows)[0]
    row = np.arange(n_rows)
    value, low, high = (table[name].values for name in ("published", "ci_low", "ci_high"))
    ax.hlines(row - 0.14, low, high, color=style.INK, linewidth=1.2)
    ax.plot(value, row - 0.14, "s", color=style.INK, markersize=4.5)
    z = norm.ppf(0.975)
    simulated, error = table["simulated"].values, table["simulated_se"].values
    colors = [{1: INSIDE, 0: OUTSIDE}.get(int(inside), UNKNOWN) for inside in table["inside"].values]
    ax.hlines(row + 0.16, simulated - z * error, simulated + z * error, color=colors, linewidth=1.2)
    ax.scatter(simulated, row + 0.16, marker="D", s=20, color=colors, zorder=3)
    ax.set_ylim(n_rows - 0.4, -0.6)
    ax.set_yticks(row, table["label"].values)
    ax.tick_params(axis="y", length=0)
    if quantity == "rate":
        ax.set_xlim(0, 1)
        ax.set_xlabel("Share of patients [1]")
    else:
        ax.set_xlim(left=0)
        ax.set_xlabel("Median [month]")
    ax.grid(axis="x", color=style.PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    _write_columns(ax, table, quantity, colors)
    _draw_legend(ax, table)
    return ax


def _write_columns(ax: Axes, table: xr.Dataset, quantity: str, colors: list[str]) -> None:
    """Write published and simulated numbers beside the axes."""

    def write(y: float, offset: float, text: str, above: float = 0.0, **how: object) -> None:
        ax.annotate(
            text,
            xy=(1, y),
            xytext=(offset, above),
            textcoords="offset points",
            va="center",
            fontsize=style.SMALL,
            annotation_clip=False,
            **how,
        )

    least, by_row = (2 if quantity == "rate" else 1), ax.get_yaxis_transform()
    fields = ("published", "ci_low", "ci_high", "simulated", "k", "n")
    for row, values in enumerate(zip(*(table[name].values for name in fields), strict=True)):
        value, low, high, simulated, k, n = values
        digits = digits_needed(simulated, low, high, least)
        counted = quantity == "rate" and is_count(k, n)
        theirs = f"{k:.0f}/{n:.0f} = {k / n:.{digits}f}" if counted else f"{value:.{digits}f}"
        known = np.isfinite(low) and np.isfinite(high)
        interval = f"({low:.{digits}f}–{high:.{digits}f})" if known else "(not reported)"
        ours = f"{simulated:.{digits}f}" if np.isfinite(simulated) else "NR"
        write(row, _COLUMNS[0], f"{theirs} {interval}", xycoords=by_row, color=style.INK)
        write(row, _COLUMNS[1], ours, xycoords=by_row, color=colors[row])
    for offset, title in zip(_COLUMNS, ("published", "simulated"), strict=True):
        write(1, offset, title, 5, xycoords="axes fraction", fontweight="bold", color=style.INK)


def _draw_legend(ax: Axes, table: xr.Dataset) -> None:
    """Draw the legend beneath the axis label."""
    inside = table["inside"].values
    entries = [(f"published, {100 * table.attrs.get('confidence_level', 0.95):g} % interval", "s", style.INK)]
    entries += [(label, "D", color) for code, label, color in _VERDICTS if (inside == code).any()]
    handles = [
        Line2D([], [], color=color, marker=marker, markersize=4.5, linewidth=1.2, label=label)
        for label, marker, color in entries
    ]
    beneath = ax.transAxes + ScaledTranslation(0, -34 / 72, ax.figure.dpi_scale_trans)
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=beneath, ncols=2, borderaxespad=0
    )


FIGURE = Figure(published, applies, published_table, VARIANTS)
