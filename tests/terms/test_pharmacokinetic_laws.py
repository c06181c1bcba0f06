"""Laws of drugs on their way: limits, signs, and a gate that is shut at the dose."""

import numpy as np
import pytest

from ossim.terms.pharmacokinetics import allometric, exchange, liver_concentration, opening

ROUNDING = 1e-14


def test_body_of_the_reference_weight_is_typical():
    assert allometric(8.0, 70.0, 70.0, 0.75) == 8.0
    assert allometric(8.0, 140.0, 70.0, 1.0) == pytest.approx(16.0, rel=ROUNDING)
    assert allometric(8.0, 140.0, 70.0, 0.75) == pytest.approx(8.0 * 2.0**0.75, rel=ROUNDING)


def test_exchange_stops_at_equal_concentrations():
    assert exchange(6.0, 2.0, 9.0, 3.0, 5.0) == 0.0
    assert exchange(6.0, 2.0, 0.0, 3.0, 5.0) == 15.0
    assert exchange(0.0, 2.0, 9.0, 3.0, 5.0) == -15.0


def test_liver_splits_what_enters_by_flow_and_clearance():
    concentration = liver_concentration(10.0, 80.0, 20.0)
    assert 80.0 * concentration == pytest.approx(8.0, rel=ROUNDING)
    assert 20.0 * concentration == pytest.approx(2.0, rel=ROUNDING)


def test_gate_is_shut_at_the_dose_and_half_open_at_its_onset():
    assert opening(0.0, 6.13, 40.0) == 0.0
    assert opening(6.13, 6.13, 40.0) == pytest.approx(0.5, rel=ROUNDING)
    ages = np.array([3.0, 5.0, 7.0, 12.0, 1e5])
    np.testing.assert_allclose(opening(ages, 6.13, 40.0), 1.0 / (1.0 + (6.13 / ages) ** 40), rtol=1e-12)
