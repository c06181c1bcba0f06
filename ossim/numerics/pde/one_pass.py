"""All stages of a step of RKL2 in one pass over memory: each is a row or plane behind the one before.

A stage needs of the stage before a row and its neighbors, and of the one before that a row: three rows of each (planes,
in a box) and the slopes at the start of as many as there are stages are kept, so that the field is read and written
once per step whatever the number of stages. The order of all sums is that of stages one after the other.
"""

from __future__ import annotations

import numpy as np

from ossim.numerics.pde.compile import apart_jit, field_jit

KEPT = 4  # rows or planes per stage: three of its own, one with a slope at the start
_STAGGER = 40  # [item] between rows that are kept, so that they do not alias in cache


@apart_jit
def _along(row, after, before, out):
    """Write the slope along the only axis."""
    n = row.size
    out[0] = after[0] * (row[1] - row[0])
    for l in range(n - 2):  # no index is below 0 for the compiler to see
        c = row[l + 1]
        out[l + 1] = after[l + 1] * (row[l + 2] - c) + before[l + 1] * (row[l] - c)
    out[n - 1] = before[n - 1] * (row[n - 2] - row[n - 1])


@apart_jit
def _across(row, up, down, front, back, next_x, to_up, to_down, to_front, to_back, out, deep):
    """Write the slope of a row of a plane or box; a row beyond the boundary is the row itself."""
    n = row.size
    if deep:
        for l in range(n - 2):
            c = row[l + 1]
            across = to_up[l + 1] * (up[l + 1] - c) + to_down[l + 1] * (down[l + 1] - c)
            across += to_front[l + 1] * (front[l + 1] - c) + to_back[l + 1] * (back[l + 1] - c)
            out[l + 1] = next_x[l + 1] * (row[l + 2] - c) + next_x[l] * (row[l] - c) + across
    else:
        for l in range(n - 2):
            c = row[l + 1]
            across = to_up[l + 1] * (up[l + 1] - c) + to_down[l + 1] * (down[l + 1] - c)
            out[l + 1] = next_x[l + 1] * (row[l + 2] - c) + next_x[l] * (row[l] - c) + across
    for i in (0, n - 1):
        c = row[i]
        side = next_x[0] * (row[1] - c) if i == 0 else next_x[n - 2] * (row[n - 2] - c)
        across = to_up[i] * (up[i] - c) + to_down[i] * (down[i] - c)
        if deep:
            across += to_front[i] * (front[i] - c) + to_back[i] * (back[i] - c)
        out[i] = side + across


@apart_jit
def _evenly(row, up, down, front, back, out, k, deep):
    """Write k times (sum of neighbors - their number times row); rows beyond the boundary are the row itself."""
    n = row.size
    if deep:
        for l in range(n - 2):
            c = row[l + 1]
            across = (up[l + 1] - c + (down[l + 1] - c)) + (front[l + 1] - c + (back[l + 1] - c))
            out[l + 1] = k * ((row[l] - c + (row[l + 2] - c)) + across)
        for i in (0, n - 1):
            c, side = row[i], row[1] if i == 0 else row[n - 2]
            out[i] = k * ((side - c) + (up[i] - c + (down[i] - c)) + (front[i] - c + (back[i] - c)))
    else:
        for l in range(n - 2):
            c = row[l + 1]
            out[l + 1] = k * ((row[l] - c + (row[l + 2] - c)) + (up[l + 1] - c + (down[l + 1] - c)))
        for i in (0, n - 1):
            c, side = row[i], row[1] if i == 0 else row[n - 2]
            out[i] = k * ((side - c) + (up[i] - c + (down[i] - c)))


@apart_jit
def _begin(u, slope, first, out, weight):
    """First stage of a row; keep its slope."""
    for i in range(u.size):
        first[i] = slope[i]
        out[i] = u[i] + weight * slope[i]


@apart_jit
def _second(last, u, slope, first, out, mu, rest, here, start):
    """Second stage of a row: two stages before is the start itself."""
    for i in range(u.size):
        out[i] = mu * last[i] + rest * u[i] + here * slope[i] + start * first[i]


@apart_jit
def _middle(last, older, u, slope, first, out, mu, nu, rest, here, start):
    """A further stage of a row."""
    for i in range(u.size):
        out[i] = mu * last[i] + nu * older[i] + rest * u[i] + here * slope[i] + start * first[i]


