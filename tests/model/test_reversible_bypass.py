"""Reversible bypass: closed form at constant levels, and its limits (no bypass, no way back, no order)."""

import numpy as np
import pytest

import ossim
from ossim.catalog import model_parameters

RTOL, ATOL = 1e-11, 1e-14
#: errors of steps add up over a course
CLOSE = 1e-8
TIMES = np.linspace(0.0, 300.0, 151)
VALUES = {name: item.value for name, item in model_parameters("reversible_bypass").items()}
DAYS = 100.0


def _run(doses=(), times=TIMES, **parameters):
    return ossim.simulate("reversible_bypass", times, None, doses, parameters, rtol=RTOL, atol=ATOL)


def _course(drug, start, days=DAYS, level=1.0):
    return {"time": start, "amt": level * days, "dur": days, "cmt": drug}


def _sequence(*drugs):
    return [_course(drug, place * DAYS) for place, drug in enumerate(drugs) if drug]


@pytest.mark.parametrize("tki, mtor", [(1.0, 0.0), (0.6, 0.0), (0.6, 0.7), (0.0, 1.0)])
def test_constant_levels_have_a_closed_form(tki, mtor):
    p, t = VALUES, TIMES
    doses = [_course("tki", 0, 300, tki), _course("mtor_inhibitor", 0, 300, mtor)]
    found = _run(doses, initial_bypass_activity=0.3)
    on, off = p["bypass_onset_rate"] * tki, p["bypass_decay_rate"] * (1.0 - tki)
    rest, pace = on / (on + off), on + off
    m = rest + (0.3 - rest) * np.exp(-pace * t)
    area = rest * t + (0.3 - rest) * -np.expm1(-pace * t) / pace
    left = p["mtor_effect_without_bypass"]
    by_mtor = p["mtor_kill_rate"] * mtor * (left * t + (1.0 - left) * area)
    by_tki = p["tki_kill_rate"] * tki * (t - p["bypass_strength"] * area)
    np.testing.assert_allclose(found.bypass_activity, m, rtol=CLOSE)
    np.testing.assert_allclose(
        found.sensitive_volume, 9990.0 * np.exp(p["growth_rate"] * t - by_tki - by_mtor), rtol=CLOSE
    )
    np.testing.assert_allclose(found.resistant_volume, 10.0 * np.exp(p["growth_rate"] * t - by_mtor), rtol=CLOSE)


def test_without_onset_it_is_the_plain_model_of_two_clones():
    p = VALUES
    found = _run([_course("tki", 0, 300)], bypass_onset_rate=0.0)
    assert (found.bypass_activity == 0.0).all()
    net = p["growth_rate"] - p["tki_kill_rate"]
    np.testing.assert_allclose(found.sensitive_volume, 9990.0 * np.exp(net * TIMES), rtol=CLOSE)
    np.testing.assert_allclose(found.resistant_volume, 10.0 * np.exp(p["growth_rate"] * TIMES), rtol=CLOSE)


def test_without_decay_it_is_irreversible():
    found = _run(_sequence("tki", "mtor_inhibitor", "tki"), bypass_decay_rate=0.0)
    on_drug = np.minimum(TIMES, DAYS) + np.maximum(TIMES - 2 * DAYS, 0.0)
    np.testing.assert_allclose(
        found.bypass_activity, -np.expm1(-VALUES["bypass_onset_rate"] * on_drug), rtol=CLOSE, atol=ATOL
    )
    assert (np.diff(found.bypass_activity) >= -ATOL).all()


def test_bypass_fades_without_tki_at_its_own_rate():
    found = _run([_course("tki", 0)])
    after = TIMES >= DAYS
    peak = -np.expm1(-VALUES["bypass_onset_rate"] * DAYS)
    expected = peak * np.exp(-VALUES["bypass_decay_rate"] * (TIMES[after] - DAYS))
    np.testing.assert_allclose(found.bypass_activity[after], expected, rtol=CLOSE)


ORDERS = (("tki", "mtor_inhibitor", None), ("mtor_inhibitor", "tki", None), (None, "tki", "mtor_inhibitor"))


def test_order_does_not_matter_where_the_bypass_acts_on_neither_drug():
    """The TKI loses nothing to the bypass (phi = 0) and the mTOR inhibitor does not need it (eps0 = 1)."""
    plain = {"bypass_strength": 0.0, "mtor_effect_without_bypass": 1.0}
    ends = [_run(_sequence(*order), **plain).isel(time=-1) for order in ORDERS]
    for name in ("sensitive_volume", "resistant_volume"):
        np.testing.assert_allclose([float(end[name]) for end in ends], float(ends[0][name]), rtol=CLOSE)


def test_phi_of_zero_leaves_the_effect_of_the_tki_alone():
    """The mTOR inhibitor still needs the bypass, so it gains from coming after the TKI."""
    first, second, _ = (_run(_sequence(*order), bypass_strength=0.0).isel(time=-1) for order in ORDERS)
    assert float(first.sensitive_volume) < float(second.sensitive_volume)
    # and so does the clone that no TKI reaches
    assert float(first.resistant_volume) < float(second.resistant_volume)


def test_order_matters_with_the_bypass():
    ends = [float(_run(_sequence(*order)).tumor_volume[-1]) for order in ORDERS[:2]]
    assert ends[0] < 0.8 * ends[1]


def test_pause_on_an_mtor_inhibitor_restores_the_tki():
    """TKI, mTOR inhibitor, TKI leaves less than TKI throughout, and more where the bypass cannot fade."""
    between = _run(_sequence("tki", "mtor_inhibitor", "tki"))
    throughout = _run([_course("tki", 0, 300)])
    stuck = _run(_sequence("tki", "mtor_inhibitor", "tki"), bypass_decay_rate=0.0)
    ends = [float(found.sensitive_volume[-1]) for found in (between, throughout, stuck)]
    assert ends[0] < ends[1]
    assert ends[0] < ends[2]
    assert float(between.tki_effect_left.sel(time=200)) > float(between.tki_effect_left.sel(time=100))


def test_every_number_is_said_to_be_chosen():
    for item in model_parameters("reversible_bypass").values():
        assert item.tier == "assumed"
        assert item.note
