"""Metastases by size: the renewal equation against WENO5 finite volumes on Iwata's population, at equal error.

Timed are the compiled methods on prepared arrays, as for ensembles, the growth of the primary included; one call from
Python stands beside. Errors are those of the number and of the burden on the last day, the larger of the two.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numba
import numpy as np

from ossim.catalog import model_parameters
from ossim.numerics.ode.problem import aligned
from ossim.numerics.simd.lanes import WIDTH
from ossim.numerics.size_structured import renewal, weno
from ossim.numerics.size_structured.counts import _size_power, node_table, size_power
from ossim.numerics.size_structured.flow import Flow, make_flow, separate
from ossim.numerics.size_structured.renewal import make_edges, renew, seeding

from .measure import Case, number, paired_ratio, spread, table, take_turns

UNTIL = 1000.0
BLOCKS = (5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 20, 24)
CELLS = (60, 90, 120, 150, 200, 250)
CROSSED = 0.9  # of a cell in a step, near the limit of stability: shorter steps cost more and err as much
REFERENCE_BLOCKS = 2560
WANTED = 1000.0
CALLS = 100


@dataclass(frozen=True)
class Iwata:
    """The published population: growth, exponent and rate of seeding."""

    flow: Flow
    power: float
    seeding_rate: float


@functools.cache
def iwata() -> Iwata:
    """Return the population of the catalogue."""
    facts = model_parameters("iwata2000")
    flow = make_flow(facts["growth_rate"].value, 0.0, float(np.log(facts["largest_size"].value)))
    return Iwata(flow, facts["seeding_exponent"].value, facts["seeding_rate"].value)


def from_python(n_blocks: int) -> tuple[float, float]:
    """Number and burden [cells] by the public functions, everything included."""
    known = iwata()
    edges = make_edges(UNTIL, n_blocks)
    weight = np.full(edges.size - 1, known.seeding_rate)
    births = renew(edges, known.flow, known.power, weight, seeding(edges, known.flow, known.power, weight))
    return float(births.total[-1]), float(size_power(births, known.flow, np.array([UNTIL]), 1.0)[0])


def _calls(n_blocks: int) -> tuple[float, float]:
    """Call from Python so often that the first call does not count."""
    for _ in range(CALLS):
        found = from_python(n_blocks)
    return found


@numba.njit(error_model="numpy", _nrt=False)
def _renewals(runs, edges, numbers, power, weight, table, level, decay, sizes, outside, rate, total, last, found):
    """Solve `runs` times: separated growth, seeding by the primary, births, number and burden."""
    for _ in range(runs):
        table[:] = 0.0
        renewal._separate(edges, *numbers, power, table, level, decay)
        renewal._seeding(weight, level, decay, table[0], sizes, outside)
        renewal._renew(edges, level, decay, table, weight, outside, rate, total)
        burdens, level_end, decay_end, block, beyond, last_sources, burden = last
        _size_power(edges, rate, burdens, level_end, decay_end, block, beyond, last_sources, burden)
        found[0], found[1] = total[-1], burden[0]


def renewal_runs(n_blocks: int, runs: int):
    """Return a function that solves `runs` times and gives number and burden."""
    known = iwata()
    edges = make_edges(UNTIL, n_blocks)
    work = renewal._work(n_blocks)
    weight = np.full(n_blocks, known.seeding_rate)
    end, before = np.array([UNTIL]), edges[-2:-1]
    level, decay, _ = separate(known.flow, end)
    burden, n_nodes = node_table(n_blocks)
    burden[:n_nodes] = separate(
        known.flow, np.append(np.stack([edges[:-1], edges[:-1] + 0.5 * UNTIL / n_blocks], 1), end)
    )[2]
    last_sources = separate(known.flow, np.stack([before, 0.5 * (before + end), end], axis=1))[2]
    last = (burden, level, decay, np.array([n_blocks - 1]), np.diff(edges)[-1:], last_sources, np.empty(1))
    room = np.empty((n_blocks, 3)), np.empty((n_blocks, 3)), np.empty(n_blocks + 1)
    sizes, found = aligned(work[1].size // WIDTH), np.empty(2)

    def solve(_) -> np.ndarray:
        _renewals(runs, edges, renewal._numbers(known.flow), known.power, weight, *work, sizes, *room, last, found)
        return found

    return solve


def finite_volumes(n_cells: int):
    """Return a function that solves once and gives number and burden; its weights are prepared."""
    known = iwata()
    span = known.flow.log_limit - known.flow.log_start
    fastest = known.flow.rate * span
    edges = make_edges(UNTIL, int(np.ceil(UNTIL * fastest * n_cells / span / CROSSED)))
    n_steps = edges.size - 1
    weight = np.full(n_steps, known.seeding_rate)
    outside = seeding(edges, known.flow, known.power, weight)
    faces = np.linspace(known.flow.log_start, known.flow.log_limit, n_cells + 1)
    growth, ones = known.flow.rate * (known.flow.log_limit - faces), np.ones(n_steps)
    shares, burden, inflow = weno.power_weights(faces, known.power), weno.power_weights(faces, 1.0), weno._inflow()
    steps, width = np.diff(edges), float(faces[1] - faces[0])
    room = np.zeros(n_cells + 4), np.zeros(n_cells), np.zeros(n_cells + 1)

    def solve(_) -> np.ndarray:
        now, born = np.zeros(n_cells + 4), np.zeros(1)
        weno._evolve(steps, growth, ones, width, weight, outside, shares, inflow, now, born, *room)
        return np.array([born[0], burden @ now[2:-2]])

    return solve


def error(found) -> float:
    """Largest relative error of number and burden."""
    return float(np.abs(np.array(found) / np.array(reference()) - 1.0).max())


@functools.cache
def reference() -> tuple[float, float]:
    """Number and burden on a grid whose error is beyond the last digit shown."""
    return from_python(REFERENCE_BLOCKS)


def structured(runs: int = 1000, repeats: int = 7) -> str:
    """Table of both methods, and of what the renewal equation saves at the error of each grid of finite volumes."""
    nothing = lambda: None  # noqa: E731
    cases = [Case(f"renewal, {n} blocks", nothing, renewal_runs(n, runs), runs) for n in BLOCKS]
    cases += [Case(f"WENO5, {n} cells", nothing, finite_volumes(n), 1) for n in CELLS]
    cases += [Case(f"one call from Python, {n} blocks", nothing, lambda _, n=n: _calls(n), CALLS) for n in BLOCKS]
    errors = [error(case.solve(None)) for case in cases]
    times = take_turns(cases, repeats)
    rows = []
    for index, case in enumerate(cases):
        ratios = ("", "")
        if case.label.startswith("WENO5"):
            ratios = tuple(_ratio(times, errors, index, first) for first in (0, len(BLOCKS) + len(CELLS)))
        micro = float(np.median(times[:, index]))
        rows.append((case.label, number(micro), f"{spread(times, index):.2f}", f"{errors[index]:.1e}", *ratios))
    title = f"Metastases by size after {UNTIL:g} days; ratios at equal error, wanted {WANTED:,.0f}x"
    head = ("method", "CPU us per run", "spread", "largest error", "over renewal", "over one call")
    return table(title, head, rows)


def _ratio(times: np.ndarray, errors: list[float], index: int, first: int) -> str:
    """Time of a case over that of the coarsest of the cases from `first` on that is at least as exact."""
    base = next((k for k in range(first, first + len(BLOCKS)) if errors[k] <= errors[index]), None)
    return "-" if base is None else f"{paired_ratio(times, index, base):,.0f}x"