@apart_jit
def _finish(last, older, u, slope, first, mu, nu, rest, here, start):
    """Last stage of a row, in place of its start."""
    for i in range(u.size):
        u[i] = mu * last[i] + nu * older[i] + rest * u[i] + here * slope[i] + start * first[i]


def run_stages(u: np.ndarray, found: tuple[np.ndarray, ...] | None, even: float, table: np.ndarray, step: float):
    """Run the stages of `table` (three at least) over a step [day] in place.

    Parameters
    ----------
    u : shape `full_shape`, C-contiguous
    found : conductances to the next cell along z, y, x, and to the previous one along x where that is the only axis
        [1/day]; None where all are `even`

    Raises
    ------
    ValueError
        `u` is not C-contiguous, so that it could not be changed in place.
    """
    if not u.flags.c_contiguous:
        raise ValueError("run_stages: the field must be C-contiguous")
    nz, ny, nx = u.shape
    planes, rows = (nz, ny) if nz > 1 else (ny, 1)
    u, kind = u.reshape(planes, rows, nx), u.dtype.type
    none = u[:1, :1]
    next_z, next_y, next_x, previous_x = (none,) * 4 if found is None else found
    between, across = (next_z, next_y) if nz > 1 else (next_y, none)
    placed = (part if part.size <= nx else part.reshape(planes, rows, nx) for part in (between, across, next_x))
    ring = np.empty((KEPT * table.shape[0], rows, nx + _STAGGER), u.dtype)
    slope = np.empty(nx, u.dtype)
    _wave(u, *placed, previous_x, found is None, kind(even), table, kind(step), slope, ring)


@field_jit
def _wave(u, between, across, next_x, previous_x, is_even, even, table, step, slope, ring):
    """Let the stages follow each other over the planes of u, shape (planes, rows, nx); see `run_stages`."""
    planes, rows, n = u.shape
    one = u.dtype.type(1.0)
    count = table.shape[0]
    starts = 3 * count  # where slopes at the start are kept
    deep = rows > 1
    for wave in range(planes + count - 1):
        for stage in range(count):
            at = wave - stage
            if at < 0 or at >= planes:
                continue
            mu, nu = table[stage, 0], table[stage, 1]
            rest, here, start = one - mu - nu, table[stage, 2] * step, table[stage, 3] * step
            before, after = max(at - 1, 0), min(at + 1, planes - 1)
            if stage == 0:
                last, behind, ahead = u[at], u[before], u[after]
            else:
                base = 3 * (stage - 1)
                last, behind, ahead = ring[base + at % 3], ring[base + before % 3], ring[base + after % 3]
            for j in range(rows):
                row, front, back = last[j][:n], ahead[j][:n], behind[j][:n]
                if deep:
                    up, down = last[min(j + 1, rows - 1)][:n], last[max(j - 1, 0)][:n]
                    if is_even:
                        _evenly(row, up, down, front, back, slope, even, True)
                    else:
                        to_up, to_down = across[at, j], across[at, max(j - 1, 0)]
                        to_front, to_back, right = between[at, j], between[before, j], next_x[at, j]
                        _across(row, up, down, front, back, right, to_up, to_down, to_front, to_back, slope, True)
                elif is_even:
                    _evenly(row, front, back, row, row, slope, even, False)
                elif planes > 1:
                    to_front, to_back = between[at, j], between[before, j]
                    _across(row, front, back, row, row, next_x[at, j], to_front, to_back, row, row, slope, False)
                else:
                    _along(row, next_x[0, 0], previous_x[0, 0], slope)
                start_row, first = u[at, j], ring[starts + at % count, j][:n]
                if stage == 0:
                    _begin(start_row, slope, first, ring[at % 3, j][:n], here)
                elif stage == 1:
                    _second(row, start_row, slope, first, ring[3 + at % 3, j][:n], mu, rest + nu, here, start)
                else:
                    older = ring[3 * (stage - 2) + at % 3, j][:n]
                    if stage == count - 1:
                        _finish(row, older, start_row, slope, first, mu, nu, rest, here, start)
                    else:
                        new = ring[3 * stage + at % 3, j][:n]
                        _middle(row, older, start_row, slope, first, new, mu, nu, rest, here, start)
