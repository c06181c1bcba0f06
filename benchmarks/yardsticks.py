"""One yardstick at one tolerance: what every form and every tool costs per run, and the error it reaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .measure import number, paired_ratio, spread, table, take_turns
from .peers import PEERS, Contender, others, own, yardstick_named
from .reference import errors, reference

N_REFERENCE = 16
ALLOWED = 3.0  # largest error that counts, over the tolerance
TIGHTER = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True)
class Measured:
    """What one run of the benchmarks found about a yardstick.

    Attributes
    ----------
    labels, sizes : per contender, its name and the runs of one measurement; the first `n_own` are forms of `ossim`
    times : shape (repeats, n_contenders), microseconds of CPU per run
    errors : per contender, the largest relative error of the daily volume over the first runs of the ensemble
    absent : one line per tool that could not be measured
    """

    key: str
    rtol: float
    labels: tuple[str, ...]
    sizes: tuple[int, ...]
    n_own: int
    times: np.ndarray
    errors: np.ndarray
    absent: tuple[str, ...]

    def ratio(self, label: str, base: int) -> float:
        """Median over turns of the time of a tool over that of contender number `base`."""
        return paired_ratio(self.times, self.labels.index(label), base)


def measure(key: str, peers: Sequence[str] = PEERS, rtol: float = 1e-6, size: int = 1000, repeats: int = 7) -> Measured:
    """Let all contenders take turns; slow tools are timed on fewer runs of the same ensemble.

    A form in logarithms runs at the first tighter tolerance that brings its error below three times `rtol`.
    """
    yardstick = yardstick_named(key)
    exact = reference(yardstick, min(N_REFERENCE, size))
    given = yardstick.draw(len(exact))
    found, absent = others(yardstick, peers, min(size / 1000, 1.0))
    mine = [_tightened(contender, given, exact, rtol) for contender in own(yardstick, size)]
    chosen = mine + [(contender, rtol) for contender in found]
    cases = [contender.case(tolerance) for contender, tolerance in chosen]
    times = take_turns(cases, repeats)
    reached = [errors(contender.volumes(given, tolerance), exact).max() for contender, tolerance in chosen]
    return Measured(
        key,
        rtol,
        tuple(contender.label for contender, _ in chosen),
        tuple(case.size for case in cases),
        len(mine),
        times,
        np.array(reached),
        tuple(absent),
    )


def _tightened(contender: Contender, given: np.ndarray, exact: np.ndarray, rtol: float) -> tuple[Contender, float]:
    """The contender and the tolerance it is measured at; its label says so where that is not `rtol`."""
    if not contender.logarithmic:
        return contender, rtol
    for factor in TIGHTER:
        chosen = factor * rtol
        if errors(contender.volumes(given, chosen), exact).max() <= ALLOWED * rtol:
            break
    return (contender if chosen == rtol else replace(contender, label=f"{contender.label}, rtol {chosen:g}")), chosen


def compare(measured: Measured) -> str:
    """Table of all contenders, with ratios to every form of `ossim`."""
    rows = []
    for index, label in enumerate(measured.labels):
        times, reached = measured.times[:, index], measured.errors[index]
        ratios = (f"{measured.ratio(label, base):.2f}" for base in range(measured.n_own))
        row = (label, measured.sizes[index], number(times.min()), number(np.median(times)))
        rows.append((*row, f"{spread(measured.times, index):.1f}", f"{reached:.1e}", *ratios))
    title = (
        f"{measured.key} at rtol {measured.rtol:g}: microseconds of CPU per run, one core; "
        f"ratios are medians over {len(measured.times)} turns"
    )
    bases = (f"/ {label.removeprefix('ossim, ')}" for label in measured.labels[: measured.n_own])
    header = ("tool", "runs", "least", "median", "spread", "error", *bases)
    return "\n".join((table(title, header, rows), *measured.absent))
