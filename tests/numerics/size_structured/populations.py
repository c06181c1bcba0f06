"""Populations that the tests of this folder share: Iwata 2000, and the same under treatment with surgery."""

import numpy as np

from ossim.numerics.size_structured.flow import Flow, make_flow
from ossim.numerics.size_structured.renewal import Births, in_blocks, make_edges, renew, seeding

# Iwata et al. 2000, as in the reference tables of the project [1/day, cells, 1/(cells^power day), 1]
RATE, LARGEST, SEEDING, POWER = 0.00286, 7.3e10, 5.3e-8, 0.663
IWATA = make_flow(RATE, 0.0, np.log(LARGEST))

# a drug from day 200 to 400 halves growth and lets 0.4 of the seeding through; the primary is removed on day 800
DATES, GROWTH, SEEDS, SURGERY = np.array([0.0, 200.0, 400.0]), (1.0, 0.5, 1.0), (1.0, 0.4, 1.0), 800.0
TREATED = make_flow(RATE, 0.0, np.log(LARGEST), DATES, GROWTH)


def untreated(until: float, n_blocks: int) -> Births:
    """Births of Iwata's population, whose primary starts as one cell."""
    edges = make_edges(until, n_blocks)
    weight = np.full(edges.size - 1, SEEDING)
    return renew(edges, IWATA, POWER, weight, seeding(edges, IWATA, POWER, weight))


def treated_terms(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """w and f on blocks of the treated population."""
    weight = SEEDING * in_blocks(edges, DATES, SEEDS)
    there = in_blocks(edges, np.array([0.0, SURGERY]), (1.0, 0.0))
    return weight, seeding(edges, TREATED, POWER, weight * there)


def treated(until: float, n_blocks: int) -> Births:
    """Births of the treated population."""
    edges = make_edges(until, n_blocks, (*DATES, SURGERY))
    return renew(edges, TREATED, POWER, *treated_terms(edges))


def observed_orders(errors) -> np.ndarray:
    """Order between neighboring grids, each twice as fine as the one before."""
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def without_seeding(flow: Flow, until: float, n_blocks: int, power: float, seeds: float) -> Births:
    """Births where only the primary seeds."""
    edges = make_edges(until, n_blocks, flow.dates)
    weight = np.full(edges.size - 1, seeds)
    return renew(edges, flow, power, 0.0 * weight, seeding(edges, flow, power, weight))
