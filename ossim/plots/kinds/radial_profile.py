"""Fields against the distance from the center of the tumor, at a few times: one panel per field, lines by time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ossim.plots import fields, maps, style
from ossim.plots.bands import BAND
from ossim.plots.base import Figure

_FIGURE = "a radial profile"
_SPACES = (("r",), ("y", "x"), ("z", "y", "x"))
_MOST_PANELS, _MOST_LINES = 6, 5
_WIDTH, _HEIGHT, _ALONE = 3.6, 2.1, 2.6
_COLORS, _DARKEST, _PALEST = "viridis", 0.0, 0.88
_UP = 24


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds fields over a radius, a plane or a box."""
    return fields.space(ds) in _SPACES


def radial_profile_table(
    ds: xr.Dataset,
    *,
    variables: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    arm: str | None = None,
    patient: int | None = None,
    outline: Sequence[str] | None = None,
) -> xr.Dataset:
    """Return the numbers of `radial_profile`.

    Cells are binned by their distance from the centroid of the tumor at that time (of the tissue where there is no
    tumor), in bins as wide as a cell; only one field at one time is in memory.

    Returns
    -------
    Dataset with the mean of each field, dims (time, distance), and unless space is radial `<field>_low`, `_high` (5 and
    95 % of the cells of a bin); NaN where a bin has no cell
    """
    axes = fields.require_space(ds, _FIGURE, *_SPACES)
    names, parts = fields.chosen_fields(ds, variables), fields.tumor_parts(ds, outline)
    one, said = fields.one_tumor(ds, arm, patient)
    one = one.isel(time=fields.places_in_time(ds, times, _MOST_LINES))
    if axes == ("r",):
        table = fields.drawn(one, names, None if variables else _MOST_PANELS).transpose("time", "r")
        return table.rename(r="distance").assign_attrs(shown=" · ".join(said))
    bins = [_Bins(one.isel(time=place), axes, parts) for place in range(one.sizes["time"])]
    n = max(each.n for each in bins)
    table = xr.Dataset(coords={"time": one["time"], "distance": ("distance", (np.arange(n) + 0.5) * bins[0].width)})
    most = len(names) if variables else _MOST_PANELS
    for name in names:
        if sum(name in table for name in names) == most:
            break
        profile = np.full((3, len(bins), n), np.nan)
        for place, each in enumerate(bins):
            profile[:, place, : each.n] = each.profile(one[name].isel(time=place).transpose(*axes).values)
        if variables or np.ptp(profile[0][np.isfinite(profile[0])]) > 0:
            for suffix, values in zip(("", "_low", "_high"), profile, strict=True):
                table[name + suffix] = (("time", "distance"), values, one[name].attrs)
    unit = ds[axes[-1]].attrs.get("units", "mm")
    table["distance"].attrs = {"units": unit, "long_name": "distance from the center of the tumor"}
    return table.assign_attrs(shown=" · ".join(said))


