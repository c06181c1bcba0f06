"""The value of an outcome in every arm of a trial, by any of its names."""

from __future__ import annotations

import xarray as xr
from pydantic import ValidationError

from ossim.endpoints.base import Estimate
from ossim.endpoints.outcome import Outcome, load, parse_outcome
from ossim.errors import InputError
from ossim.sections.base import Nested


def estimate(ds: xr.Dataset, outcome: Outcome, failed: str = "raise") -> Estimate:
    """Return an outcome of every arm of a trial Dataset, with its Monte Carlo standard error."""
    return load(outcome.endpoint).estimate(ds, outcome.statistic, outcome.time, outcome.options, failed)


def value(ds: xr.Dataset, outcome: object, failed: str) -> xr.Dataset:
    """Return the Dataset of `ossim.endpoints.value`."""
    chosen = _parsed(outcome)
    found = estimate(ds, chosen, failed)
    unit = {"units": chosen.unit}
    return xr.Dataset(
        {
            "value": ("arm", found.value, {**unit, "long_name": chosen.text}),
            "error": ("arm", found.error, {**unit, "long_name": f"standard error of {chosen.text}"}),
        },
        coords={"arm": ds["arm"]},
    )


def _parsed(outcome: object) -> Outcome:
    try:
        return parse_outcome(outcome)
    except Nested as error:
        assert isinstance(error.error, ValidationError)
        faults = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.error.errors())
        raise InputError(*faults) from None
