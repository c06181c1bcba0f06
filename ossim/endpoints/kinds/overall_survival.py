"""Overall survival: time from enrollment to death."""

from __future__ import annotations

from types import MappingProxyType

import xarray as xr

from ossim.dataset import require
from ossim.endpoints.base import MEDIAN, RATE, Alias
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, time_to_event
from ossim.endpoints.survival_endpoint import SurvivalEndpoint, SurvivalOptions


@patient_by_patient
def overall_survival(ds: xr.Dataset, *, failed: str = "raise") -> xr.Dataset:
    """Return the time from enrollment to death, censored at the end of follow-up.

    Parameters
    ----------
    ds : trial Dataset
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `time` [day] and `event`, dims (arm, patient)
    """
    require(ds, "death_time", "follow_up", purpose="overall survival")
    ds = admit(ds, failed)
    died = ds["death_time"].notnull()
    return time_to_event(ds["death_time"].fillna(ds["follow_up"]), died, "overall survival")


class OverallSurvival(SurvivalEndpoint):
    """Overall survival."""

    title = "overall survival"
    words = ("OS",)
    aliases = MappingProxyType({"overall_survival_rate": Alias(RATE), "median_overall_survival": Alias(MEDIAN)})

    def events(self, ds: xr.Dataset, options: SurvivalOptions, failed: str) -> xr.Dataset:
        """Time to death."""
        return overall_survival(ds, failed=failed)


ENDPOINT = OverallSurvival
