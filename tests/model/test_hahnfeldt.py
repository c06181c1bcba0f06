"""Tumor under angiogenic control: state of rest, and SciPy as a second opinion under treatment."""

import numpy as np
import pytest
from scipy.integrate import odeint

import ossim

TIMES = np.array([0.0, 1.0, 4.0, 7.0, 10.0, 13.0])
RTOL = 1e-10
DRUGS = {"endostatin": (0.66, 1.7), "angiostatin": (0.15, 0.38), "tnp470": (1.3, 10.1)}  # effect, clearance (table 1)
DOSES = {"endostatin": 20.0, "angiostatin": 20.0, "tnp470": 30.0}


def _reference(doses, times=TIMES):
    """Equations 1-4 with the drug levels as superposed exponentials, restarted at each dose."""

    def level(drug, t, given):
        return sum(amount * np.exp(-DRUGS[drug][1] * (t - time)) for time, name, amount in given if name == drug)

    def rates(y, t, given):
        V, K = y
        inhibition = sum(effect * level(drug, t, given) for drug, (effect, _) in DRUGS.items())
        return -0.192 * V * np.log(V / K), 5.85 * V - 0.00873 * K * V ** (2 / 3) - inhibition * K

    y, now, found = np.array([180.0, 625.0]), 0.0, []
    for stop in np.unique(np.concatenate([times, [time for time, _, _ in doses]])):
        given = [dose for dose in doses if dose[0] <= now]
        if stop > now:
            y = odeint(rates, y, [now, stop], args=(given,), rtol=1e-12, atol=1e-12, mxstep=10_000)[-1]
        if stop in times:
            found.append(y)
        now = stop
    return np.array(found)


def _found(doses, **parameters):
    rows = [dict(time=time, amt=amount, cmt=drug) for time, drug, amount in doses]
    return ossim.simulate("hahnfeldt1999", TIMES, doses=rows, parameters=parameters, rtol=RTOL, atol=1e-12)


@pytest.mark.parametrize("drugs", [(), ("endostatin",), ("angiostatin",), ("tnp470",), ("endostatin", "angiostatin")])
def test_treatment_agrees_with_scipy(drugs):
    doses = [(float(day), drug, DOSES[drug]) for drug in drugs for day in range(13)]
    found, expected = _found(doses), _reference(doses)
    np.testing.assert_allclose(found.tumor_volume, expected[:, 0], rtol=1e-7)
    np.testing.assert_allclose(found.carrying_capacity, expected[:, 1], rtol=1e-7)


def test_control_goes_to_the_state_of_rest():
    rest = (5.85 / 0.00873) ** 1.5  # V = K and b V = d V^(5/3)
    found = ossim.simulate("hahnfeldt1999", [2000.0], rtol=RTOL)
    assert float(found.tumor_volume[0]) == pytest.approx(rest, rel=1e-8)
    assert float(found.carrying_capacity[0]) == pytest.approx(rest, rel=1e-8)


def test_levels_are_superposed_exponentials():
    found = _found([(0.0, "endostatin", 20.0), (2.5, "endostatin", 20.0)])
    expected = 20.0 * np.exp(-1.7 * TIMES) + np.where(TIMES > 2.5, 20.0 * np.exp(-1.7 * (TIMES - 2.5)), 0.0)
    np.testing.assert_allclose(found.endostatin[1:], expected[1:], rtol=1e-12)
