"""What does a sudden loss of supply kill, and does a VEGFR inhibitor keep the vessels from coming back?

Expectation: embolization of 90 % leaves at most 85 % of the cells after two weeks and more necrosis, but the outline
does not shrink; vessels come back, and eight weeks later cells are more than before and grow as fast as untreated. With
sorafenib from the same day fewer than three quarters are left eight weeks later of what sorafenib alone leaves.
The kill is slow: cells die at the rate of hypoxia that the patient was calibrated with, a few per cent a day.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, run_kept, save, scenario

import ossim

NAME = "embolization"
ARMS = {
    "untreated": "untreated",
    "embolization": "embolization",
    "sorafenib": "sorafenib",
    "embolization_sorafenib": "embolization, sorafenib",
}
EVENT, LATER = 2, 10  # visits: the day of the event, eight weeks later
SHOWN = ("viable_cells", "necrosis", "mature_vessels")


def measure(run: xr.Dataset) -> xr.Dataset:
    """Per arm, relative to the day of the event: cells two and eight weeks later, diameter; growth of cells [1/day]."""
    one = run.isel(patient=0)
    cells, size = one["viable_volume"], one["true_sum_of_diameters"]
    late = np.log(cells.isel(visit=-1) / cells.isel(visit=-5)) / 28.0
    return xr.Dataset(
        {
            "cells_2_weeks": _ratio(cells, EVENT + 2),
            "cells_8_weeks": _ratio(cells, LATER),
            "least_diameter": size.isel(visit=slice(EVENT, None)).min("visit") / size.isel(visit=EVENT),
            "necrosis_4_weeks": one["necrotic_fraction"].isel(visit=EVENT + 4).drop_vars("visit"),
            "late_growth": late,
        }
    )


def _ratio(values: xr.DataArray, visit: int) -> xr.DataArray:
    return values.isel(visit=visit).drop_vars("visit") / values.isel(visit=EVENT).drop_vars("visit")


def main(out: Path | None = None, size: int = 1) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the measures of each arm; there is no cohort to size."""
    config = scenario(NAME, folder="spatial")
    if out is None:
        return measure(ossim.run(config))
    run, fields = run_kept(config, out / NAME)
    found = measure(run)
    rows = [{"arm": arm, **{str(key): float(value) for key, value in found.sel(arm=arm).items()}} for arm in ARMS]
    for row in rows:
        print(
            f"{ARMS[row['arm']]:26s} cells after 2 and 8 weeks {row['cells_2_weeks']:.2f} {row['cells_8_weeks']:.2f},"
            f" necrosis after 4 weeks {row['necrosis_4_weeks']:.2f}, late growth {row['late_growth']:+.4f}/day"
        )
    save(out, rows, _figure(run, fields), {})
    return found


def _figure(run: xr.Dataset, fields: xr.Dataset):
    """Draw kymographs of cells, necrosis and vessels of three arms over diameter and cells of all."""
    figure = plt.figure(figsize=(12, 9.5), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=(2.1, 1))
    shown = list(ARMS)[1:]
    panels = upper.subplots(len(SHOWN), len(shown), sharex=True, sharey=True)
    cut = fields.sel(r=slice(0.0, 24.0))
    for column, arm in enumerate(shown):
        scales = {name: (0.0, float(cut[name].max())) for name in SHOWN}
        ossim.plots.field_kymograph(cut, ax=panels[:, column], variables=list(SHOWN), arm=arm, limits=scales)
        panels[0, column].set_title(ARMS[arm])
        for panel in panels[:, column]:
            panel.set(xlabel="", ylabel="")
    upper.supxlabel("Day", fontsize="medium")
    upper.supylabel("Distance from the center [mm]", fontsize="medium")
    left, right = lower.subplots(1, 2)
    for arm, label in ARMS.items():
        one, weeks = run.isel(patient=0).sel(arm=arm), run["planned_visit_time"].values / 7.0
        left.plot(weeks, one["true_sum_of_diameters"], label=label, linewidth=1.7)
        right.plot(weeks, one["viable_volume"] / 1e3, label=label, linewidth=1.7)
    for panel, label in ((left, "Diameter [mm]"), (right, "Viable cells [cm³]")):
        panel.axvline(EVENT, color="0.6", linewidth=1.0, linestyle="--")
        panel.set(xlabel="Week", ylabel=label, xlim=(0, 20), ylim=(0, None), xticks=range(0, 21, 4))
        panel.spines[["top", "right"]].set_visible(False)
    right.legend(frameon=False)
    return figure


if __name__ == "__main__":
    main(*command_line(NAME, "What does a sudden loss of supply kill?", size=1))
