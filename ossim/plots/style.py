"""One look for every figure: colors, sizes, panels, and a month axis. Nothing global is changed."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from types import MappingProxyType

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from ossim.criteria.rules import Thresholds
from ossim.dataset import DAYS_PER_MONTH, Response
from ossim.errors import InputError

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
# Cohort figures of fewer patients than this show nothing that the figure of one patient does not.
_FEWEST_PATIENTS = 2
_POWERS = MappingProxyType({"^2": "²", "^3": "³"})
# Text of a legend: characters of its font per inch, and the room of a key in characters.
_CHARACTERS_PER_INCH, _KEY, _MOST_COLUMNS = 16, 7, 4
# A month axis that ends this close to a tick is drawn to the tick [month].
NEARLY = 0.1
# The note beneath: size of its font and height of its lines [point], characters per inch of figure width.
_NOTE_SIZE, _NOTE_LINE, _NOTE_PER_INCH = 6.5, 8.5, 17
_POINTS_PER_INCH = 72
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
        "pdf.fonttype": 42,
        "svg.fonttype": "none",
    }
)


def settings() -> dict[str, object]:
    """Return the settings of the house style."""
    return dict(_RC)


def styled(draw: Callable | None = None, *, says: str = "") -> Callable:
    """Run a drawing function with the house style, restoring the settings of the caller.

    A figure of its own says beneath how many simulated patients it shows, and `says`, in which ``{level}`` stands for
    the confidence level [%].
    """
    if draw is None:
        return functools.partial(styled, says=says)

    @functools.wraps(draw)
    def drawn(ds, *args, **kwargs):
        with mpl.rc_context(settings()):
            axes = draw(ds, *args, **kwargs)
            if kwargs.get("ax") is None:
                level = 100 * kwargs.get("confidence_level", ds.attrs.get("confidence_level", 0.95))
                figure = np.ravel(np.asarray(axes, dtype=object))[0].figure
                footnote(figure, f"{_who(ds)} {says.format(level=level)}".strip())
        return axes

    return drawn


def footnote(figure: Figure, text: str) -> None:
    """Write `text` small beneath the panels of a figure, below what is there already, and make room for it."""
    width, height = figure.get_size_inches()
    text = wrapped(text, round(_NOTE_PER_INCH * width))
    before = figure.get_supxlabel()
    lines = text.count("\n") + (1 if before else 2)
    figure.set_size_inches(width, height + lines * _NOTE_LINE / _POINTS_PER_INCH)
    text = f"{before}\n{text}" if before else text
    figure.supxlabel(text, x=0.01, ha="left", fontsize=_NOTE_SIZE, color=INK)


def _who(ds: xr.Dataset) -> str:
    n = ds.sizes.get("patient", ds.attrs.get("patients_per_arm"))
    if ds.attrs.get("field_dataset"):
        return "Simulated."
    if "outcome" not in ds.dims and "arm" not in ds.dims:
        return "Simulated."
    if n is None:
        return "Simulated (virtual) patients."
    each = " per arm" if n > 1 else ""
    return f"{n:,} simulated (virtual) patient{'s' if n > 1 else ''}{each}."


def has_cohort(ds: xr.Dataset, *names: str) -> bool:
    """Return whether the Dataset holds the variables `names` of more than one patient."""
    return set(names) <= set(ds.data_vars) and ds.sizes["patient"] >= _FEWEST_PATIENTS


def panels(
    ax: Axes | NDArray | None,
    n_panels: int,
    *,
    width: float,
    height: float,
    columns: int = 2,
    layout: str = "constrained",
    **shared: object,
) -> NDArray:
    """Return `n_panels` Axes: the given ones, or those of a new figure of `width` x `height` inches per panel.

    Panels of a fixed aspect want the `layout` "compressed".

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
        n_rows, columns, figsize=(width * columns, height * n_rows), layout=layout, squeeze=False, **shared
    )
    for spare in axes.ravel()[n_panels:]:
        figure.delaxes(spare)
    return axes.ravel()[:n_panels]


def one_or_all(axes: NDArray) -> Axes | NDArray:
    """Return the Axes itself when there is one, else the array."""
    return axes[0] if axes.size == 1 else axes


