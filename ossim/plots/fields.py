"""A Dataset of fields: which variables are fields, over which space, and how a figure takes a few times of one tumor.

Nothing here reads more of a lazily opened Dataset than what is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ossim.errors import InputError, nearest, unknown
from ossim.plots.style import INK, PALETTE

SPACES = (("r",), ("x",), ("y", "x"), ("z", "y", "x"))
TUMOR, TISSUE = "tumor_fraction", "tissue"
_TUMORS = frozenset({"arm", "patient"})
# What a figure shows first where not everything fits.
_FIRST = (
    "viable_cells", "necrosis", "mature_vessels", "oxygen", "cytotoxic_penetration", "interstitial_pressure", "vegf",
    "resistant_cells", "matrix", "immature_vessels",
)  # fmt: skip
# The viable cells hold the clones; the clones stand in for them where they are not stored.
_VIABLE, _CLONES, _REMAINS = "viable_cells", ("sensitive_cells", "resistant_cells"), ("necrosis", "matrix")
# Values that vary less than this, relative to their size, show nothing.
_FLAT = 1e-9
# Cells whose edges differ by more than this share are not equal.
_UNEQUAL = 1e-3
_ROUNDING = 1e-9
# A front is steep: where it is drawn hardly matters, and low leaves a cleared center inside.
_EDGE = 0.25


def space(ds: xr.Dataset) -> tuple[str, ...]:
    """Return the axes of space, slowest first: those of the variables over time; empty where there are none."""
    for axes in reversed(SPACES):
        if any(_is_field(values, axes) for values in ds.data_vars.values()):
            return axes
    return ()


def fields(ds: xr.Dataset) -> list[str]:
    """Return the variables over time and all axes of space, what matters most first.

    That is the order of the attribute `field_variables` (text, between blanks) where there is one.
    """
    axes = space(ds)
    found = [str(name) for name, values in ds.data_vars.items() if axes and _is_field(values, axes)]
    first = (*str(ds.attrs.get("field_variables", "")).split(), *_FIRST)
    return list(dict.fromkeys([name for name in first if name in found] + found))


def require_space(ds: xr.Dataset, figure: str, *allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the axes of space.

    Raises
    ------
    InputError
        If there is no field, or it lies in another space than those `allowed`, or its cells are not equal.
    """
    axes = space(ds)
    spaces = " or ".join(f"({', '.join(one)})" for one in allowed)
    if axes not in allowed:
        there = ", ".join(map(str, ds.sizes)) or "none"
        hint = "" if "time" in ds.dims else nearest("time", map(str, ds.dims))
        raise InputError(f"{figure} needs variables over time and space {spaces}; dimensions here: {there}{hint}")
    for axis in axes:
        if axis not in ds.coords:
            raise InputError(f"{figure}: the coordinate '{axis}' (centers of the cells) is missing")
        step(ds, axis)
    return axes


def step(ds: xr.Dataset, axis: str) -> float:
    """Return the edge of a cell along an axis [unit of the coordinate].

    Raises
    ------
    InputError
        If there are fewer than two cells, or they are not equal.
    """
    centers = np.asarray(ds[axis].values, dtype=float)
    steps = np.diff(centers)
    if steps.size == 0 or not steps[0] > 0 or np.abs(steps - steps.mean()).max() > _UNEQUAL * steps.mean():
        raise InputError(f"{axis}: at least two cells of equal edge, in rising order, are needed")
    return float(steps.mean())


def edges(ds: xr.Dataset, axis: str) -> tuple[float, float]:
    """Return where the first cell begins and the last one ends."""
    half = 0.5 * step(ds, axis)
    return float(ds[axis].values[0]) - half, float(ds[axis].values[-1]) + half


def one_tumor(ds: xr.Dataset, arm: str | None = None, patient: int | None = None) -> tuple[xr.Dataset, list[str]]:
    """Return the fields of one patient of one arm, the first by default, and in words which of several it is."""
    ds, which_arm = pick(ds, "arm", arm)
    ds, which_patient = pick(ds, "patient", patient)
    return ds, [*which_arm, *which_patient]


