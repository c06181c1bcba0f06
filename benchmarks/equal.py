"""Cost at equal error: each tool at many tolerances, as a table and as a work-precision picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .measure import number, table, take_turns
from .peers import FAST, others, own, yardstick_named
from .reference import errors, reference
from .yardsticks import N_REFERENCE

RTOLS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)
TARGETS = (1e-6, 1e-8)


@dataclass(frozen=True)
class Ladder:
    """Contenders at all tolerances; `times` (least microseconds per run) and `errors` are (n_contenders, n_rtols)."""

    key: str
    labels: tuple[str, ...]
    rtols: tuple[float, ...]
    times: np.ndarray
    errors: np.ndarray
    absent: tuple[str, ...]

    def costs(self, target: float) -> np.ndarray:
        """Cost of every contender at one error."""
        return np.array([cost_at(target, *pair) for pair in zip(self.errors, self.times, strict=True)])


def climb(
    key: str, peers: Sequence[str] = FAST, rtols: Sequence[float] = RTOLS, size: int = 250, repeats: int = 5
) -> Ladder:
    """Time every contender at every tolerance, all in turn."""
    yardstick = yardstick_named(key)
    exact = reference(yardstick, min(N_REFERENCE, size))
    found, absent = others(yardstick, peers, min(size / 1000, 1.0))
    contenders = own(yardstick, size) + found
    cases = [contender.case(rtol) for contender in contenders for rtol in rtols]
    times = take_turns(cases, repeats).reshape(repeats, len(contenders), len(rtols)).min(axis=0)
    given = yardstick.draw(len(exact))
    reached = np.array([[errors(c.volumes(given, rtol), exact).max() for rtol in rtols] for c in contenders])
    labels = tuple(contender.label for contender in contenders)
    return Ladder(key, labels, tuple(rtols), times, reached, tuple(absent))


def equal_error(ladder: Ladder, targets: Sequence[float] = TARGETS) -> str:
    """Table of cost and error by tolerance, and of the cost interpolated to the target errors."""
    costs = np.stack([ladder.costs(target) for target in targets], axis=1)
    rows = []
    for index, label in enumerate(ladder.labels):
        measured = zip(ladder.times[index], ladder.errors[index], strict=True)
        pairs = (f"{number(t)} ({e:.0e})" for t, e in measured)
        ends = (f"{number(cost)} ({cost / first:.2f})" for cost, first in zip(costs[index], costs[0], strict=True))
        rows.append((label, *pairs, *ends))
    title = (
        f"{ladder.key}: microseconds of CPU per run (largest error) by rtol, and at equal error (over the first row)"
    )
    header = ("tool", *(f"rtol {rtol:g}" for rtol in ladder.rtols), *(f"error {target:g}" for target in targets))
    return "\n".join((table(title, header, rows), *ladder.absent))


def cost_at(target: float, reached: np.ndarray, cost: np.ndarray) -> float:
    """Cost at the target error, on a line between the two tolerances around it on logarithmic scales.

    NaN where no tolerance reaches the target; the least cost where every tolerance does better.
    """
    order = np.argsort(reached)
    x, y = np.log(reached[order]), np.log(cost[order])
    if np.log(target) < x[0]:
        return float("nan")
    if np.log(target) > x[-1]:
        return float(cost.min())
    return float(np.exp(np.interp(np.log(target), x, y)))


def draw(ladders: Sequence[Ladder], path: Path) -> None:
    """Draw cost against error, one panel per yardstick, into a picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator, NullFormatter

    labels = list(dict.fromkeys(label for ladder in ladders for label in ladder.labels))
    figure, axes = plt.subplots(1, len(ladders), figsize=(5.2 * len(ladders), 5.2), squeeze=False, layout="constrained")
    colors, markers = plt.get_cmap("tab10").colors, "osD^vPX*<>"
    for ax, ladder in zip(axes[0], ladders, strict=True):
        for label, times, reached in zip(ladder.labels, ladder.times, ladder.errors, strict=True):
            place, ours = labels.index(label), label.startswith("ossim")
            ax.loglog(
                reached,
                times,
                marker=markers[place % len(markers)],
                color=colors[place % len(colors)],
                linestyle="-" if ours else "--",
                linewidth=2.0 if ours else 1.0,
                markersize=5,
                label=label,
            )
        ax.invert_xaxis()
        ax.set(title=ladder.key, xlabel="Largest relative error of the daily volume [1]")
        ax.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter("{x:,.0f}")
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.grid(which="major", color="0.9")
    axes[0, 0].set_ylabel("CPU per run, one core [us]")
    handles = {label: handle for ax in axes[0] for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=2, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)
