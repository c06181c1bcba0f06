"""Fields as they are made: a labelled Dataset in memory, or a zarr store that can be read while it grows.

A store on disk is whole from the start, with NaN where nothing was written yet; each output goes to its own chunk. So
what was written before a failure stays readable, and the attribute `reached` says how far a run came [day].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr

from ossim.numerics.pde.grid import Grid

FIELDS = "fields.zarr"
SPACE = ("r", "x", "y", "z")


class FieldStore:
    """Fields over leading dimensions, time and space.

    Parameters
    ----------
    leading : dimension -> coordinate values, before time
    fields : name -> attributes
    length_unit : of the coordinates of space
    path : folder of the zarr store; None: in memory
    """

    def __init__(
        self,
        grid: Grid,
        leading: Mapping[str, Any],
        times: np.ndarray,
        fields: Mapping[str, Mapping[str, str]],
        attributes: Mapping[str, Any],
        time_unit: str = "day",
        length_unit: str = "mm",
        path: Path | None = None,
    ):
        space = {axis: grid.centers(number) for number, axis in enumerate(grid.axes)}
        coordinates: dict[str, Any] = {**{name: (values, {}) for name, values in leading.items()}}
        coordinates["time"] = (times, {"units": time_unit, "long_name": "time"})
        coordinates |= {
            axis: (values, {"units": length_unit, "long_name": _AXIS_NAMES[axis]}) for axis, values in space.items()
        }
        self.dims, self.path, self.grid = tuple(coordinates), path, grid
        sizes = tuple(len(values) for values, _ in coordinates.values())
        tissue = np.ones(grid.shape, bool) if grid.mask is None else grid.mask
        root = {"field_dataset": 1, **attributes}
        if path is None:
            arrays = {name: (self.dims, np.full(sizes, np.nan), dict(kept)) for name, kept in fields.items()}
            arrays["tissue"] = (grid.axes, tissue, {"long_name": "whether a cell is tissue"})
            labels = {name: ((name,), values, kept) for name, (values, kept) in coordinates.items()}
            self._dataset: xr.Dataset | None = xr.Dataset(arrays, labels, root)
            return
        self._dataset = None
        self._group = zarr.open_group(path, mode="w-", attributes=dict(root))
        chunks = (1,) * (len(sizes) - len(space)) + grid.shape
        for name, kept in fields.items():
            self._group.create_array(
                name, shape=sizes, chunks=chunks, dtype="f4", fill_value=np.nan, dimension_names=self.dims,
                attributes=dict(kept),
            )  # fmt: skip
        for name, (values, kept) in coordinates.items():
            self._put_whole(name, np.asarray(values), (name,), kept)
        self._put_whole("tissue", tissue, grid.axes, {"long_name": "whether a cell is tissue"})

    def _put_whole(self, name: str, values: np.ndarray, dims: tuple[str, ...], attributes: Mapping[str, str]) -> None:
        if values.dtype.kind == "U":
            values = values.astype(np.dtypes.StringDType())
            array = self._group.create_array(
                name, shape=values.shape, dtype=str, dimension_names=dims, attributes=dict(attributes)
            )
            array[...] = values
            return
        self._group.create_array(name, data=values, dimension_names=dims, attributes=dict(attributes))

    def put(self, place: tuple[int, ...], fields: Mapping[str, np.ndarray]) -> None:
        """Write the fields of one output; `place` is their index along all dimensions before space."""
        for name, values in fields.items():
            shown = values if self.grid.mask is None else np.where(self.grid.mask, values, np.nan)
            if self._dataset is None:
                array: Any = self._group[name]
                array[place] = shown.astype(np.float32)
            else:
                self._dataset[name].values[place] = shown

    def reached(self, time: float) -> None:
        """Say how far the runs came [day]."""
        if self._dataset is None:
            self._group.attrs["reached"] = float(time)
        else:
            self._dataset.attrs["reached"] = float(time)

    def dataset(self) -> xr.Dataset:
        """The fields; those of a store on disk are read when they are used."""
        if self._dataset is not None:
            return self._dataset
        assert self.path is not None
        return open_fields(self.path)


def fields_of(dataset: xr.Dataset) -> list[str]:
    """Names of the variables over time and space."""
    return [str(name) for name, one in dataset.data_vars.items() if "time" in one.dims and {*SPACE} & {*one.dims}]


def open_fields(path: Path) -> xr.Dataset:
    """Open a zarr store of fields; what is used is read when it is used."""
    return xr.open_zarr(path, chunks=None, consolidated=False, decode_times=False, decode_timedelta=False)


_AXIS_NAMES = {"r": "distance from the center", "x": "x", "y": "y", "z": "z"}