def pick(ds: xr.Dataset, dimension: str, wanted: str | int | None) -> tuple[xr.Dataset, list[str]]:
    """Return one arm or patient, the first by default, and in words which of several it is.

    Raises
    ------
    InputError
        If there is no such arm or patient; the message holds the nearest one.
    """
    if dimension not in ds.dims:
        if wanted is not None:
            raise InputError(f"{dimension}: this Dataset has no dimension '{dimension}'")
        return ds, []
    known = names_along(ds, dimension)
    if wanted is not None and str(wanted) not in known:
        raise unknown(dimension, wanted, known)
    place = 0 if wanted is None else known.index(str(wanted))
    said = [known[place] if dimension == "arm" else f"{dimension} {known[place]}"] if len(known) > 1 else []
    return ds.isel({dimension: place}, drop=True), said


def names_along(ds: xr.Dataset, dimension: str) -> list[str]:
    """Return the names of the arms or patients, as text."""
    return [str(one) for one in (ds[dimension].values if dimension in ds.coords else range(ds.sizes[dimension]))]


def plane(ds: xr.Dataset, axis: str, position: float | None) -> tuple[xr.Dataset, list[str]]:
    """Return a box cut across `axis` at the cell nearest to `position`, the middle by default, and that in words.

    Raises
    ------
    InputError
        If there is no such axis, or the position lies outside the box.
    """
    axes = space(ds)
    if len(axes) < 3:
        if position is not None:
            raise InputError(f"position: fields over ({', '.join(axes)}) are not cut")
        return ds, []
    if axis not in axes:
        raise unknown("axis", axis, axes)
    low, high = edges(ds, axis)
    if position is not None and not low <= position <= high:
        raise InputError(f"position: {position:g} is outside the box, {axis} from {low:g} to {high:g}")
    centers = ds[axis].values
    place = centers.size // 2 if position is None else int(np.abs(centers - position).argmin())
    unit = ds[axis].attrs.get("units", "mm")
    return ds.isel({axis: place}, drop=True), [f"plane {axis} = {centers[place]:.3g} {unit}"]


def places_in_time(ds: xr.Dataset, times: Sequence[float] | None, most: int) -> list[int]:
    """Return the places of the stored times nearest to `times` [day], by default `most` spread over the run.

    Raises
    ------
    InputError
        If a time lies outside the run.
    """
    if "time" not in ds.coords:
        raise InputError("the coordinate 'time' [day] is missing")
    stored = np.asarray(ds["time"].values, dtype=float)
    first, last = stored[0], stored[-1]
    slack = _ROUNDING * max(1.0, abs(last))
    wanted = np.linspace(first, last, min(most, stored.size)) if times is None else np.atleast_1d(times).astype(float)
    if wanted.size == 0:
        raise InputError("times: at least one is needed")
    for one in wanted:
        if not first - slack <= one <= last + slack:
            raise InputError(f"times: day {one:g} is outside the run, day {first:g} to {last:g}")
    return sorted({int(np.abs(stored - one).argmin()) for one in wanted})


def chosen_fields(ds: xr.Dataset, names: Sequence[str] | None) -> list[str]:
    """Return the fields `names`, by default all, what matters most first.

    Raises
    ------
    UnknownNameError
        If one is no field; the message holds the nearest one.
    """
    known = fields(ds)
    for name in names or ():
        if name not in known:
            raise unknown("field", name, known)
    return list(dict.fromkeys(names)) if names else known


def drawn(ds: xr.Dataset, names: Sequence[str], most: int | None = None) -> xr.Dataset:
    """Return, in memory, the fields `names`, NaN outside the tissue; with `most`, the first of them that vary.

    Parameters
    ----------
    ds : only the times and cells to draw
    names : fields
    most : how many at most; None: all, also those that do not vary
    """
    kept: dict[str, xr.DataArray] = {}
    for name in names:
        if len(kept) == most:
            break
        values = in_tissue(ds, ds[name].load())
        if most is None or _varies(values.values):
            kept[name] = values
    if not kept:
        raise InputError(f"no field varies over what is drawn: {', '.join(names)}")
    return xr.Dataset(kept)


