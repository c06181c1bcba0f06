"""Objective response rate with its exact interval."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr
from pydantic import Field

from ossim.criteria.minor import is_minor_response
from ossim.dataset import Response
from ossim.endpoints.base import RATE, Alias, Endpoint, Estimate, ShareOptions
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.intervals import clopper_pearson
from ossim.endpoints.kinds.best_response import best_response
from ossim.endpoints.runs import admit, baseline_of_line, line_name, of_line, visits_of_line
from ossim.endpoints.survival_endpoint import share_estimate


def objective_response(
    ds: xr.Dataset,
    line: int = 0,
    *,
    until: float = np.inf,
    with_minor: bool = False,
    confirmed: bool = False,
    confidence_level: float = 0.95,
    failed: str = "raise",
) -> xr.Dataset:
    """Return the share of patients whose best response in a treatment line is CR or PR.

    Only visits of the line count, before its first progression. Every patient who began the line is in the
    denominator.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    until : last visit that counts, since the start of the line [day]
    with_minor : count shrinkage of 10 to 30 % as well (no RECIST category; some older reports do)
    confirmed : count a response only if a visit at least 28 days later repeats it
    confidence_level : of the exact (Clopper-Pearson) interval
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `rate`, `ci_low`, `ci_high`, `k` (responders) and `n` (patients), dims (arm,)
    """
    counted = _responders(ds, line, until=until, with_minor=with_minor, confirmed=confirmed, failed=failed)
    k, n = (counted["responder"] & counted["subject"]).sum("patient"), counted["subject"].sum("patient")
    low, high = clopper_pearson(k.values, n.values, confidence_level)
    rate = xr.Dataset({"rate": k / n.where(n > 0), "ci_low": ("arm", low), "ci_high": ("arm", high), "k": k, "n": n})
    name = "response rate with minor responses" if with_minor else "objective response rate"
    rate["rate"].attrs = {"units": "1", "long_name": f"{name}, {line_name(line)}"}
    rate.attrs = {"confidence_level": confidence_level, "interval": "Clopper-Pearson"}
    return rate.drop_vars([coord for coord in rate.coords if coord != "arm"])


@patient_by_patient
def _responders(
    ds: xr.Dataset, line: int, *, until: float, with_minor: bool, confirmed: bool, failed: str
) -> xr.Dataset:
    """Return who responded and who began the line, dims (arm, patient)."""
    ds = admit(ds, failed)
    best = best_response(ds, line, until=until, confirmed=confirmed)
    responder = best.isin([Response.CR, Response.PR])
    start = of_line(ds, "line_start", line)
    if with_minor:
        counted = visits_of_line(ds, line) & (ds["visit_time"] - start <= until) & (ds["response"] != Response.PD)
        baseline = baseline_of_line(ds, line)
        minor = xr.apply_ufunc(is_minor_response, ds["sum_of_diameters"], baseline)
        # An unconfirmed partial response still shrank by a minor one.
        partial = ds["response"].isin([Response.CR, Response.PR])
        responder = responder | ((minor | partial) & counted).any("visit")
    return xr.Dataset({"responder": responder, "subject": start.notnull()})


class ResponseOptions(ShareOptions):
    """Options of the objective response rate."""

    with_minor: bool = Field(default=False, description="count shrinkage of 10 to 30 % as well")
    confirmed: bool = Field(default=False, description="count a response only if a later visit repeats it")


_WITH_MINOR = Alias(RATE, MappingProxyType({"with_minor": True}))


class ObjectiveResponse(Endpoint):
    """Objective response rate; with a time, over visits up to it."""

    Options = ResponseOptions
    title = "objective response rate"
    words = ("ORR",)
    statistics = MappingProxyType({RATE: False})
    unit = MappingProxyType({RATE: "1"})
    aliases = MappingProxyType(
        {
            "objective_response_rate": Alias(RATE),
            "objective_response_rate_with_minor": _WITH_MINOR,
            "objective_response_with_minor": _WITH_MINOR,
        }
    )

    def estimate(
        self, ds: xr.Dataset, statistic: str, time: float | None, options: ResponseOptions, failed: str = "raise"
    ) -> Estimate:
        """Share of patients with a response, over all visits of the line or up to `time` since its start."""
        until = np.inf if time is None else time
        minor, confirmed = options.with_minor, options.confirmed
        rate = objective_response(ds, options.line, until=until, with_minor=minor, confirmed=confirmed, failed=failed)
        return share_estimate(rate["rate"].values, rate["n"].values)


ENDPOINT = ObjectiveResponse
