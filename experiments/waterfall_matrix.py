"""Experiment 3: can a drug hold ossified tumors without ever shrinking them?

Expectation: with 60 % matrix almost nobody responds (rate below 0.02) while the 4-month progression-free rate moves by
less than 0.05 from the calibrated 23 %; without drug nobody responds (below 0.005).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario

import ossim
from ossim.dataset import DAYS_PER_MONTH
from ossim.endpoints import event_free_rate, objective_response, progression_free_survival

FRACTIONS = (0.02, 0.23, 0.60)
WINDOW = 12 * DAYS_PER_MONTH
FIRST_SCAN = slice(0, 2)


def measure(dataset: xr.Dataset) -> xr.Dataset:
    """Response rate at 12 months and progression-free rate at 4 months of every arm."""
    free = event_free_rate(progression_free_survival(dataset), 4 * DAYS_PER_MONTH)["rate"]
    return xr.Dataset({"response": objective_response(dataset, until=WINDOW)["rate"], "progression_free": free})


def main(out: Path | None = None, size: int = 2000) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the rates, dims (matrix_fraction, arm)."""
    runs = {f: ossim.run(scenario("waterfall_matrix", size, matrix_fraction=f)) for f in FRACTIONS}
    rates = xr.concat([measure(run) for run in runs.values()], dim="matrix_fraction")
    rates = rates.assign_coords(matrix_fraction=list(FRACTIONS))
    if out is not None:
        spread = ossim.run(scenario("waterfall_matrix", size))
        points = [(arm, f) for arm in map(str, rates["arm"].values) for f in FRACTIONS]
        rows = [
            {"arm": arm, "matrix_fraction": f, **_numbers(rates.sel(arm=arm, matrix_fraction=f))} for arm, f in points
        ]
        for row in rows:
            print(
                f"{row['arm']:12s} matrix {row['matrix_fraction']:4.0%}: response {row['response']:.3f},"
                f" progression-free at 4 months {row['progression_free']:.3f}"
            )
        save(out, rows, _figure(spread, rates), {"population": spread})
    return rates


def _numbers(point: xr.Dataset) -> dict[str, float]:
    return {str(name): float(value) for name, value in point.items()}


def _figure(spread: xr.Dataset, rates: xr.Dataset):
    """Draw the waterfall of the whole population at the first scan over the rates against matrix."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6.2), layout="constrained")
    ossim.plots.waterfall(spread.isel(visit=FIRST_SCAN), ax=axes[0], variable="true_sum_of_diameters")
    for place, panel in enumerate(axes[0]):
        panel.set_ylabel("Change of the true sum of\ndiameters at 8 weeks [%]" if place == 0 else "")
    for arm, panel in zip(rates["arm"].values, axes[1], strict=True):
        percent = 100 * rates.sel(arm=arm).assign_coords(matrix_fraction=100 * np.array(FRACTIONS))
        percent["progression_free"].plot(ax=panel, marker="o", label="progression-free, 4 months")
        percent["response"].plot(ax=panel, marker="s", linestyle="--", label="CR + PR, 12 months")
        panel.set(xlabel="Ossified matrix at enrollment [%]", ylabel="", title="", ylim=(-2, 80))
        panel.set_xticks(percent["matrix_fraction"])
    for panel in axes.flat:
        panel.spines[["top", "right"]].set_visible(False)
    axes[1, 0].set_ylabel("Share of patients [%]")
    axes[1, 0].legend(frameon=False, loc="upper right")
    return figure


if __name__ == "__main__":
    main(*command_line("waterfall_matrix", "Does ossified matrix decouple response from progression?"))
