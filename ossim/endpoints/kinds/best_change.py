"""Deepest change of the sum of diameters of each patient in one treatment line."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ossim.criteria.judged import judged_title, judged_variable
from ossim.dataset import require
from ossim.endpoints.base import MEDIAN, Endpoint, Estimate, ShareOptions
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


class BestChange(Endpoint):
    """Best change of what the criterion judges, over the patients with a visit after baseline."""

    Options = ShareOptions
    title = "best change of the tumor size"
    statistics = MappingProxyType({MEDIAN: False})
    unit = MappingProxyType({MEDIAN: "%"})

    def estimate(
        self, ds: xr.Dataset, statistic: str, time: float | None, options: ShareOptions, failed: str = "raise"
    ) -> Estimate:
        """Median over patients, with the standard error of its order statistics."""
        change = best_change(ds, options.line, failed=failed).transpose("arm", "patient").values
        found = [_median_and_error(one[~np.isnan(one)]) for one in change]
        value, error = np.array(found, float).reshape(-1, 2).T
        return Estimate(value, error)


def _median_and_error(values: NDArray[np.float64]) -> tuple[float, float]:
    """Median, and its standard error from the quantiles half a binomial standard deviation of ranks away."""
    if not values.size:
        return np.nan, np.nan
    reach = min(0.5 / np.sqrt(values.size), 0.5)
    low, median, high = np.quantile(values, [0.5 - reach, 0.5, 0.5 + reach])
    return float(median), float(high - low) / 2


ENDPOINT = BestChange
