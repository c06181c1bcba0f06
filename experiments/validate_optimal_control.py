"""Optimal control: how should a limited amount of an angiogenesis inhibitor be given to make a tumor smallest?

The benchmark of Ledzewicz and Schaettler 2007 in the numbers of Betts, solved by searching the switching times of full
dose and no dose. Expectation: all at once from the start; the smallest volume is the published 7571.67 mm^3 to 1e-6,
and giving the same amount later or slower is worse.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from common import command_line, plt, save

import ossim
from ossim.plots.style import FAINT, PALETTE
from ossim.studies.bang_bang import best_pulses

MODEL, STATE, DRUG = "ledzewicz2007", "tumor_volume", "inhibitor"
RATE, AMOUNT, UNTIL = 75.0, 15.0, 3.0
#: Betts (recalled), and an independent integration of the same policy
PUBLISHED, REFERENCE, REFERENCE_TIME = 7571.67158, 7571.670038, 1.196350
TIMES = np.linspace(0.0, UNTIL, 3001)


def policies() -> dict[str, list[dict]]:
    """The policy found, and others that use the same amount, as dose rows."""
    best = best_pulses(MODEL, STATE, DRUG, RATE, AMOUNT, UNTIL)
    return {
        "best found": [dict(row) for row in best.doses],
        "half a day later": [{"time": 0.5, "amt": AMOUNT, "rate": RATE, "cmt": DRUG}],
        "at a fifth of the rate": [{"time": 0.0, "amt": AMOUNT, "rate": RATE / 5.0, "cmt": DRUG}],
        "in two halves": [{"time": t, "amt": AMOUNT / 2, "rate": RATE, "cmt": DRUG} for t in (0.0, 0.5)],
        "none": [],
    }


def main(out=None) -> list[dict[str, object]]:
    """Print and return the smallest volume of each policy; with `out`, also draw and keep the runs."""
    runs, rows = {}, []
    for name, doses in policies().items():
        runs[name] = ossim.simulate(MODEL, TIMES, doses=doses, rtol=1e-10)
        volume = runs[name][STATE].values
        rows.append({"policy": name, "smallest_volume": volume.min(), "day": TIMES[np.argmin(volume)]})
        print(f"{name:24s} smallest volume {rows[-1]['smallest_volume']:12.6f} mm^3 on day {rows[-1]['day']:.3f}")
    print(f"published {PUBLISHED} mm^3 (recalled); reference {REFERENCE} mm^3 on day {REFERENCE_TIME}")
    if out is not None:
        save(out, rows, draw(runs), {name.replace(" ", "_"): run for name, run in runs.items()})
    return rows


def draw(runs: dict[str, xr.Dataset]):
    """Draw volume, carrying capacity and control of every policy."""
    figure, axes = plt.subplots(3, 1, figsize=(6.4, 6.4), sharex=True, layout="constrained")
    for color, (name, ds) in zip((*PALETTE[:4], FAINT), runs.items(), strict=True):
        axes[0].plot(TIMES, ds[STATE] / 1000.0, color=color, label=name)
        axes[1].plot(TIMES, ds["carrying_capacity"] / 1000.0, color=color)
        axes[2].plot(TIMES, ds[DRUG], color=color, drawstyle="steps-pre")
    axes[0].plot(
        REFERENCE_TIME, PUBLISHED / 1000.0, "o", color="black", markerfacecolor="white", label="published optimum"
    )
    axes[0].set_ylabel("Tumor volume [cm³]")
    axes[1].set_ylabel("Carrying capacity [cm³]")
    axes[1].set_yscale("log")
    axes[2].set_ylabel("Inhibitor [mg/(kg day)]")
    axes[2].set_xlabel("Time [day]")
    axes[0].legend(fontsize=7, frameon=False, ncols=2)
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.set_xlim(0.0, UNTIL)
    axes[2].set_ylim(bottom=0.0)
    return figure


if __name__ == "__main__":
    main(command_line("validate_optimal_control", __doc__.splitlines()[0])[0])
