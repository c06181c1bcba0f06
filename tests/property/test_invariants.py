"""What holds of published models whatever their parameters: doses are conserved, shares stay shares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ossim
from ossim.catalog import model_parameters
from ossim.model import model

SIZE = 40
TIMES = np.array([0.4, 1.3, 2.7, 6.1])
#: of what was given; sums of states are exact in a Runge-Kutta step, the interpolant keeps them to rounding as well
CONSERVED = 1e-9
RTOL, ATOL = 1e-8, 1e-11
#: a share may leave its range by the error of the integration
BEYOND = 1e-6


def _drawn(name, seed, spread=3.0, fixed=()):
    """Parameters up to a factor `spread` from their values, inside their bounds."""
    rng, facts = np.random.default_rng(seed), model_parameters(name)
    drawn = {}
    for key in model(name).parameters:
        if key not in fixed and facts[key].value > 0.0:
            value = facts[key].value * spread ** rng.uniform(-1.0, 1.0, SIZE)
            drawn[key] = np.clip(value, *facts[key].bounds)
    return drawn


def _run(name, drawn, doses):
    ds = ossim.simulate(name, TIMES, doses=doses, parameters=drawn, rtol=RTOL, atol=ATOL)
    assert (ds["status"] == 0).all()
    return ds


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.floats(1.0, 5000.0), st.floats(0.01, 1.0))
def test_infused_methotrexate_is_conserved(seed, dose, duration):
    drawn = _drawn("zhang2015_methotrexate", seed)
    rows = [{"time": 0.2, "amt": dose, "dur": duration, "ii": 2.0, "addl": 1, "cmt": "methotrexate"}]
    ds = _run("zhang2015_methotrexate", drawn, rows)
    total = sum(dose * np.clip((TIMES - start) / duration, 0.0, 1.0) for start in (0.2, 2.2))
    gone = drawn["clearance"][:, None] * ds["auc"].values / 24.0  # L/day and mg h/L
    kept = ds["central_amount"].values + ds["peripheral_amount"].values
    assert np.abs(kept + gone - total).max() < CONSERVED * 2.0 * dose


@settings(max_examples=6, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.floats(1.0, 1000.0))
def test_recycled_sorafenib_is_conserved(seed, dose):
    drawn = _drawn("jain2011_sorafenib", seed, 1.5, fixed=("gallbladder_opening_steepness",))
    rows = [{"time": 0.1, "amt": dose, "ii": 0.5, "addl": 20, "cmt": "sorafenib"}]
    ds = _run("jain2011_sorafenib", drawn, rows)
    total = dose * np.minimum(np.ceil((TIMES - 0.1) / 0.5), 21.0)
    places = ["depot", *(f"transit_{i}" for i in range(1, 5)), "central_amount", "gallbladder"]
    kept = sum(ds[name].values for name in places)
    gone = ((1.0 - drawn["recycled_fraction"]) * drawn["clearance"])[:, None] * ds["auc"].values / 24.0
    assert np.abs(kept + gone - total).max() < CONSERVED * 21.0 * dose


@pytest.mark.parametrize(
    ("name", "drug", "shares"),
    [
        ("reversible_bypass", "tki", ("bypass_activity", "resistant_fraction")),
        ("greene2019", "drug", ("sensitive", "resistant", "tumor_size", "resistant_fraction")),
    ],
)
@settings(max_examples=6, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1), level=st.floats(0.0, 1.0))
def test_shares_stay_shares(name, drug, shares, seed, level):
    rows = [{"time": 1.0, "amt": 40.0 * level, "dur": 40.0, "cmt": drug}] if level else []
    ds = ossim.simulate(name, np.linspace(0.0, 60.0, 31), doses=rows, parameters=_drawn(name, seed), rtol=RTOL)
    assert (ds["status"] == 0).all()
    for share in shares:
        values = ds[share].values
        assert (values >= -BEYOND).all(), share
        assert (values <= 1.0 + BEYOND).all(), share
