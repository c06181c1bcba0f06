"""Solve a linear system of known structure without branches: the lines of its factorization and substitutions.

The entries that are zero for every state never appear. Pivots stay on the diagonal, in an order chosen once for little
fill: no run can then do anything that its neighbors in the lanes do not. A pivot that comes out as zero gives a step
that is not finite, which is refused and repeated with a smaller step, where the diagonal is large.
"""

from __future__ import annotations

from collections.abc import Iterable

Place = tuple[int, int]


def pivot_order(n: int, places: Iterable[Place]) -> tuple[int, ...]:
    """Order of the diagonal pivots by the least number of products each costs (Markowitz 1957)."""
    rows = {i: {j for r, j in places if r == i} | {i} for i in range(n)}
    columns = {j: {i for i in range(n) if j in rows[i]} for j in range(n)}
    order, left = [], set(range(n))
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k] & left) - 1) * (len(columns[k] & left) - 1), k))
        left.discard(pivot)
        order.append(pivot)
        for i in columns[pivot] & left:
            for j in rows[pivot] & left:
                rows[i].add(j)
                columns[j].add(i)
    return tuple(order)


def entry(place: Place) -> str:
    """Name of a matrix entry, and of the factor that takes its place."""
    return f"_m{place[0]}_{place[1]}"


def factor_lines(n: int, places: Iterable[Place]) -> tuple[list[str], tuple[int, ...], set[Place]]:
    """Lines that factor the matrix of the named entries in place; the order of pivots; all entries of the factors."""
    there = set(places) | {(i, i) for i in range(n)}
    order, lines = pivot_order(n, there), []
    for step, k in enumerate(order):
        lines.append(f"_p{k} = 1.0 / {entry((k, k))}")
        later = order[step + 1 :]
        for i in (i for i in later if (i, k) in there):
            lines.append(f"{entry((i, k))} = {entry((i, k))} * _p{k}")
            for j in (j for j in later if (k, j) in there):
                product = f"{entry((i, k))} * {entry((k, j))}"
                before = entry((i, j)) if (i, j) in there else "0.0"
                lines.append(f"{entry((i, j))} = {before} - {product}")
                there.add((i, j))
    return lines, order, there


def substitution_lines(order: tuple[int, ...], there: set[Place], vector: str) -> list[str]:
    """Lines that overwrite the names ``<vector>0``, ``<vector>1``, ... by the solution."""
    lines = []
    for step, k in enumerate(order):
        for j in (j for j in order[:step] if (k, j) in there):
            lines.append(f"{vector}{k} = {vector}{k} - {entry((k, j))} * {vector}{j}")
    for step in range(len(order) - 1, -1, -1):
        k = order[step]
        for j in (j for j in order[step + 1 :] if (k, j) in there):
            lines.append(f"{vector}{k} = {vector}{k} - {entry((k, j))} * {vector}{j}")
        lines.append(f"{vector}{k} = {vector}{k} * _p{k}")
    return lines
