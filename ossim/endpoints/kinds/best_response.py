"""Best response of each patient in one treatment line, up to its first progression."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr
from pydantic import Field

from ossim.criteria.recist import CONFIRMATION_INTERVAL
from ossim.criteria.rules import confirm
from ossim.dataset import Response, dataarray_attrs, require
from ossim.endpoints.base import Endpoint, Estimate, ShareOptions
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, line_name, of_line, visits_of_line
from ossim.endpoints.survival_endpoint import share_estimate

_BEST_FIRST = (Response.CR, Response.PR, Response.SD, Response.PD)


@patient_by_patient
def best_response(
    ds: xr.Dataset,
    line: int = 0,
    *,
    until: float = np.inf,
    confirmed: bool = False,
    failed: str = "raise",
) -> xr.DataArray:
    """Return the best response of each patient in a treatment line.

    A patient without an evaluable visit (early death, line never begun) is not evaluable.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    until : last visit that counts, since the start of the line [day]
    confirmed : count a response only if a visit at least 28 days later repeats it
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    int8, dims (arm, patient), values of `ossim.dataset.Response`

    References
    ----------
    Eisenhauer et al. 2009, doi 10.1016/j.ejca.2008.10.026, section 4.6.
    """
    require(ds, "response", "visit_time", "line_at_visit", purpose="best response")
    ds = admit(ds, failed)
    counted = visits_of_line(ds, line) & (ds["visit_time"] - of_line(ds, "line_start", line) <= until)
    codes = ds["response"].where(counted, Response.not_evaluable).transpose("arm", "patient", "visit").values
    if confirmed:
        time = ds["visit_time"].transpose("arm", "patient", "visit").values
        flat = (-1, codes.shape[-1])
        codes = confirm(codes.reshape(flat), time.reshape(flat), CONFIRMATION_INTERVAL).reshape(codes.shape)
    best = np.select([(codes == code).any(axis=-1) for code in _BEST_FIRST], _BEST_FIRST, Response.not_evaluable)
    return xr.DataArray(
        best.astype(np.int8),
        dims=("arm", "patient"),
        coords={"arm": ds["arm"], "patient": ds["patient"]},
        name="best_response",
        attrs=dataarray_attrs("response") | {"long_name": f"best response, {line_name(line)}"},
    )


class BestOptions(ShareOptions):
    """Options of the best response."""

    confirmed: bool = Field(default=False, description="count a response only if a later visit repeats it")


class BestResponse(Endpoint):
    """Share of patients of each best response among those who began the line."""

    Options = BestOptions
    title = "best response"
    statistics = MappingProxyType({code.name: False for code in _BEST_FIRST})
    unit = MappingProxyType({code.name: "1" for code in _BEST_FIRST})

    def estimate(
        self, ds: xr.Dataset, statistic: str, time: float | None, options: BestOptions, failed: str = "raise"
    ) -> Estimate:
        """Share whose best response is the statistic: CR, PR, SD or PD."""
        admitted = admit(ds, failed)
        best = best_response(admitted, options.line, confirmed=options.confirmed)
        subject = of_line(admitted, "line_start", options.line).notnull()
        n = subject.sum("patient").values
        k = ((best == Response[statistic]) & subject).sum("patient").values
        return share_estimate(np.divide(k, n, out=np.full(n.shape, np.nan), where=n > 0), n)


ENDPOINT = BestResponse
