"""Kill by cytotoxics: its scale, its limits, and what stands still (models.md section 8)."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ossim.terms.cytotoxic import emax_kill, hill_kill, log_kill, logs_killed, norton_simon
from ossim.terms.growth import exponential_growth, gompertz_growth, logistic_growth

ROUNDING = 1e-14
INTEGRATED = 1e-9  # of a SciPy solution at 1e-12
N = np.array([1.0, 1e3, 5e5, 9e5])


def test_log_kill_takes_the_same_share_of_any_number():
    np.testing.assert_allclose(log_kill(N, 3.0, 0.2) / N, 0.6, rtol=ROUNDING)
    assert log_kill(1e6, 0.0, 0.2) == 0.0


def test_logs_killed_by_an_exposure():
    """n logs = k AUC / ln 10, whatever the course of the concentration."""
    k, decay, start = 0.7, 0.5, 4.0
    done = solve_ivp(lambda t, y: -log_kill(y, start * np.exp(-decay * t), k), (0, 100), [1e9], rtol=1e-12, atol=1e-12)
    assert np.log10(1e9 / done.y[0, -1]) == pytest.approx(logs_killed(start / decay, k), rel=INTEGRATED)
    assert logs_killed(np.log(10.0), 1.0) == pytest.approx(1.0, rel=ROUNDING)


@pytest.mark.parametrize(
    "law", [lambda n: exponential_growth(n, 0.1), lambda n: logistic_growth(n, 0.1, 1e6),
            lambda n: gompertz_growth(n, 0.1, 1e6)]
)  # fmt: skip
def test_norton_simon_stands_still_at_one_for_every_size(law):
    np.testing.assert_array_equal(norton_simon(law(N), 1.0), 0.0)
    np.testing.assert_array_equal(norton_simon(law(N), 0.0), law(N))
    assert (norton_simon(law(N), 2.0) < 0.0).all()


def test_norton_simon_kills_where_growth_is_fast():
    """Under Gompertz growth the share killed falls with the size; under log-kill it does not."""
    share = -norton_simon(gompertz_growth(N, 0.1, 1e6), 2.0) / N
    assert (np.diff(share) < 0.0).all()


def test_saturating_kill():
    assert hill_kill(10.0, 2.0, 0.4, 2.0, 3.0) == pytest.approx(2.0, rel=ROUNDING)
    assert hill_kill(10.0, 0.0, 0.4, 2.0, 3.0) == 0.0
    assert hill_kill(10.0, 1e6, 0.4, 2.0, 3.0) == pytest.approx(4.0, rel=ROUNDING)
    assert emax_kill(10.0, 2.0, 0.4, 2.0) == pytest.approx(2.0, rel=ROUNDING)
    c = np.geomspace(1e-6, 1e6, 25)
    np.testing.assert_allclose(hill_kill(5.0, c, 0.4, 2.0, 1.0), emax_kill(5.0, c, 0.4, 2.0), rtol=ROUNDING)


def test_kill_at_low_concentration_is_log_kill():
    assert emax_kill(1e6, 1e-9, 0.4, 2.0) == pytest.approx(log_kill(1e6, 1e-9, 0.2), rel=1e-9)
