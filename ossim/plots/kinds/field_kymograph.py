"""Fields over one axis of space as kymographs: place upward, time along, one panel and one color scale per field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ossim.errors import InputError
from ossim.plots import fields, maps, style
from ossim.plots.bands import draw_doses
from ossim.plots.base import Figure

_FIGURE = "a kymograph"
_LINES = (("r",), ("x",))
_MOST_PANELS = 6
# More points in time than this cannot be told apart in a panel.
_MOST_TIMES = 400
_WIDTH, _HEIGHT = 4.0, 2.0
_UP = 24


def applies(ds: xr.Dataset) -> bool:
    """Return whether the Dataset holds fields over a radius or a line."""
    return fields.space(ds) in _LINES and ds.sizes["time"] > 1


def field_kymograph_table(
    ds: xr.Dataset,
    *,
    variables: Sequence[str] | None = None,
    arm: str | None = None,
    patient: int | None = None,
    outline: Sequence[str] | None = None,
) -> xr.Dataset:
    """Return the numbers of `field_kymograph`, dims (time, r or x), and the `tumor_fraction` that is outlined.

    Of a long run the times are evenly thinned to what a panel can show.
    """
    (axis,) = fields.require_space(ds, _FIGURE, *_LINES)
    if ds.sizes["time"] < 2:
        raise InputError("a kymograph needs at least two times")
    names, parts = fields.chosen_fields(ds, variables), fields.tumor_parts(ds, outline)
    one, said = fields.one_tumor(ds, arm, patient)
    one = one.isel(time=fields.places_in_time(ds, None, _MOST_TIMES))
    table = fields.drawn(one, names, None if variables else _MOST_PANELS)
    tumor = fields.tumor_fraction(one, parts)
    if tumor is not None and fields.TUMOR not in table:
        table[fields.TUMOR] = tumor
    return table.transpose("time", axis).assign_attrs(shown=" · ".join(said))


@style.styled
def field_kymograph(
    ds: xr.Dataset,
    *,
    ax: Axes | NDArray | None = None,
    variables: Sequence[str] | None = None,
    arm: str | None = None,
    patient: int | None = None,
    outline: Sequence[str] | None = None,
    level: float | None = None,
    limits: Mapping[str, tuple[float, float]] | None = None,
) -> Axes | NDArray:
    """Draw each field over time and place, with the edge of the tumor; doses are ticks above.

    Parameters
    ----------
    ds : Dataset of fields over (r,) or (x,)
    ax : one Axes per field, a new figure by default
    variables : fields to draw, by default up to six that vary
    arm : the arm to draw, the first by default
    patient : the patient to draw, the first by default
    outline : fields whose sum is outlined, by default those that make the tumor; an empty list: no outline
    level : tumor fraction of the outline, by default a quarter of the largest
    limits : color limits by field

    Raises
    ------
    InputError
        If the Dataset has no such fields, arm or patient; the message holds the nearest valid name.
    """
    table = field_kymograph_table(ds, variables=variables, arm=arm, patient=patient, outline=outline)
    names = [str(name) for name in table.data_vars if name != fields.TUMOR or name in (variables or ())]
    given = maps.checked_limits(limits, names)
    tumor = table.get(fields.TUMOR)
    level = None if tumor is None else fields.edge_level(ds, float(tumor.max()), level)
    (axis,) = fields.space(ds)
    time, place = table["time"].values.astype(float), table[axis].values
    panels = style.panels(ax, len(names), width=_WIDTH, height=_HEIGHT, sharex=True, sharey=True)
    rows, labels = fields.dose_ticks(fields.one_tumor(ds, arm, patient)[0])
    outlined = False
    for panel, name in zip(panels, names, strict=True):
        scale = given.get(name) or maps.limits(table[name])
        maps.hatch_missing(panel)
        mesh = panel.pcolormesh(
            time, place, np.ma.masked_invalid(table[name].values.T), shading="nearest", vmin=scale[0], vmax=scale[1],
            cmap=maps.color_map(name, scale[0]), rasterized=True,
        )  # fmt: skip
        lines = maps.draw_outline(panel, time, place, None if tumor is None else tumor.values.T, level)
        outlined = outlined or lines is not None
        panel.set_xlim(time[0], time[-1])
        panel.set_ylim(0.0 if axis == "r" else fields.edges(ds, axis)[0], fields.edges(ds, axis)[1])
        bar = panel.figure.colorbar(mesh, ax=panel, pad=0.02, aspect=14)
        bar.set_label(style.label(table[name], name, _UP))
        draw_doses(panel, rows, float(time[-1]), labels)
    style.label_outer(panels, style.label(ds["time"], "time"), style.label(ds[axis], axis, _UP))
    if ax is None:
        maps.finish(panels[0].figure, ds, table, level if outlined else None, fields.has_outside(ds))
    return style.one_or_all(panels)


FIGURE = Figure(field_kymograph, applies, field_kymograph_table)
