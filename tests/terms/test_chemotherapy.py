"""Kill that levels off with the amount of a drug, and an effect that wanes to a floor."""

import numpy as np
import pytest

from ossim.terms.chemotherapy import killed_share, waning

ROUNDING = 1e-14


def test_kill_is_linear_at_first_and_whole_at_last():
    assert killed_share(0.0, 2.478) == 0.0
    assert killed_share(1e-6, 2.478) == pytest.approx(2.478e-6, rel=1e-5)
    assert killed_share(100.0, 2.478) == 1.0
    assert killed_share(np.log(2.0), 1.0) == pytest.approx(0.5, rel=ROUNDING)


def test_effect_wanes_within_eight_days_to_a_sixteenth():
    """Le 2021 with f = 0.5 and a = 16 d: 0.5625 at the start, 0.0625 from day 8."""
    days = np.array([0.0, 4.0, 8.0, 28.0])
    np.testing.assert_allclose(waning(days, 0.5, 16.0), [0.5625, 0.3125, 0.0625, 0.0625], rtol=ROUNDING)
