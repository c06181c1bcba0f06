"""What is read off the births of a population: its number, those above a size, powers of sizes summed, first times.

Between the nodes of a block the rate of birth is the parabola through them, so that numbers are cubic: of order 4
at any time, as the births themselves. Who is above a size at t was born before a day known in closed form.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ossim.numerics.ode.problem import aligned
from ossim.numerics.simd.elementary import exp
from ossim.numerics.simd.lanes import WIDTH, load, store
from ossim.numerics.size_structured.compile import structured_jit
from ossim.numerics.size_structured.flow import Flow, day_of, effective_time, separate, time_to_reach
from ossim.numerics.size_structured.renewal import Births, sum_lanes

_HALVINGS = 60  # of an interval, to the last bit of a day


def count(births: Births, time: np.ndarray) -> np.ndarray:
    """Number born up to `time` [day], any shape; none before 0, and time ends with the births."""
    block, part, width = _places(births, np.asarray(time, float))
    start, middle, end = np.moveaxis(births.rate[block], -1, 0)
    slope, bend = 4.0 * middle - 3.0 * start - end, 2.0 * (start + end) - 4.0 * middle
    return births.total[block] + width * part * (start + part * (slope / 2.0 + part * bend / 3.0))


def count_above(births: Births, flow: Flow, time: np.ndarray, log_least: np.ndarray) -> np.ndarray:
    """Number at `time` whose ln of the size is `log_least` or more; the two broadcast."""
    time, log_least = np.broadcast_arrays(np.asarray(time, float), np.asarray(log_least, float))
    return count(births, _born_before(flow, time, log_least))


def size_power(births: Births, flow: Flow, time: np.ndarray, power: float, log_least: float = -np.inf) -> np.ndarray:
    """Sum of size^power at each `time`, shape (n_times,), over those whose ln of the size is `log_least` or more."""
    time = np.asarray(time, float)
    until = np.clip(_born_before(flow, time, np.full(time.shape, log_least)), 0.0, births.edges[-1])
    block, part, width = _places(births, until)
    level, decay, _ = separate(flow, time)
    middle = 0.5 * (births.edges[1:] + births.edges[:-1])
    nodes = np.append(np.stack([births.edges[:-1], middle], axis=1), births.edges[-1])
    first = births.edges[block]
    last = np.stack([first, 0.5 * (first + until), until], axis=1)
    last_sources = np.ascontiguousarray(power * separate(flow, last)[2])
    table, n_nodes = node_table(births.edges.size - 1)
    table[:n_nodes] = power * separate(flow, nodes)[2]
    found = np.empty(time.size)
    _size_power(births.edges, births.rate, table, power * level, decay, block, part * width, last_sources, found)
    return found


def node_table(n_blocks: int) -> tuple[np.ndarray, int]:
    """Room for p source of the nodes and their shares in whole rows of lanes, and one row; the number of nodes."""
    n_nodes = 2 * n_blocks + 1
    table = aligned(2 * -(-n_nodes // WIDTH) + 1)
    table[:] = 0.0
    return table, n_nodes


def first_day(value: Callable[[np.ndarray], np.ndarray], days: np.ndarray, level: float) -> float:
    """First day at which `value`, a function of the day, reaches `level`, to the last bit; NaN where it does not.

    Looked for between the first of the rising `days` at which it is reached and the one before.
    """
    reached = np.flatnonzero(value(days) >= level)
    if reached.size == 0:
        return np.nan
    low, high = days[max(reached[0] - 1, 0)], days[reached[0]]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if value(np.array([middle]))[0] >= level else (middle, high)
    return float(high)


def _born_before(flow: Flow, time: np.ndarray, log_least: np.ndarray) -> np.ndarray:
    """Day before which all those were born that have `log_least` or more at `time`; negative where there is none."""
    needed = np.array([time_to_reach(flow, least) for least in log_least.ravel()]).reshape(log_least.shape)
    left = effective_time(flow, time) - needed
    born = day_of(flow, np.maximum(left, 0.0), side="right")
    return np.where(needed == 0.0, time, np.where(left < 0.0, -1.0, np.minimum(born, time)))


def _places(births: Births, time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Block of each time, the part of the block before it, and its width."""
    time = np.clip(time, 0.0, births.edges[-1])
    block = np.clip(np.searchsorted(births.edges, time, side="right") - 1, 0, births.edges.size - 2)
    width = births.edges[block + 1] - births.edges[block]
    return block, (time - births.edges[block]) / width, width


@structured_jit
def _size_power(edges, rate, table, level, decay, block, beyond, last_sources, found):
    """Simpson's rule over whole blocks, then over the part of the last one, with births read from its parabola.

    `table` holds p source of the nodes; births of each node times its share in whole blocks are written behind.
    """
    rows, n_blocks = (table.size // WIDTH - 1) // 2, rate.shape[0]
    shares = rows * WIDTH
    table[shares] = 0.0
    for i in range(n_blocks):
        h = edges[i + 1] - edges[i]
        table[shares + 2 * i] += h / 6.0 * rate[i, 0]
        table[shares + 2 * i + 1] = h * 2.0 / 3.0 * rate[i, 1]
        table[shares + 2 * i + 2] = h / 6.0 * rate[i, 2]
    for k in range(found.size):
        i, total = block[k], 0.0
        start, middle, end = rate[i, 0], rate[i, 1], rate[i, 2]
        h = edges[i + 1] - edges[i]
        whole_rows = 2 * i // WIDTH
        if whole_rows > 0:
            lanes = load(table, rows) * exp(level[k] - decay[k] * load(table, 0))
            for row in range(1, whole_rows):
                lanes = lanes + load(table, rows + row) * exp(level[k] - decay[k] * load(table, row))
            store(table, 2 * rows, lanes)
            total = sum_lanes(table, 2 * rows)
        for node in range(whole_rows * WIDTH, 2 * i):
            total += table[shares + node] * exp(level[k] - decay[k] * table[node])
        # the node between the last whole block and the part has its share of the block before only
        before = (edges[i] - edges[i - 1]) / 6.0 * rate[i - 1, 2] if i > 0 else 0.0
        slope, bend = 4.0 * middle - 3.0 * start - end, 2.0 * (start + end) - 4.0 * middle
        y = beyond[k] / h
        half = start + 0.5 * y * (slope + 0.5 * y * bend)
        last = start + y * (slope + y * bend)
        third = beyond[k] / 6.0
        total += (before + third * start) * exp(level[k] - decay[k] * last_sources[k, 0])
        total += 4.0 * third * half * exp(level[k] - decay[k] * last_sources[k, 1])
        found[k] = total + third * last * exp(level[k] - decay[k] * last_sources[k, 2])
