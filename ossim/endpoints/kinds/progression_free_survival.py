"""Progression-free survival of one treatment line, dated by visits or by the true crossing."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr
from pydantic import Field

from ossim.dataset import require
from ossim.endpoints.base import MEDIAN, RATE, Alias
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, earlier, last_planned_visit, line_name, of_line, time_to_event
from ossim.endpoints.survival_endpoint import SurvivalEndpoint, SurvivalOptions
from ossim.errors import InputError

KINDS = ("visit", "true")


@patient_by_patient
def progression_free_survival(
    ds: xr.Dataset, line: int = 0, *, kind: str = "visit", failed: str = "raise"
) -> xr.Dataset:
    """Return the time from the start of a treatment line to its first progression, or to death during the line.

    By visits (as a trial reports it), patients without event are censored at their last measured visit of the line;
    by the true crossing, at the end of the line or of follow-up. Patients who never began the line have NaN.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    kind : "visit" (progression dated at the visit that shows it) or "true" (at the noise-free crossing)
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    Dataset with `time` [day] since the start of the line and `event`, dims (arm, patient)
    """
    if kind not in KINDS:
        raise InputError(f"kind is one of {', '.join(KINDS)}, not '{kind}'")
    require(ds, "death_time", "follow_up", purpose="progression-free survival")
    ds = admit(ds, failed)
    start, end = of_line(ds, "line_start", line), of_line(ds, "line_end", line)
    progression = of_line(ds, "progression_time" if kind == "visit" else "true_progression_time", line)
    # fmin skips NaN, so an unfinished line lasts until the end of follow-up.
    stopped = earlier(end, ds["follow_up"])
    death = ds["death_time"].where(ds["death_time"] <= stopped.fillna(np.inf))
    first = earlier(progression, death)
    if kind == "visit":
        # later deaths would count while the living are censored, and empty the curve
        first = first.where(first <= last_planned_visit(ds))
    censored = stopped if kind == "true" else _last_measured(ds, line, start)
    time = first.fillna(censored) - start
    return time_to_event(time, first.notnull(), f"progression-free survival, {line_name(line)}")


def _last_measured(ds: xr.Dataset, line: int, start: xr.DataArray) -> xr.DataArray:
    """Return the time of the last measured visit of `line` [day], its start if there was none."""
    require(ds, "visit_time", "line_at_visit", "sum_of_diameters", purpose="censoring at the last visit")
    measured = (ds["line_at_visit"] == line) & ds["sum_of_diameters"].notnull() & (ds["visit_time"] >= start)
    return ds["visit_time"].where(measured).max("visit").fillna(start)


class ProgressionOptions(SurvivalOptions):
    """Options of progression-free survival."""

    line: int = Field(default=0, ge=0, description="treatment line, 0 is the first")
    kind: str = Field(default="visit", description=f"what dates progression: {', '.join(KINDS)}")


_BINOMIAL = Alias(RATE, MappingProxyType({"estimator": "binomial"}))


class ProgressionFreeSurvival(SurvivalEndpoint):
    """Progression-free survival of a treatment line."""

    Options = ProgressionOptions
    title = "progression-free survival"
    words = ("PFS",)
    aliases = MappingProxyType(
        {
            "progression_free_rate": Alias(RATE),
            "progression_free": Alias(RATE),
            "event_free_rate": Alias(RATE),
            "event_free": Alias(RATE),
            "progression_free_rate_binomial": _BINOMIAL,
            "progression_free_binomial": _BINOMIAL,
            "progression_free_rate_after_first_visit": _BINOMIAL,
            "progression_free_after_first_visit": _BINOMIAL,
            "median_progression_free_survival": Alias(MEDIAN),
        }
    )

    def events(self, ds: xr.Dataset, options: ProgressionOptions, failed: str) -> xr.Dataset:
        """Time to progression or death."""
        return progression_free_survival(ds, options.line, kind=options.kind, failed=failed)


ENDPOINT = ProgressionFreeSurvival
