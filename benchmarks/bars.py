"""The bars that `ossim` wants to clear on the yardsticks, each beside what this run of the benchmarks measured.

A form counts where its error stays within three times the tolerance. Closed-form PK and log states solve the same
problem in other variables, which the other tools do not; they stand beside the form as written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .equal import Ladder
from .measure import table
from .yardsticks import ALLOWED, Measured

STRETCH_TARGET = 1e-6


@dataclass(frozen=True)
class Bar:
    """The least ratio of a tool's CPU time to that of `ossim`, by yardstick."""

    tool: str
    needed: dict[str, float]


BARS = (
    Bar("numbalsoda dop853", {"B1": 5.0, "B2": 5.0}),
    Bar("numbalsoda lsoda", {"B1": 8.0, "B2": 12.0}),
    Bar("SciPy solve_ivp LSODA, Python rhs", {"B1": 350.0, "B2": 900.0}),
    Bar("C++ Tsit5, scalar", {"B1": 3.9, "B2": 3.0}),
    Bar("C++ Tsit5, 8 lanes", {"B1": 0.85, "B2": 0.85}),
)
STRETCH = Bar("numbalsoda dop853", {"B1": 10.0})


def bars(measured: Measured, ladder: Ladder | None = None) -> str:
    """Table of one yardstick; with a ladder, also the ratio at equal error that reformulated problems should reach."""
    forms, limit = measured.labels[: measured.n_own], ALLOWED * measured.rtol
    reached = measured.errors[: measured.n_own]
    rows = [(f"largest error (at most {limit:.0e})", "", *_judged(reached, reached <= limit, "{:.1e}"))]
    for bar in BARS:
        name, needed = f"CPU of {bar.tool} / ossim", bar.needed[measured.key]
        if bar.tool in measured.labels:
            found = np.array([measured.ratio(bar.tool, base) for base in range(measured.n_own)])
            rows.append((name, f">= {needed:g}", *_judged(found, (found >= needed) & (reached <= limit))))
        else:
            rows.append((name, f">= {needed:g}", *["not measured"] * len(forms)))
    if ladder is not None and measured.key in STRETCH.needed and STRETCH.tool in ladder.labels:
        rows.append(_stretch(ladder, measured.n_own, STRETCH.needed[measured.key]))
    title = f"Bars on {measured.key} at rtol {measured.rtol:g} (medians over {len(measured.times)} turns)"
    return table(title, ("", "needed", *(form.removeprefix("ossim, ") for form in forms)), rows)


def _stretch(ladder: Ladder, n_own: int, needed: float) -> tuple[str, ...]:
    costs = ladder.costs(STRETCH_TARGET)
    found = costs[ladder.labels.index(STRETCH.tool)] / costs[:n_own]
    cells = ("-", *_judged(found[1:], found[1:] >= needed))  # the bar is for reformulated problems only
    return (f"stretch: the same at an error of {STRETCH_TARGET:g}, dop853", f">= {needed:g}", *cells)


def _judged(values: Sequence[float], met: Sequence[bool], layout: str = "{:.2f}") -> tuple[str, ...]:
    return tuple(f"{layout.format(value)} {'met' if ok else 'NOT MET'}" for value, ok in zip(values, met, strict=True))
