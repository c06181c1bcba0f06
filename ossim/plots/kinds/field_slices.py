"""Fields as maps: one row per field with one color scale, one column per time or per arm, tumor outline, scale bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ossim.errors import InputError, unknown
from ossim.plots import fields, maps, style
from ossim.plots.arms import chosen_arms
from ossim.plots.base import Figure

VARIANTS = MappingProxyType({"arms": MappingProxyType({"columns": "arm"})})
_FIGURE = "a figure of slices"
_PLANES = (("y", "x"), ("z", "y", "x"))
_COLUMNS = ("time", "arm")
_MOST_ROWS, _MOST_COLUMNS = 5, 4
# More panels than this cannot be read.
_MOST_PANELS = 120
# Width of a panel [inch] and the limits of its height.
_WIDTH, _LOWEST, _HIGHEST = 1.6, 0.7, 3.2
_ALONG = 20


def applies(ds: xr.Dataset, columns: str = "time") -> bool:
    """Return whether the Dataset holds fields over a plane or a box, and for columns of arms, several of them."""
    return fields.space(ds) in _PLANES and (columns == "time" or ds.sizes.get("arm", 1) > 1)


def field_slices_table(
    ds: xr.Dataset,
    *,
    variables: Sequence[str] | None = None,
    columns: str = "time",
    times: Sequence[float] | None = None,
    arm: str | None = None,
    arms: Sequence[str] | None = None,
    patient: int | None = None,
    axis: str = "z",
    position: float | None = None,
    outline: Sequence[str] | None = None,
) -> xr.Dataset:
    """Return the numbers of `field_slices`, NaN outside the tissue, and the `tumor_fraction` that is outlined.

    Returns
    -------
    Dataset with dims (time or arm, and the two axes of the plane); attribute `shown`: which tumor, plane or time
    """
    axes = fields.require_space(ds, _FIGURE, *_PLANES)
    if columns not in _COLUMNS:
        raise unknown("kind of columns", columns, _COLUMNS)
    names, parts = fields.chosen_fields(ds, variables), fields.tumor_parts(ds, outline)
    cut, where = fields.plane(ds, axis, position)
    if columns == "time":
        if arms is not None:
            raise InputError("arms: columns are times here; say arm=..., or columns='arm'")
        one, said = fields.one_tumor(cut, arm, patient)
        one = one.isel(time=fields.places_in_time(ds, times, _MOST_COLUMNS))
    else:
        one, said = _arms_at_one_time(cut, times, arm, arms, patient)
    rows = len(names) if variables else min(_MOST_ROWS, len(names))
    if rows * one.sizes[columns] > _MOST_PANELS:
        raise InputError(
            f"{rows} fields in {one.sizes[columns]} columns are more than {_MOST_PANELS} panels; draw fewer"
        )
    table = fields.drawn(one, names, None if variables else _MOST_ROWS)
    tumor = fields.tumor_fraction(one, parts)
    if tumor is not None and fields.TUMOR not in table:
        table[fields.TUMOR] = tumor
    plane = [name for name in axes if name in one.dims]
    return table.transpose(columns, *plane).assign_attrs(shown=" · ".join([*said, *where]))


@style.styled
def field_slices(
    ds: xr.Dataset,
    *,
    ax: NDArray | None = None,
    variables: Sequence[str] | None = None,
    columns: str = "time",
    times: Sequence[float] | None = None,
    arm: str | None = None,
    arms: Sequence[str] | None = None,
    patient: int | None = None,
    axis: str = "z",
    position: float | None = None,
    outline: Sequence[str] | None = None,
    level: float | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> NDArray:
    """Draw one row of maps per field; all panels of a row share their color limits.

    Parameters
    ----------
    ds : Dataset of fields over (y, x) or (z, y, x)
    ax : one Axes per field and column, row by row; a new figure by default
    variables : fields to draw, by default up to five that vary
    columns : "time", or "arm" at one time
    times : what to draw [day], the nearest stored; by default four over the run, with columns of arms the last
    arm : the arm to draw, the first by default
    arms : with columns of arms, which ones, all by default
    patient : the patient to draw, the first by default
    axis, position : where a box is cut: across which axis, at what coordinate [mm], by default z in the middle
    outline : fields whose sum is outlined, by default those that make the tumor; an empty list: no outline
    level : tumor fraction of the outline, by default a quarter of the largest drawn
    limits : color limits by field, by default common to what is drawn

    Returns
    -------
    Axes, shape (fields, columns)

    Raises
    ------
    InputError
        If the Dataset has no such fields, arm, time or plane; the message holds the nearest valid name.
    """
    table = field_slices_table(
        ds, variables=variables, columns=columns, times=times, arm=arm, arms=arms, patient=patient, axis=axis,
        position=position, outline=outline,
    )  # fmt: skip
    names = [str(name) for name in table.data_vars if name != fields.TUMOR or name in (variables or ())]
    tumor = table.get(fields.TUMOR)
    level = None if tumor is None else fields.edge_level(ds, float(tumor.max()), level)
    given = maps.checked_limits(limits, names)
    _, up, along = table[names[0]].dims
    n_columns = table.sizes[columns]
    height = _WIDTH * np.ptp(fields.edges(ds, up)) / np.ptp(fields.edges(ds, along))
    panels = style.panels(
        ax, len(names) * n_columns, width=_WIDTH, height=float(np.clip(height, _LOWEST, _HIGHEST)), columns=n_columns,
        layout="compressed",
    ).reshape(len(names), n_columns)  # fmt: skip
    outlined = False
    for row, name in zip(panels, names, strict=True):
        scale = given.get(name) or maps.limits(table[name])
        for place, panel in enumerate(row):
            image = maps.draw_map(panel, ds, table[name].values[place], (up, along), name, scale)
            edge = None if tumor is None else tumor.values[place]
            lines = maps.draw_outline(panel, table[along].values, table[up].values, edge, level)
            outlined = outlined or lines is not None
        row[0].set_ylabel(style.wrapped(style.label(table[name], name).rpartition(" [")[0], _ALONG))
        _color_bar(row, image, style.unit(table[name]), table[name], scale)
    for panel, what in zip(panels[0], _titles(table, columns), strict=True):
        panel.set_title(what)
    maps.draw_scale_bar(panels[-1, 0], str(ds[along].attrs.get("units", "mm")))
    if ax is None:
        masked = bool(table[names[0]].isnull().any())
        maps.finish(panels[0, 0].figure, ds, table, level if outlined else None, masked)
    return panels


def _arms_at_one_time(
    ds: xr.Dataset, times: Sequence[float] | None, arm: str | None, arms: Sequence[str] | None, patient: int | None
) -> tuple[xr.Dataset, list[str]]:
    """Return the arms to compare at one time, the last by default, and which patient and time that is."""
    if "arm" not in ds.dims:
        raise InputError("columns: this Dataset has no dimension 'arm'; use columns='time'")
    if arm is not None:
        raise InputError("arm: columns are arms here; say arms=[...]")
    places = fields.places_in_time(ds, times, ds.sizes["time"])
    if times is not None and len(places) > 1:
        raise InputError(f"times: columns of arms show one time, not {len(places)}")
    known = fields.names_along(ds, "arm")
    one, said = fields.pick(ds.isel(arm=[known.index(name) for name in chosen_arms(ds, arms)]), "patient", patient)
    return one.isel(time=places[-1], drop=True), [*said, fields.day(ds, float(ds["time"].values[places[-1]]))]


def _titles(table: xr.Dataset, columns: str) -> list[str]:
    if columns == "time":
        return [fields.day(table, float(time)) for time in table["time"].values]
    return [style.wrapped(name, _ALONG) for name in fields.names_along(table, "arm")]


def _color_bar(row: Sequence[Axes], image, unit: str, values: xr.DataArray, scale: tuple[float, float]) -> None:
    """Draw the scale of a row at its right; arrows where values lie beyond it."""
    below, above = bool((values < scale[0] - 1e-3 * abs(scale[1])).any()), bool((values > scale[1]).any())
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    bar = row[0].figure.colorbar(
        image, ax=list(row), extend=extend[below, above], pad=0.02, shrink=0.94, aspect=14, fraction=0.06
    )
    bar.set_label(f"[{unit}]")
    bar.outline.set_linewidth(0.6)


FIGURE = Figure(field_slices, applies, field_slices_table, VARIANTS)
