"""The log-rank statistic of eight patients, worked by hand, with its sign."""

import numpy as np
import pytest
import xarray as xr

from ossim.endpoints import log_rank

# arm a: events on days 1 to 4, arm b: on days 5 to 8. Expected in a: 4/8 + 3/7 + 2/6 + 1/5; variance: the sum of
# n_a n_b / n^2 = 16/64 + 12/49 + 8/36 + 4/25.
OBSERVED, EXPECTED = 4.0, 4 / 8 + 3 / 7 + 2 / 6 + 1 / 5
VARIANCE = 16 / 64 + 12 / 49 + 8 / 36 + 4 / 25


def test_statistic_is_positive_where_the_first_arm_has_more_events_than_expected():
    times = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    events = xr.Dataset(
        {"time": (("arm", "patient"), times), "event": (("arm", "patient"), np.ones((2, 4), bool))},
        coords={"arm": ["a", "b"]},
    )
    expected = (OBSERVED - EXPECTED) / VARIANCE**0.5
    assert log_rank(events, "a", "b")[0] == pytest.approx(expected, rel=1e-12)
    assert log_rank(events, "b", "a")[0] == pytest.approx(-expected, rel=1e-12)
