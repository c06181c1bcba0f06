"""Renewal equation of a seeding population by a fourth-order block method.

    E(t) = f(t) + w(t) integral_0^t x(t, s)^p E(s) ds

E is the rate of birth, f what comes from outside (a primary tumor), w x^p the rate at which an individual of size x
seeds. Blocks of three equally spaced nodes: whole blocks by Simpson's rule, the half block by the parabola through
the nodes of the block (Linz 1985, Analytical and Numerical Methods for Volterra Equations, section 7.6). f, w and the
growth factor may jump at edges of blocks, so every date of a jump must be one; births are kept from both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isinf

import numpy as np

from ossim.errors import InputError
from ossim.numerics.ode.problem import aligned
from ossim.numerics.simd.elementary import exp
from ossim.numerics.simd.lanes import WIDTH, get, load, store
from ossim.numerics.size_structured.compile import structured_jit
from ossim.numerics.size_structured.flow import Flow, check_grown


@dataclass(frozen=True)
class Births:
    """Rate of birth over time.

    Attributes
    ----------
    edges : shape (n + 1,), edges of the blocks [day]
    rate : shape (n, 3), births per day at the start, middle and end of each block
    total : shape (n + 1,), births up to each edge
    """

    edges: np.ndarray
    rate: np.ndarray
    total: np.ndarray


def make_edges(until: float, n_blocks: int, dates: Iterable[float] = ()) -> np.ndarray:
    """Return edges from 0 to `until` [day]: every date among them is one, between them blocks are equal.

    A block is `until` / `n_blocks` long or a little shorter.

    Raises
    ------
    InputError
        `until` is not above 0 or `n_blocks` below 1.
    """
    if not 0.0 < until < float("inf"):
        raise InputError(f"end of the renewal equation: must be above 0, is {until:g}")
    if n_blocks < 1:
        raise InputError(f"blocks of the renewal equation: must be 1 or more, is {n_blocks}")
    marks = sorted({0.0, float(until), *(float(date) for date in dates if 0.0 < date < until)})
    parts = []
    for start, end in pairwise(marks):
        number = max(1, ceil(n_blocks * (end - start) / until - 1e-9))
        parts.append(np.linspace(start, end, number, endpoint=False))
    return np.concatenate([*parts, [until]])


def in_blocks(edges: np.ndarray, dates: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Value in each block, shape (n,), of a function that takes `values` from each of `dates` on."""
    middle = 0.5 * (edges[1:] + edges[:-1])
    return np.asarray(values, float)[np.searchsorted(dates, middle, side="right") - 1]


def births_of(edges: np.ndarray, rate: np.ndarray) -> Births:
    """Births whose rate is known at the nodes of the blocks, shape (n, 3): those where only the outside seeds."""
    start, middle, end = rate.T
    parts = np.diff(edges) / 6.0 * (start + 4.0 * middle + end)
    return Births(edges, rate, np.concatenate([[0.0], np.cumsum(parts)]))


def seeding(edges: np.ndarray, flow: Flow, power: float, weight: np.ndarray) -> np.ndarray:
    """Rate at which one individual born at 0 seeds, w x(t, 0)^p, shape (n, 3) at the nodes of the blocks.

    Parameters
    ----------
    weight : shape (n,), w in each block [1/day]
    """
    table, level, decay = _work(edges.size - 1)
    check_grown(_separate(edges, *_numbers(flow), power, table, level, decay))
    found = np.empty((edges.size - 1, 3))
    _seeding(weight, level, decay, table[0], table, found)
    return found


def renew(edges: np.ndarray, flow: Flow, power: float, weight: np.ndarray, outside: np.ndarray) -> Births:
    """Solve the renewal equation.

    Parameters
    ----------
    edges : shape (n + 1,), from `make_edges`; every date of `flow` inside is one
    power : exponent p of the size in the rate of seeding
    weight : shape (n,), w in each block [1/day]; zeros where individuals do not seed
    outside : shape (n, 3), f at the start, middle and end of each block, the limits from inside [1/day]

    Raises
    ------
    InputError
        Growth is so fast for so long that the closed form overflows.
    """
    n = edges.size - 1
    table, level, decay = _work(n)
    check_grown(_separate(edges, *_numbers(flow), power, table, level, decay))
    rate, total = np.empty((n, 3)), np.empty(n + 1)
    _renew(edges, level, decay, table, weight, outside, rate, total)
    return Births(edges, rate, total)


