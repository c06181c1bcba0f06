"""How a field becomes a picture: color map and limits by what it is, tissue mask, tumor outline, scale bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from ossim.errors import InputError
from ossim.plots import style
from ossim.plots.fields import edges

# Sequential maps of even lightness, by a part of the name; the first that fits.
_MAPS = (
    ("necro", "cividis"),
    ("matrix", "cividis"),
    ("vessel", "inferno"),
    ("oxygen", "magma"),
    ("vegf", "plasma"),
    ("pressure", "cividis"),
    ("penetration", "plasma"),
    ("concentration", "plasma"),
)
_OTHERS, _SIGNED = "viridis", "PuOr_r"
# Below zero by less than this share is rounding; a range narrower than that is drawn from zero.
_ROUNDING = 1e-3
# A scale starts at zero unless all values lie in the upper part of it.
_UPPER = 0.7
# The scale bar is at most this share of the width, and stands this far beneath the panel (share of its height).
_BAR, _BENEATH = 0.45, 0.07
_NICE = (1.0, 2.0, 5.0)
# Bold characters of a heading per inch.
_PER_INCH = 13


def limits(values: xr.DataArray) -> tuple[float, float]:
    """Return the color limits common to all panels of a field: from zero, or symmetric about it, or min and max."""
    return limits_between(float(values.min()), float(values.max()))


def limits_between(low: float, high: float) -> tuple[float, float]:
    """Return the color limits of values from `low` to `high`."""
    reach = max(abs(low), abs(high))
    if not reach > 0:
        return 0.0, 1.0
    if low < -_ROUNDING * reach:
        return -reach, reach
    narrow = high - low < _ROUNDING * high
    return (0.0 if narrow or low < _UPPER * high else low), high


def checked_limits(given: Mapping[str, tuple[float, float]] | None, names: Iterable[str]) -> dict:
    """Return the color limits given for some of the fields.

    Raises
    ------
    InputError
        If a field is not drawn, or its limits do not rise.
    """
    names, found = list(names), dict(given or {})
    for name, pair in found.items():
        if name not in names:
            raise InputError(f"limits: '{name}' is not drawn; drawn are {', '.join(names)}")
        if len(pair) != 2 or not pair[0] < pair[1]:
            raise InputError(f"limits: those of {name} must be two rising numbers")
    return found


def color_map(name: str, low: float) -> str:
    """Return the name of the color map of a field whose scale starts at `low`."""
    return _SIGNED if low < 0 else next((chosen for part, chosen in _MAPS if part in name), _OTHERS)


def draw_map(ax: Axes, ds: xr.Dataset, values: NDArray, axes: tuple[str, str], name: str, scale: tuple) -> AxesImage:
    """Draw one plane, `axes` = (up, along); cells that are NaN, outside the tissue, stay hatched."""
    up, along = axes
    hatch_missing(ax)
    image = ax.imshow(
        np.ma.masked_invalid(values), origin="lower", extent=(*edges(ds, along), *edges(ds, up)), vmin=scale[0],
        vmax=scale[1], cmap=color_map(name, scale[0]), interpolation="nearest", aspect="equal",
    )  # fmt: skip
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[["top", "right"]].set_visible(True)
    return image


def hatch_missing(ax: Axes) -> None:
    """Hatch a panel wherever nothing is drawn."""
    ax.set_facecolor(style.PALE)
    ax.patch.set(hatch="////", edgecolor=style.FAINT)


def draw_outline(ax: Axes, x: NDArray, y: NDArray, tumor: NDArray | None, level: float | None) -> ContourSet | None:
    """Draw where the tumor fraction crosses `level`, legible on dark and light; None where it does not."""
    if tumor is None or level is None or not np.nanmin(tumor) < level < np.nanmax(tumor):
        return None
    halo = [patheffects.withStroke(linewidth=2.2, foreground=style.INK)]
    lines = ax.contour(x, y, np.ma.masked_invalid(tumor), levels=[level], colors="white", linewidths=1.1)
    lines.set_path_effects(halo)
    return lines


def draw_scale_bar(ax: Axes, unit: str) -> float:
    """Draw a bar of round length beneath a panel, and return the length [unit of the axis]."""
    left, right = ax.get_xlim()
    length = nice_length(_BAR * (right - left))
    how = {"transform": ax.get_xaxis_transform(), "clip_on": False}
    ax.plot(
        [left, left + length], [-_BENEATH] * 2, color=style.INK, linewidth=2.2, solid_capstyle="butt", label="scale",
        scalex=False, scaley=False, **how,
    )  # fmt: skip
    shown = f" {length:g}" if unit == "1" else f" {length:g} {unit}"
    ax.text(
        left + length, -_BENEATH, shown, ha="left", va="center", fontsize=style.SMALL, color=style.INK,
        transform=ax.get_xaxis_transform(),
    )  # fmt: skip
    return length


def nice_length(at_most: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not above `at_most`."""
    power = 10.0 ** np.floor(np.log10(at_most))
    return float(max(nice * power for nice in _NICE if nice * power <= at_most * (1 + 1e-12)))


def heading(ds: xr.Dataset, shown: str, width: float) -> str:
    """Return the title of the Dataset, and which tumor, plane or time is `shown`, for a figure of `width` inches."""
    text = " · ".join(part for part in (str(ds.attrs.get("title", "")), shown) if part)
    return style.wrapped(text, round(_PER_INCH * width))


def write_heading(figure: Figure, ds: xr.Dataset, shown: str) -> None:
    """Write the heading above the panels."""
    text = heading(ds, shown, figure.get_figwidth())
    if text:
        figure.suptitle(text, x=0.01, ha="left", fontsize=style.NORMAL, fontweight="bold")


def finish(figure: Figure, ds: xr.Dataset, table: xr.Dataset, outlined: float | None, masked: bool) -> None:
    """Write the heading, and beneath the panels what the line at the fraction `outlined` and the hatching mean."""
    write_heading(figure, ds, table.attrs["shown"])
    text = note(outlined, masked)
    if text:
        style.footnote(figure, text)


def note(outlined: float | None, masked: bool) -> str:
    """Return what the line at the fraction `outlined` and the hatching mean."""
    parts = [] if outlined is None else [f"White line: tumor fraction {outlined:.2g}."]
    return " ".join([*parts, *(["Hatched: outside the tissue."] if masked else [])])
