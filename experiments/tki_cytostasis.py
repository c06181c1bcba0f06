"""Why does a TKI stop a lesion without shrinking it, and what is left alive?

Expectation: without drug the lesion progresses by RECIST at 8 weeks. Under sorafenib the diameter stays within -30 and
+20 % for 16 weeks and more, while viable cells fall below half: the middle dies, a rim of some mm lives at the border.
Then TKI-tolerant cells take over and grow again. The outline follows without a jump: it never grows half as fast again
as without drug.
"""

from __future__ import annotations

from pathlib import Path

import xarray as xr
from common import command_line, plt, run_kept, save, scenario

import ossim

NAME = "tki_cytostasis"


def measure(run: xr.Dataset) -> xr.Dataset:
    """Per arm and visit: diameter and viable cells relative to enrollment, share of tolerant cells, rim [mm]."""
    one = run.isel(patient=0)
    first = one.isel(visit=0, drop=True)
    return xr.Dataset(
        {
            "diameter": one["true_sum_of_diameters"] / first["true_sum_of_diameters"],
            "viable": one["viable_volume"] / first["viable_volume"],
            "tolerant": one["resistant_fraction"],
            "rim_width": one["rim_width"],
        }
    ).assign_coords(week=("visit", one["planned_visit_time"].values / 7.0))


def main(out: Path | None = None, size: int = 1, geometry: str = "plane") -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the measures; there is no cohort to size."""
    config = scenario(NAME, folder="spatial", **{"space.geometry": geometry})
    if out is None:
        return measure(ossim.run(config))
    run, fields = run_kept(config, out / NAME)
    found = measure(run)
    rows = [
        {
            "arm": str(arm),
            "week": float(week),
            **{str(k): float(v.sel(arm=arm).isel(visit=i)) for k, v in found.items()},
        }
        for arm in found["arm"].values
        for i, week in enumerate(found["week"].values)
    ]
    for row in rows:
        print(
            f"{row['arm']:10s} week {row['week']:2.0f}: diameter {row['diameter']:.2f}, viable {row['viable']:.2f},"
            f" tolerant {row['tolerant']:.2f}, rim {row['rim_width']:.1f} mm"
        )
    save(out, rows, _figure(found, fields), {})
    return found


def _figure(found: xr.Dataset, fields: xr.Dataset):
    """Draw maps of both arms over time, profiles of viable cells under sorafenib, and the courses."""
    days, profiles = (0.0, 28.0, 56.0, 84.0, 112.0), (0.0, 56.0, 112.0, 168.0, 224.0)  # later untreated leaves the map
    reach = 24.0
    cut = fields.sel(x=slice(-reach, reach), y=slice(-reach, reach))
    figure = plt.figure(figsize=(9.5, 12.5), layout="constrained")
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=(1.15, 3.2, 1.5))
    limits = {name: (0.0, float(cut[name].max())) for name in ("viable_cells", "necrosis", "mature_vessels")}
    panels = top.subplots(1, len(days), squeeze=False)
    ossim.plots.field_slices(
        cut, ax=panels, variables=["viable_cells"], times=days, arm="untreated",
        limits={"viable_cells": limits["viable_cells"]},
    )  # fmt: skip
    top.suptitle("Untreated", x=0.01, ha="left", fontweight="bold", fontsize="medium")
    names = ["viable_cells", "necrosis", "mature_vessels"]
    panels = middle.subplots(len(names), len(days))
    ossim.plots.field_slices(cut, ax=panels, variables=names, times=days, arm="sorafenib", limits=limits)
    middle.suptitle("Sorafenib", x=0.01, ha="left", fontweight="bold", fontsize="medium")
    left, center, right = bottom.subplots(1, 3)
    ossim.plots.radial_profile(fields, ax=left, variables=["viable_cells"], times=profiles, arm="sorafenib", until=26.0)
    left.legend(left.get_lines(), [f"day {day:.0f}" for day in profiles], frameon=False, loc="upper right")
    left.set(xlabel="Distance from the center [mm]", title="Sorafenib")
    for arm in map(str, found["arm"].values):
        style = "--" if arm == "untreated" else "-"
        center.plot(found["week"], 100.0 * (found["diameter"].sel(arm=arm) - 1.0), style, color="0.2", label=arm)
        right.plot(found["week"], found["viable"].sel(arm=arm), style, color="0.2", label=arm)
    right.plot(
        found["week"], found["tolerant"].sel(arm="sorafenib"), color="C3", label="sorafenib, share\nof tolerant cells"
    )
    center.axhspan(-30.0, 20.0, color="0.9", zorder=0)
    center.set(xlabel="Week", ylabel="Change of diameter [%]", ylim=(-40, 150), xlim=(0, float(found["week"][-1])))
    right.set(xlabel="Week", ylabel="Viable cells, day 0 = 1", ylim=(0, 3.5), xlim=(0, float(found["week"][-1])))
    center.legend(frameon=False, loc="upper left")
    right.legend(frameon=False, loc="upper right", fontsize="small")
    for panel in (center, right):
        panel.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line(NAME, "Why does a TKI stop a lesion without shrinking it?", size=1))
