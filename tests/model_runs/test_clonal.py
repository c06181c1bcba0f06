"""Tumors grown cell by cell: what they share with formulas, and that a run is the same whatever runs beside it."""

import numpy as np
import pytest

import ossim
from ossim.errors import InputError
from ossim.numerics.birth_death import _uniform
from ossim.terms.preexisting import luria_delbrueck

RUNS = 10_000
#: standard errors between a simulation and its expectation; the seed is fixed, so a test passes always or never
ERRORS = 4.0


def _grow(**changes):
    return ossim.resistance_at_detection(
        **{"birth": 1.0, "death": 0.5, "mutation": 1e-3, "size": 2000, "runs": RUNS} | changes
    )


def _near(share, expected, runs):
    return abs(share - expected) < ERRORS * np.sqrt(expected * (1.0 - expected) / runs)


def test_generator_is_splitmix64():
    """First numbers of the public reference implementation from seed 1234567."""
    golden, state = 0x9E3779B97F4A7C15, 1234567
    for word in (6457827717110365317, 3203168211198807973, 9817491932198370423):
        state = (state + golden) % 2**64
        assert _uniform(np.uint64(state)) == ((word >> 11) + 0.5) * 2.0**-53


def test_published_check_of_iwasa_nowak_and_michor():
    """b = 1, d = 0.5, u = 1e-3, M = 2000: 0.9375; 1500 runs gave 0.938 (models.md 4.1)."""
    found = _grow()
    assert float(found.resistance_probability_formula) == pytest.approx(0.9375, rel=1e-12)
    assert _near(float(found.resistance_probability), 0.9375, RUNS)


@pytest.mark.parametrize("death", [0.0, 0.25, 0.75])
def test_formula_holds_for_any_share_of_death(death):
    found = _grow(death=death, mutation=5e-4, size=2000)
    assert _near(float(found.resistance_probability), float(found.resistance_probability_formula), RUNS)


def test_without_death_the_probability_of_no_mutant_is_exact():
    """M - 1 divisions, each without mutation: (1 - u)^(M - 1)."""
    found = _grow(death=0.0, size=500, mutation=2e-3)
    assert _near(float((found.resistant_cells == 0).mean()), (1.0 - 2e-3) ** 499, RUNS)
    assert (found.attempts == 1).all()


def test_without_death_mutants_are_those_of_luria_and_delbrueck():
    size, m = 5001, 2.0
    found = _grow(death=0.0, size=size, mutation=m / (size - 1), runs=20_000)
    for n, expected in enumerate(luria_delbrueck(m, 6)):
        assert _near(float((found.resistant_cells == n).mean()), expected, 20_000), n


def test_tumors_die_out_as_often_as_the_gambler_is_ruined():
    """A cell founds a tumor of M cells with the probability (1 - d/b) / (1 - (d/b)^M)."""
    found = _grow(death=0.6, size=50, mutation=0.0)
    expected = (1.0 - 0.6) / (1.0 - 0.6**50)
    tries = int(found.attempts.sum())
    assert _near(RUNS / tries, expected, tries)
    assert (found.resistant_cells == 0).all()


def test_detection_takes_as_long_as_divisions_do():
    """Without death the mean time is sum 1 / (b j), the variance sum 1 / (b j)^2, over j = 1 ... M - 1."""
    found = _grow(birth=0.2, death=0.0, size=300)
    waits = 1.0 / (0.2 * np.arange(1, 300))
    error = np.sqrt((waits**2).sum() / RUNS)
    assert abs(float(found.detection_time.mean()) - waits.sum()) < ERRORS * error


def test_costly_resistance_leaves_fewer_resistant_cells():
    neutral, costly = _grow(runs=2000), _grow(runs=2000, birth_resistant=0.6)
    assert float(costly.resistant_cells.mean()) < 0.3 * float(neutral.resistant_cells.mean())
    assert np.isnan(costly.resistance_probability_formula)


def test_runs_are_the_same_for_any_number_of_runs_and_threads():
    few, many, threaded = _grow(runs=100), _grow(runs=1000), _grow(runs=1000, threads=3)
    for name in ("resistant_cells", "detection_time", "attempts"):
        np.testing.assert_array_equal(many[name][:100], few[name])
        np.testing.assert_array_equal(threaded[name], many[name])
    assert few.resistant_cells.values[:5].tolist() == [4, 13, 3, 1283, 5]
    assert not (_grow(runs=100, seed=1).resistant_cells == few.resistant_cells).all()


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InputError) as caught:
        _grow(death=2.0, mutation=1.5, size=0)
    assert [fault.split(":")[0] for fault in map(str, caught.value.faults)] == ["death", "mutation", "size"]
    with pytest.raises(InputError, match="birth_resistant"):
        _grow(birth_resistant=0.0, death_resistant=0.0)
