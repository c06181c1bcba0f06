"""Experiment 2: are trials predicted that the population was never tuned on?

Expectation: at least 7 of 10 end points inside the exact 95 % interval. Two misses are known and stay in the table:
the placebo arm of REGOBONE (progressive at entry) and lenvatinib alone. Nothing may be tuned on this list.
"""

from __future__ import annotations

from pathlib import Path

import xarray as xr
from common import command_line, compare, print_comparison, save, scenario

import ossim

CONFIGS = ("heldout_4_weeks", "heldout_8_weeks")


def main(out: Path | None = None, size: int = 2000, **changes: object) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the comparison."""
    runs = {name: ossim.run(scenario(name, size, **changes)) for name in CONFIGS}
    table = compare("heldout", runs)
    if out is not None:
        print_comparison(table)
        missed = [str(name) for name in table["target"].values[table["inside"].values == 0]]
        print(f"missed: {', '.join(missed) or 'none'}")
        axes = ossim.plots.published(table)
        axes.set_title(f"Held-out trials, {size} virtual patients per arm, no refit", pad=18)
        save(out, ossim.endpoints.rows(table), axes.figure, runs)
    return table


if __name__ == "__main__":
    main(*command_line("heldout_trials", "Are held-out trials predicted?"))