def label_outer(axes: NDArray, x: str = "", y: str = "") -> None:
    """Label the x axis of panels without one beneath, and the y axis of panels without one to the left."""
    label_outer_x(axes, x)
    places = [_place(ax) for ax in axes]
    for ax, here in zip(axes, places, strict=True):
        before = any(other[0] == here[0] and other[1] < here[1] for other in places if other and here)
        ax.set_ylabel("" if before else y)


def label_outer_x(axes: NDArray, x: str) -> None:
    """Label the x axis of panels without one beneath, and number only those."""
    places = [_place(ax) for ax in axes]
    for ax, here in zip(axes, places, strict=True):
        beneath = any(other[1] == here[1] and other[0] > here[0] for other in places if other and here)
        ax.set_xlabel("" if beneath else x)
        ax.tick_params(labelbottom=not beneath)


def _place(ax: Axes) -> tuple[int, int] | None:
    """Return row and column of a panel, None for one that stands free."""
    spec = ax.get_subplotspec()
    return (spec.rowspan.start, spec.colspan.start) if spec else None


def legend_above(
    axes: NDArray,
    handles: Sequence[Artist],
    *,
    own: bool,
    top: float = 1.0,
    title: str | None = None,
    most: int = _MOST_COLUMNS,
) -> None:
    """Draw one legend above all panels of a figure of its `own`; on given Axes, above the first from height `top`.

    It has at most `most` columns and is read row by row; without handles it is the title alone.
    """
    figure = axes[0].figure
    longest = max((len(line) for handle in handles for line in handle.get_label().splitlines()), default=1)
    # Axes may belong to a subfigure, which has no width of its own.
    width = figure.bbox.width / figure.get_dpi()
    columns = max(1, min(int(width * _CHARACTERS_PER_INCH // (longest + _KEY)), most))
    # Matplotlib fills column by column.
    by_column = [handle for column in range(columns) for handle in handles[column::columns]]
    how = {"handles": by_column, "ncols": columns, "alignment": "left"}
    how |= {"title": title, "title_fontsize": SMALL, "labelspacing": 0.6, "columnspacing": 1.4}
    if own:
        figure.legend(loc="outside upper left", **how)
    else:
        axes[0].legend(loc="lower left", bbox_to_anchor=(0, top), borderaxespad=0.2, **how)


def label(values: xr.DataArray, name: str, width: int | None = None) -> str:
    """Return what an axis of `values` says, "Tumor volume [mm³]", broken into lines of at most `width` characters."""
    text = str(values.attrs.get("long_name", name.replace("_", " ")))
    text = f"{text[:1].upper()}{text[1:]} [{unit(values)}]"
    return text if width is None else wrapped(text, width)


def unit(values: xr.DataArray) -> str:
    """Return the unit of `values` with raised powers."""
    text = str(values.attrs.get("units", "1"))
    for plain, raised in _POWERS.items():
        text = text.replace(plain, raised)
    return text


def wrapped(text: str, width: int) -> str:
    """Return `text` in lines of at most `width` characters, broken between words."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def month_ticks(until: float) -> NDArray[np.float64]:
    """Return about ten round tick positions [month] from 0 to `until` [day]."""
    months = until / DAYS_PER_MONTH
    step = next((step for step in _MONTH_STEPS if months / step <= _MOST_TICKS), _MONTH_STEPS[-1])
    return np.arange(0, months + NEARLY, step, dtype=float)


def month_axis(ax: Axes, until: float, label: str = "Time") -> None:
    """Give `ax` an x axis in months from 0 to `until` [day]."""
    ticks = month_ticks(until)
    ax.set_xlim(0, max(until / DAYS_PER_MONTH, ticks[-1]))
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


def threshold_levels(thresholds: Thresholds) -> tuple[float, float]:
    """Return response and progression of a criterion as changes in percent."""
    return -100 * thresholds.response, 100 * thresholds.progression


def change_ticks(thresholds: Thresholds, top: float) -> list[float]:
    """Return ticks of an axis of changes in percent, those of the criterion among them, none too close to another."""
    levels = [round(level, 6) for level in threshold_levels(thresholds)]
    others = [tick for tick in (-100.0, -50.0, 50.0) if all(abs(tick - level) >= 15 for level in levels)]
    return sorted({*others, *levels, 0.0, float(top)})
