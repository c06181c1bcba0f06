"""Time until the tumor reaches a multiple of its baseline volume."""

from __future__ import annotations

import numpy as np
import xarray as xr
from pydantic import Field

from ossim.dataset import require
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, earlier, time_to_event
from ossim.endpoints.survival_endpoint import SurvivalEndpoint, SurvivalOptions
from ossim.errors import InputError

DEATH = ("event", "censor")


@patient_by_patient
def time_to_burden(ds: xr.Dataset, *, factor: float = 3.0, death: str = "event", failed: str = "raise") -> xr.Dataset:
    """Return the time until the tumor volume first reaches `factor` times baseline, or until death.

    The crossing is interpolated between visits, linear in the logarithm of the volume, so the endpoint does not
    depend on response criteria, lines or measurement error.

    Parameters
    ----------
    ds : trial Dataset
    factor : multiple of the baseline volume, above 1 [1]
    death : whether death before the crossing is an "event" or a "censor"
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `time` [day] since enrollment and `event`, dims (arm, patient); the rest are censored at their last
    visit with a volume
    """
    if death not in DEATH:
        raise InputError(f"death is one of {', '.join(DEATH)}, not '{death}'")
    if not factor > 1:
        raise InputError(f"factor is a multiple of the baseline volume above 1, not {factor}")
    require(ds, "tumor_volume", "visit_time", "death_time", purpose="time to burden")
    ds = admit(ds, failed)
    crossing, last = _crossing_and_last(ds, factor)
    first = earlier(crossing, ds["death_time"]) if death == "event" else crossing
    censored = last if death == "event" else earlier(last, ds["death_time"])
    return time_to_event(first.fillna(censored), first.notnull(), f"time to {factor:g} times baseline volume")


def _crossing_and_last(ds: xr.Dataset, factor: float) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the time of the first crossing (NaN if none) and of the last visit with a volume."""
    order = ("arm", "patient", "visit")
    seen = ds["tumor_volume"].notnull()
    planned = ds["planned_visit_time"] if "planned_visit_time" in ds else ds["visit_time"]
    time = planned.where(seen & planned.notnull())
    baseline = ds["tumor_volume"].isel(visit=0)
    relative = (ds["tumor_volume"].where(seen) / (factor * baseline)).transpose(*order)
    excess = xr.apply_ufunc(np.log, relative)
    reached = excess >= 0
    after = time.where(reached).min("visit")
    previous = time.where(time < after).max("visit")
    low = excess.where(time == previous).max("visit")
    high = excess.where(time == after).max("visit")
    return previous - (after - previous) * low / (high - low), time.max("visit")


class BurdenOptions(SurvivalOptions):
    """Options of the time to a multiple of the baseline volume."""

    factor: float = Field(default=3.0, gt=1, description="multiple of the baseline volume")
    death: str = Field(default="event", description=f"what death before it is: {', '.join(DEATH)}")


class TimeToBurden(SurvivalEndpoint):
    """Time to a multiple of the baseline volume."""

    Options = BurdenOptions
    title = "time to a multiple of the baseline volume"

    def events(self, ds: xr.Dataset, options: BurdenOptions, failed: str) -> xr.Dataset:
        """Time to the multiple."""
        return time_to_burden(ds, factor=options.factor, death=options.death, failed=failed)


ENDPOINT = TimeToBurden