@style.styled
def radial_profile(
    ds: xr.Dataset,
    *,
    ax: Axes | NDArray | None = None,
    variables: Sequence[str] | None = None,
    times: Sequence[float] | None = None,
    arm: str | None = None,
    patient: int | None = None,
    outline: Sequence[str] | None = None,
    until: float | None = None,
) -> Axes | NDArray:
    """Draw one panel per field with one line per time; bands hold 90 % of the cells at that distance.

    Parameters
    ----------
    ds : Dataset of fields over (r,), (y, x) or (z, y, x)
    ax : one Axes per field, a new figure by default
    variables : fields to draw, by default up to six that vary
    times : what to draw [day], the nearest stored; by default five over the run
    arm : the arm to draw, the first by default
    patient : the patient to draw, the first by default
    outline : fields whose sum has the center, by default those that make the tumor
    until : end of the distance axis [mm], by default the half width of the box

    Raises
    ------
    InputError
        If the Dataset has no such fields, arm or time; the message holds the nearest valid name.
    """
    table = radial_profile_table(ds, variables=variables, times=times, arm=arm, patient=patient, outline=outline)
    names = [str(name) for name in table.data_vars if name in ds]
    time, distance = table["time"].values.astype(float), table["distance"].values
    axes = fields.space(ds)
    if until is None:
        until = fields.edges(ds, "r")[1] if axes == ("r",) else min(0.5 * np.ptp(fields.edges(ds, one)) for one in axes)
    shown = distance <= until
    places = np.linspace(_DARKEST, _PALEST, time.size)
    if time.size > 1:
        places = _DARKEST + (_PALEST - _DARKEST) * (time - time[0]) / (time[-1] - time[0])
    colors = colormaps[_COLORS](places)
    panels = style.panels(ax, len(names), width=_WIDTH, height=_HEIGHT if len(names) > 1 else _ALONE, sharex=True)
    for panel, name in zip(panels, names, strict=True):
        for place, color in enumerate(colors):
            if f"{name}_low" in table:
                low, high = (table[f"{name}_{edge}"].values[place][shown] for edge in ("low", "high"))
                panel.fill_between(distance[shown], low, high, color=color, alpha=0.18, linewidth=0)
            panel.plot(distance[shown], table[name].values[place][shown], color=color, linewidth=1.5)
        low, high = maps.limits(table[name])
        panel.set_ylim(low, high + 0.05 * (high - low))
        panel.set_xlim(0, until)
        panel.set_ylabel(style.label(ds[name], name, _UP))
    style.label_outer_x(panels, style.label(table["distance"], "distance"))
    labels = [fields.day(ds, one) for one in time] if ds.sizes["time"] > 1 else []
    handles = [Line2D([], [], color=color, label=label) for color, label in zip(colors, labels, strict=bool(labels))]
    title = maps.heading(ds, table.attrs["shown"], _WIDTH * min(len(names), 2))
    style.legend_above(panels, handles, own=ax is None, title=title or None, most=_MOST_LINES)
    if ax is None and axes != ("r",):
        level = 100 * (BAND[2] - BAND[0])
        style.footnote(panels[0].figure, f"Lines: mean of the cells at a distance; bands: {level:.0f} % of them.")
    return style.one_or_all(panels)


class _Bins:
    """Cells of the tissue in the order of their distance from the center of the tumor at one time."""

    def __init__(self, ds: xr.Dataset, axes: tuple[str, ...], parts: Sequence[str]):
        shape = tuple(ds.sizes[axis] for axis in axes)
        self.width = max(fields.step(ds, axis) for axis in axes)
        centers = [ds[axis].values.astype(float) for axis in axes]
        tissue = ds[fields.TISSUE].transpose(*axes).values if fields.TISSUE in ds else np.ones(shape, bool)
        tumor = fields.tumor_fraction(ds, parts)
        weight = tissue.astype(float)
        if tumor is not None and float(tumor.sum()) > 0:
            weight = np.nan_to_num(tumor.transpose(*axes).values.astype(float))
        squares = np.zeros(shape)
        for axis, places in enumerate(centers):
            others = tuple(other for other in range(len(axes)) if other != axis)
            along = weight.sum(axis=others)
            away = places - (along * places).sum() / along.sum()
            squares += (away**2).reshape([-1 if other == axis else 1 for other in range(len(axes))])
        bins = (np.sqrt(squares) / self.width).astype(np.int32)
        self.cells = np.flatnonzero(tissue)
        self.bin = bins.ravel()[self.cells]
        self.n = int(self.bin.max()) + 1
        self.count = np.bincount(self.bin, minlength=self.n)

    def profile(self, values: NDArray) -> NDArray[np.float64]:
        """Return mean, 5 and 95 % of the values in each bin, shape (3, n); NaN in bins without a cell."""
        values = values.ravel()[self.cells].astype(float)
        there = np.maximum(self.count, 1)
        mean = np.bincount(self.bin, weights=values, minlength=self.n) / there
        order = np.lexsort((values, self.bin))
        first = np.cumsum(self.count) - self.count
        edges = [values[order[self._ranked(first, share)]] for share in (BAND[0], BAND[2])]
        return np.where(self.count > 0, [mean, *edges], np.nan)

    def _ranked(self, first: NDArray, share: float) -> NDArray:
        """Return the place, in sorted order, of the value of rank `share` of each bin."""
        place = first + np.round(share * np.maximum(self.count - 1, 0)).astype(int)
        return np.minimum(place, self.cells.size - 1)


FIGURE = Figure(radial_profile, applies, radial_profile_table)
