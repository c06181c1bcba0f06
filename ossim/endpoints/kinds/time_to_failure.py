"""Time to failure of a whole strategy: progression in its last treatment line, or death."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr

from ossim.dataset import require
from ossim.endpoints.base import MEDIAN, RATE, Alias
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, earlier, last_planned_visit, time_to_event
from ossim.endpoints.survival_endpoint import SurvivalEndpoint, SurvivalOptions


@patient_by_patient
def time_to_failure(ds: xr.Dataset, *, failed: str = "raise") -> xr.Dataset:
    """Return the time from enrollment to progression in the last treatment line, or to death.

    Each further line adds about one visit interval to this endpoint even where its drug does nothing, because a
    failing line is only seen at the next visit: compare strategies of different length by overall survival as well.
    The last line is that of `planned_lines` where the Dataset holds it, else the last one the patient began.
    Nobody looks for progression off treatment: patients whose treatment ended without failure, after a planned time,
    are censored there.

    Parameters
    ----------
    ds : trial Dataset
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `time` [day] since enrollment and `event`, dims (arm, patient); patients without failure are censored
    at the end of treatment or at the last planned visit
    """
    require(ds, "line_start", "line_end", "progression_time", "death_time", "follow_up", purpose="time to failure")
    ds = admit(ds, failed)
    begun = ds["line_start"].notnull().sum("line")
    last = ds.get("planned_lines", begun) - 1
    number = xr.DataArray(np.arange(ds.sizes["line"]), dims="line", coords={"line": ds["line"]})
    progression = ds["progression_time"].where(number == last).max("line")
    treated, end = ds["line_end"].max("line"), last_planned_visit(ds)
    observed = xr.where((treated < ds["follow_up"]) & progression.isnull(), treated, ds["follow_up"])
    first = earlier(progression, ds["death_time"])
    first = first.where((first <= end) & (first <= observed))
    return time_to_event(first.fillna(earlier(observed, end)), first.notnull(), "time to failure of strategy")


class TimeToFailure(SurvivalEndpoint):
    """Time to failure of a strategy."""

    title = "time to failure of a strategy"
    words = ("TTF",)
    aliases = MappingProxyType({"time_to_failure_rate": Alias(RATE), "median_time_to_failure": Alias(MEDIAN)})

    def events(self, ds: xr.Dataset, options: SurvivalOptions, failed: str) -> xr.Dataset:
        """Time to failure."""
        return time_to_failure(ds, failed=failed)


ENDPOINT = TimeToFailure