def _work(n_blocks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Room for p source of the nodes, their births and three rows of lanes; for p level and for decay; whole rows."""
    rows = -(-(2 * n_blocks + 1) // WIDTH)
    table = aligned(2 * rows + 3)
    table[:] = 0.0
    return table, aligned(rows), aligned(rows)


def _numbers(flow: Flow) -> tuple:
    size = 0.0 if isinf(flow.log_limit) else flow.log_limit - flow.log_start
    return flow.rate, flow.log_start, size, flow.dates, flow.factors, flow.clock


@structured_jit
def _separate(edges, rate, log_start, size, dates, factors, clock, power, source, level, decay):
    """Write p source, p level and decay at the nodes (`size` 0: exponential growth) and return the last a U."""
    place, grown, n_nodes = 0, 0.0, 2 * edges.size - 1
    for node in range(n_nodes):
        block = node // 2
        time = edges[block]
        if node % 2:
            time = 0.5 * (time + edges[block + 1])
        while place + 1 < dates.size and dates[place + 1] <= time:
            place += 1
        grown = rate * (clock[place] + factors[place] * (time - dates[place]))
        source[node] = grown
    for row in range(level.size // WIDTH):
        so_far = load(source, row)
        if size > 0.0:
            faded = exp(-so_far)
            store(level, row, power * (log_start + size))
            store(decay, row, faded)
            store(source, row, power * size / faded)
        else:
            store(level, row, power * log_start + power * so_far)
            store(decay, row, 1.0)
            store(source, row, power * so_far)
    return grown


@structured_jit
def _seeding(weight, level, decay, source, sizes, found):
    for row in range(level.size // WIDTH):
        store(sizes, row, exp(load(level, row) - source * load(decay, row)))
    for block in range(weight.size):
        for node in range(3):
            found[block, node] = weight[block] * sizes[2 * block + node]


@structured_jit
def sum_lanes(table, row):
    """Sum of the eight numbers of a row, in pairs."""
    first = (get(table, row, 0) + get(table, row, 1)) + (get(table, row, 2) + get(table, row, 3))
    return first + ((get(table, row, 4) + get(table, row, 5)) + (get(table, row, 6) + get(table, row, 7)))


@structured_jit
def _histories(table, rows, n_nodes, level_m, decay_m, level_e, decay_e):
    """Sums over the first nodes of their births times size^p at two times; later nodes have no births yet."""
    total_m = load(table, 2 * rows)
    total_e = total_m
    for row in range((n_nodes + WIDTH - 1) // WIDTH):
        source, births = load(table, row), load(table, rows + row)
        total_m = total_m + births * exp(level_m - decay_m * source)
        total_e = total_e + births * exp(level_e - decay_e * source)
    store(table, 2 * rows + 1, total_m)
    store(table, 2 * rows + 2, total_e)
    return sum_lanes(table, 2 * rows + 1), sum_lanes(table, 2 * rows + 2)


@structured_jit
def _renew(edges, level, decay, table, weight, outside, rate, total):
    """Solve block after block; births of the nodes, each times its share of Simpson's rule, go into `table`."""
    rows = level.size // WIDTH
    born, so_far, total[0] = rows * WIDTH, 0.0, 0.0
    born_size = exp(level[0] - decay[0] * table[0])
    for block in range(weight.size):
        h, w = edges[block + 1] - edges[block], weight[block]
        s, m, e = 2 * block, 2 * block + 1, 2 * block + 2
        # growth is the same all over a block, so that sizes in it depend on age alone
        ahead = exp(level[m] - decay[m] * table[e])
        half = exp(level[m] - decay[m] * table[s])
        whole = exp(level[e] - decay[e] * table[s])
        start = outside[block, 0] + w * so_far
        before_m, before_e = _histories(table, rows, e, level[m], decay[m], level[e], decay[e])
        # two equations for the births at the middle and at the end
        mm, me = w * h / 3.0 * born_size, -w * h / 24.0 * ahead
        em, ee = w * h * 2.0 / 3.0 * half, w * h / 6.0 * born_size
        middle_known = outside[block, 1] + w * (before_m + h * 5.0 / 24.0 * half * start)
        end_known = outside[block, 2] + w * (before_e + h / 6.0 * whole * start)
        determinant = (1.0 - mm) * (1.0 - ee) - me * em
        middle = ((1.0 - ee) * middle_known + me * end_known) / determinant
        end = (em * middle_known + (1.0 - mm) * end_known) / determinant
        so_far = before_e + h / 6.0 * (whole * start + 4.0 * half * middle + born_size * end)
        table[born + s] += h / 6.0 * start
        table[born + m] = h * 2.0 / 3.0 * middle
        table[born + e] = h / 6.0 * end
        rate[block, 0], rate[block, 1], rate[block, 2] = start, middle, end
        total[block + 1] = total[block] + h / 6.0 * (start + 4.0 * middle + end)
