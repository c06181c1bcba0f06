"""Deepest change of the sum of diameters of each patient in one treatment line."""

from __future__ import annotations

import xarray as xr

from ossim.criteria.judged import judged_title, judged_variable
from ossim.dataset import require
from ossim.endpoints.blocks import patient_by_patient
from ossim.endpoints.runs import admit, line_name, relative_change


@patient_by_patient
def best_change(
    ds: xr.Dataset,
    line: int = 0,
    *,
    variable: str | None = None,
    failed: str = "raise",
) -> xr.DataArray:
    """Return the smallest change from baseline over the visits of a treatment line, its progression visit included.

    Parameters
    ----------
    ds : trial Dataset
    line : treatment line
    variable : "sum_of_diameters" (measured), "true_sum_of_diameters" or "burden"; by default what the criterion of the
        trial judges
    failed : "raise" or "exclude" runs whose status is not ok

    Returns
    -------
    float, dims (arm, patient) [%], NaN without a visit after baseline
    """
    variable = variable or judged_variable(ds)
    require(ds, variable, "visit_time", "line_at_visit", purpose="best change")
    change = 100 * relative_change(admit(ds, failed), line, variable).min("visit").transpose("arm", "patient")
    change.attrs = {"units": "%", "long_name": f"best change of {_title(ds, variable)}, {line_name(line)}"}
    return change.rename("best_change")


def _title(ds: xr.Dataset, variable: str) -> str:
    return judged_title(ds) if variable == "burden" else "sum of diameters"