def in_tissue(ds: xr.Dataset, values: xr.DataArray) -> xr.DataArray:
    """Return the values, NaN outside the tissue."""
    return values.where(ds[TISSUE].astype(bool)).assign_attrs(values.attrs) if TISSUE in ds else values


def has_outside(ds: xr.Dataset) -> bool:
    """Return whether a cell lies outside the tissue."""
    return TISSUE in ds and not bool(ds[TISSUE].all())


def tumor_fraction(ds: xr.Dataset, parts: Sequence[str]) -> xr.DataArray | None:
    """Return the sum of the fields `parts`, in memory, NaN outside the tissue; None without parts."""
    if not parts:
        return None
    total = sum(ds[name].load() for name in parts)
    return in_tissue(ds, total).assign_attrs(long_name="tumor fraction", units="1")


def tumor_parts(ds: xr.Dataset, chosen: Sequence[str] | None = None) -> list[str]:
    """Return the fields whose sum is the tumor.

    By default those that the attribute `tumor_variables` names (text, between blanks), else `tumor_fraction`, else
    viable cells, necrosis and matrix; none where an empty list is chosen.
    """
    said = ds.attrs.get("tumor_variables") if chosen is None else chosen
    if said is not None:
        names = said.split() if isinstance(said, str) else [str(name) for name in said]
        return chosen_fields(ds, names) if names else []
    known = fields(ds)
    if TUMOR in known:
        return [TUMOR]
    viable = (_VIABLE,) if _VIABLE in known else _CLONES
    return [name for name in (*viable, *_REMAINS) if name in known]


def edge_level(ds: xr.Dataset, largest: float, level: float | None) -> float | None:
    """Return the tumor fraction at which a tumor of at most `largest` is outlined; None for no outline.

    By default that of the attribute `tumor_level` of the Dataset, else a quarter of the largest.
    """
    if level is None and "tumor_level" in ds.attrs:
        return float(ds.attrs["tumor_level"])
    return level if level is not None or not largest > 0 else _EDGE * largest


def dose_rows(ds: xr.Dataset) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the name and the times [day] of the doses of each drug of one tumor."""
    if "dose_time" not in ds:
        return
    times = np.ravel(np.asarray(ds["dose_time"].values, dtype=float))
    names = np.full(times.shape, "doses", dtype=object)
    if "dose_compartment" in ds:
        names = np.ravel(ds["dose_compartment"].values.astype(str))
    elif "dose_drug" in ds and "drug" in ds.coords:
        drugs, place = ds["drug"].values.astype(str), np.ravel(ds["dose_drug"].values)
        names = np.where(place >= 0, drugs[np.maximum(place, 0)], "")
    for name in dict.fromkeys(names):
        mine = (names == name) & np.isfinite(times)
        if name and mine.any():
            yield str(name), times[mine]


def dose_ticks(ds: xr.Dataset) -> tuple[list[tuple[NDArray, str]], list[str]]:
    """Return the rows of dose ticks of one tumor, (times, color), and their names."""
    rows = list(dose_rows(ds))
    colors = [INK] if len(rows) == 1 else [PALETTE[place % len(PALETTE)] for place in range(len(rows))]
    return [(times, color) for (_, times), color in zip(rows, colors, strict=True)], [name for name, _ in rows]


def day(ds: xr.Dataset, time: float) -> str:
    """Return a time as the label of a panel, "day 12.5"; "time 12.5" where time has another unit."""
    word = "day" if ds["time"].attrs.get("units", "day") == "day" else "time"
    return f"{word} {time:.1f}".removesuffix(".0")


def _is_field(values: xr.DataArray, axes: tuple[str, ...]) -> bool:
    numbers = np.issubdtype(values.dtype, np.floating)
    needed = {"time", *axes}
    return numbers and needed <= set(values.dims) <= needed | _TUMORS


def _varies(values: NDArray) -> bool:
    there = values[np.isfinite(values)]
    return bool(there.size) and bool(np.ptp(there) > _FLAT * np.abs(there).max())
