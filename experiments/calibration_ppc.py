"""Experiment 1: does the shipped population still meet the 13 end points it was calibrated to?

Expectation: at least 12 of the 13 lie inside the exact 95 % interval of their trial, and every simulated rate is
within sampling error of what the model gave when it was calibrated (z within 3).
"""

from __future__ import annotations

from pathlib import Path

import xarray as xr
from common import command_line, compare, print_comparison, save, scenario

import ossim

CONFIGS = ("calibration_8_weeks", "calibration_6_weeks")


def main(out: Path | None = None, size: int = 2000, **changes: object) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the comparison."""
    runs = {name: ossim.run(scenario(name, size, **changes)) for name in CONFIGS}
    table = compare("calibration", runs)
    if out is not None:
        print_comparison(table)
        axes = ossim.plots.published(table)
        axes.set_title(f"Calibration trials, {size} virtual patients per arm", pad=18)
        save(out, ossim.endpoints.rows(table), axes.figure, runs)
    return table


if __name__ == "__main__":
    main(*command_line("calibration_ppc", "Are the calibration trials still met?"))
