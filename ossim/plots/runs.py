"""The runs of a sweep: along which coordinates they vary, and what was measured in each."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray


def run_coordinates(ds: xr.Dataset) -> list[str]:
    """Return the coordinates on `run` that vary, numbers or texts, the index itself excepted."""
    return [
        str(name)
        for name, values in ds.coords.items()
        if name != "run" and values.dims == ("run",) and levels(values.values)[0].size > 1
    ]


def measured(ds: xr.Dataset) -> list[str]:
    """Return the measured variables over (run,) or (run, arm): counts and flags are whole numbers, outcomes are not."""
    return [
        str(name)
        for name, values in ds.data_vars.items()
        if set(values.dims) in ({"run"}, {"run", "arm"}) and np.issubdtype(values.dtype, np.floating)
    ]


def levels(values: NDArray) -> tuple[NDArray, NDArray]:
    """Return the distinct values and the place of each value among them: numbers rising, texts as they come."""
    distinct, first, place = np.unique(values, return_index=True, return_inverse=True)
    if np.issubdtype(values.dtype, np.number):
        return distinct, place
    order = np.argsort(first)
    return distinct[order], np.argsort(order)[place]
