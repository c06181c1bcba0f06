"""Finite volumes against the renewal equation: convergence, conservation, treatment, bad input."""

import numpy as np
import pytest
from populations import DATES, IWATA, LARGEST, POWER, SEEDING, SURGERY, TREATED, treated, treated_terms, untreated
from populations import observed_orders as orders

from ossim.errors import InputError
from ossim.numerics.size_structured.counts import count_above, size_power
from ossim.numerics.size_structured.flow import make_flow
from ossim.numerics.size_structured.renewal import make_edges, seeding
from ossim.numerics.size_structured.weno import evolve, power_weights

UNTIL = 1000.0
STEPS_PER_CELL = 7  # the fastest growth crosses 0.41 of a cell in a step


def _untreated(n_cells):
    edges = make_edges(UNTIL, STEPS_PER_CELL * n_cells)
    weight = np.full(edges.size - 1, SEEDING)
    return evolve(edges, IWATA, POWER, weight, seeding(edges, IWATA, POWER, weight), n_cells)


def test_number_and_burden_agree_with_the_renewal_equation_at_order_three():
    """Order 3 is that of the steps in time; the first births, a jump at the front, are too few to be seen here."""
    births = untreated(UNTIL, 1280)
    burden = size_power(births, IWATA, np.array([UNTIL]), 1.0)[0]
    densities = [_untreated(n) for n in (50, 100, 200)]
    number_errors = [abs(density.born / births.total[-1] - 1.0) for density in densities]
    burden_errors = [abs(density.size_power(1.0) / burden - 1.0) for density in densities]
    assert (orders(number_errors) > 2.9).all() and number_errors[-1] < 3e-7
    assert (orders(burden_errors) > 2.9).all() and burden_errors[-1] < 2e-5


def test_sizes_agree_with_the_renewal_equation():
    density = _untreated(200)
    above = count_above(untreated(UNTIL, 320), IWATA, UNTIL, density.edges)
    inside = -np.diff(above) / np.diff(density.edges)
    np.testing.assert_allclose(density.average, inside, atol=1e-4 * inside.max())


def test_treatment_and_surgery_converge_to_the_renewal_equation():
    """The density jumps where growth and births do, which costs finite volumes their order but not their limit."""
    until = 1600.0
    exact = treated(until, 512).total[-1]
    errors = []
    for n in (100, 200, 400):
        edges = make_edges(until, 11 * n, (*DATES, SURGERY))
        errors.append(abs(evolve(edges, TREATED, POWER, *treated_terms(edges), n).born / exact - 1.0))
    assert (orders(errors) > 1.3).all() and errors[-1] < 2e-3


def test_number_is_conserved():
    density = _untreated(50)
    assert density.size_power(0.0) == pytest.approx(density.born, rel=1e-12)


def test_weights_integrate_an_exponential_density_at_order_five():
    def error(n):
        edges = np.linspace(0.0, 4.0, n + 1)
        average = np.diff(np.exp(-0.7 * edges)) / -0.7 / np.diff(edges)
        return abs(power_weights(edges, 1.2) @ average - (np.exp(0.5 * 4.0) - 1.0) / 0.5)

    assert (orders([error(n) for n in (10, 20, 40)]) > 4.8).all()


@pytest.mark.parametrize(
    "flow, steps, cells, message",
    [
        (make_flow(0.01, 0.0), 100, 50, "log_top"),
        (IWATA, 100, 9, "10 cells or more"),
        (IWATA, 100, 100, "steps would do"),
        (make_flow(0.003, 0.0, np.log(LARGEST), factors=(0.0,)), 2000, 50, "stand still"),
    ],
)
def test_bad_input_is_one_line(flow, steps, cells, message):
    edges = make_edges(UNTIL, steps)
    with pytest.raises(InputError, match=message):
        evolve(edges, flow, POWER, np.ones(steps), np.ones((steps, 3)), cells)
