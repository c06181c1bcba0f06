"""Validation of `le2021_map`: are the published courses of an osteosarcoma under MAP met, and at which cost?

Cancer cells at day 80 of two MAP cycles, in three groups of patients and with resistance to one or two drugs, against
a tight integration of a separate implementation and against the numbers of the authors (loose tolerance, infusions
that no step ends at). Expectation: 8 digits of the former, 0.5 % of the latter. Then the CPU seconds of 200 days, warm,
beside SciPy's LSODA on the same rates called from Python and restarted at every infusion. (models.md 7.1, on another
machine: 18 to 39 s for the authors' program, about 0.55 s for LSODA on its right-hand side.)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import cache, partial
from itertools import pairwise
from math import exp
from pathlib import Path

import numpy as np
import xarray as xr
from common import CONFIGS, plt, save
from scipy.integrate import solve_ivp

import ossim
from ossim.catalog import model_parameters
from ossim.model import model

MODEL = "le2021_map"
SETS = {1: None, 2: "cluster2", 3: "cluster3"}
RESISTANCE = {
    "MAP": (),
    "resistant to cisplatin": ("cisplatin",),
    "resistant to doxorubicin": ("doxorubicin",),
    "resistant to both": ("cisplatin", "doxorubicin"),
}
#: cancer cells at day 80, clusters 1 to 3: LSODA at 1e-11, and the notebooks of the authors
TIGHT = {
    "MAP": (0.1819178244, 0.1625382813, 0.1394590314),
    "resistant to cisplatin": (0.1854628128, 0.1660987825, 0.1427026066),
    "resistant to doxorubicin": (0.2841228774, 0.2689527027, 0.2403230207),
    "resistant to both": (0.2893078545, 0.2744949774, 0.2457610900),
}
PUBLISHED = {
    "MAP": (0.181989, 0.162497, 0.139705),
    "resistant to cisplatin": (0.1854989, 0.1660534, 0.1433281),
    "resistant to doxorubicin": (0.2842153, 0.2693083, 0.2407929),
    "resistant to both": (0.2893448, 0.2748749, 0.2458856),
}
DAY, UNTIL = 80.0, 200.0
FINE = {"rtol": 1e-10, "atol": 1e-12}
TIMED = {"rtol": 1e-6, "atol": 1e-9}
METHODS = ("auto", "rodas4")
REPEATS = 5


@cache
def doses() -> tuple[dict, ...]:
    """Two MAP cycles as in the config of the model."""
    return tuple(dict(row) for row in ossim.load(CONFIGS.parent / "published" / f"{MODEL}.yaml").doses)


def course(cluster: int, resistance: str, times, **solver) -> xr.Dataset:
    """The states of one group of patients under MAP."""
    changed = {}
    for drug in RESISTANCE[resistance]:
        name = f"{drug}_cancer_effect"
        changed[name] = model_parameters(MODEL, f"{drug}_resistant")[name].value
    solver = FINE | solver
    return ossim.simulate(MODEL, times, doses=doses(), parameter_set=SETS[cluster], parameters=changed, **solver)


def seconds(cluster: int) -> dict[str, float]:
    """CPU seconds of 200 days under MAP at equal tolerances: fastest of some repeats, so that every solver is warm."""
    engine = {method: partial(course, cluster, "MAP", [UNTIL], method=method, **TIMED) for method in METHODS}
    solvers = engine | {"LSODA": partial(by_lsoda, cluster)}
    return {name: min(_cpu(solver) for _ in range(REPEATS)) for name, solver in solvers.items()}


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def by_lsoda(cluster: int) -> float:
    """Cancer cells at day 200: the declared rates in Python, SciPy restarted at the edges of infusions."""
    declared, facts = model(MODEL), model_parameters(MODEL, SETS[cluster])
    known = {symbol: facts[name].value for symbol, name in declared.symbols.items()}
    given = [(row["time"] + n * row["ii"], row["dur"], row["amt"] / row["dur"], row["cmt"])
             for row in doses() for n in range(row["addl"] + 1)]  # fmt: skip
    edges = sorted({0.0, UNTIL} | {edge for start, duration, *_ in given for edge in (start, start + duration)})
    decay = {item.name: (item.input, facts[item.decay].value) for item in declared.compartments}
    level, y = {name: 0.0 for name in decay}, np.ones(len(declared.states))
    for low, high in pairwise(edges):
        middle = 0.5 * (low + high)
        rate = dict.fromkeys(decay, 0.0)
        for start, duration, amount, name in given:
            rate[name] += amount if start < middle < start + duration else 0.0
        parts = [(symbol, k, rate[name] / k, level[name]) for name, (symbol, k) in decay.items()]

        def slopes(t, y, low=low, parts=parts):
            drugs = {symbol: rest + (now - rest) * exp(-k * (t - low)) for symbol, k, rest, now in parts}
            return declared.system.rates(**known, **drugs, **dict(zip(declared.states, y.tolist(), strict=True)), t=t)

        y = solve_ivp(slopes, (low, high), y, "LSODA", **TIMED).y[:, -1]
        for name, (_, k, rest, now) in zip(decay, parts, strict=True):
            level[name] = rest + (now - rest) * exp(-k * (high - low))
    return float(y[list(declared.states).index("C")])


def compare() -> list[dict[str, object]]:
    """One row per resistance and group: computed, tight reference, published."""
    rows = []
    for resistance in RESISTANCE:
        for cluster, tight, published in zip(SETS, TIGHT[resistance], PUBLISHED[resistance], strict=True):
            computed = float(course(cluster, resistance, [DAY]).cancer_cells[0])
            row = {"case": resistance, "cluster": cluster, "computed": computed, "tight": tight, "published": published}
            rows.append(row | {"from_tight": computed / tight - 1.0, "from_published": computed / published - 1.0})
    return rows


def main(out: Path | None = None) -> tuple[list[dict[str, object]], dict[int, dict[str, float]]]:
    """Simulate, print, save into `out` if given; return the rows, and the CPU seconds by cluster and solver."""
    rows, cost = compare(), {cluster: seconds(cluster) for cluster in SETS}
    if out is not None:
        for row in rows:
            print(
                f"{row['case']:25s} cluster {row['cluster']}: {row['computed']:.7f} of the cancer cells at day {DAY:g},"
                f" {row['from_tight']:+.0e} from a tight and {row['from_published']:+.2%} from the published value"
            )
        for cluster, spent in cost.items():
            listed = ", ".join(f"{name} {cpu:.4f}" for name, cpu in spent.items())
            print(f"cluster {cluster}, CPU seconds of {UNTIL:g} days: {listed} (with the rates in Python)")
        times = np.linspace(0.0, UNTIL, 2401)
        courses = {f"cluster_{cluster}": course(cluster, "MAP", times) for cluster in SETS}
        resistant = {name: course(1, name, times) for name in RESISTANCE}
        save(out, rows, _figure(courses, resistant), courses)
    return rows, cost


def _figure(courses: dict[str, xr.Dataset], resistant: dict[str, xr.Dataset]):
    """Cancer cells of the three groups, and of the first one with resistance, with the published values."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained", sharey=True)
    for place, (name, found) in enumerate(courses.items()):
        line = axes[0].semilogy(found["time"], found["cancer_cells"], label=name.replace("_", " "))
        axes[0].plot(DAY, PUBLISHED["MAP"][place], "o", color=line[0].get_color(), markerfacecolor="white")
    for name, found in resistant.items():
        line = axes[1].semilogy(found["time"], found["cancer_cells"], label="sensitive" if name == "MAP" else name)
        axes[1].plot(DAY, PUBLISHED[name][0], "o", color=line[0].get_color(), markerfacecolor="white")
    for ax, title in zip(axes, ("Two MAP cycles", "Two MAP cycles, cluster 1"), strict=True):
        ax.plot([], [], "o", color="0.3", markerfacecolor="white", label="published, day 80")
        for row in doses():
            for number in range(row["addl"] + 1):
                late = row["cmt"] == "methotrexate"
                ax.axvline(row["time"] + number * row["ii"], color="0.8", linestyle=":" if late else "-", linewidth=0.8,
                           zorder=0)  # fmt: skip
        ax.plot([], [], color="0.8", label="doxorubicin and cisplatin")
        ax.plot([], [], ":", color="0.8", label="methotrexate")
        ax.set(xlabel="Time [day]", title=title, xlim=(0, UNTIL))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter("{x:g}")
        ax.legend(frameon=False, fontsize=8)
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("Cancer cells relative to rest")
    return figure


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="validate_map.py", description="Is the published course under MAP met?")
    folder = Path("results/experiments/validate_map")
    parser.add_argument("--out", type=Path, default=folder, help="folder to fill")
    main(parser.parse_args().out)
