"""Large cohorts: an endpoint of each patient is taken block by block, so that few visits are in memory at once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import xarray as xr

from ossim.endpoints.runs import admit

BLOCK = 16_384
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def patient_by_patient(endpoint: Endpoint) -> Endpoint:
    """Run an endpoint, whose value for a patient depends on this patient only, on blocks of a large cohort.

    A Dataset that is opened from a file then reads of each block what the endpoint needs, once.
    """

    @functools.wraps(endpoint)
    def whole(ds: xr.Dataset, *args: Any, **options: Any) -> Any:
        # Without the planned visits, the last visit of the trial is that of any patient.
        if ds.sizes.get("patient", 0) <= BLOCK or "planned_visit_time" not in ds:
            return endpoint(ds, *args, **options)
        admitted = admit(ds, options.get("failed", "raise"))
        parts = [endpoint(block, *args, **options) for block in _blocks(admitted)]
        return xr.concat(parts, "patient", coords="minimal", compat="override", join="override")

    return cast(Endpoint, whole)


def _blocks(ds: xr.Dataset) -> Iterator[xr.Dataset]:
    for first in range(0, ds.sizes["patient"], BLOCK):
        yield ds.isel(patient=slice(first, first + BLOCK))
