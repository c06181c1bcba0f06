"""Where do the ordinary differential equations of the patient stand for a lesion in space, and where do they fail?

Expectation: without drug, diameters at 8 weeks agree within 10 % and times of true progression within a fifth, for
three quarters of the patients or more; at 16 weeks the lumped lesion is smaller, by some 7 %. Under sorafenib lesions
in space shrink less, for only their border heals: at 8 weeks they are larger in three quarters of the patients or more,
and progression comes earlier.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

import ossim
from ossim.model import PATIENT

NAME, SIZE = "spatial_and_lumped", 20
EARLY, LATE = 2, 4  # visits at 8 and 16 weeks


def both(size: int = SIZE) -> dict[str, xr.Dataset]:
    """Run the same patients with lesions in space and lumped."""
    config = scenario(NAME, size, folder="spatial")
    lumped = config.with_overrides({"model": PATIENT, "space": None})
    return {"space": ossim.run(config), "lumped": ossim.run(lumped)}


def measure(runs: dict[str, xr.Dataset]) -> xr.Dataset:
    """Diameter relative to enrollment at 8 and 16 weeks and time of progression, dims (model, arm, patient).

    Also diameter and share of tolerant cells at enrollment and the lumped doubling time without drug, over `patient`.
    """
    parts = []
    for run in runs.values():
        size = run["true_sum_of_diameters"]
        relative = size / size.isel(visit=0)
        parts.append(
            xr.Dataset(
                {
                    "early": relative.isel(visit=EARLY, drop=True),
                    "late": relative.isel(visit=LATE, drop=True),
                    "progression": run["true_progression_time"].isel(line=0, drop=True),
                }
            )
        )
    found = xr.concat(parts, dim="model").assign_coords(model=list(runs))
    lumped = runs["lumped"].isel(arm=0, drop=True)
    size, days = lumped["true_sum_of_diameters"], lumped["planned_visit_time"].values[1]
    growth = 3.0 * np.log(size.isel(visit=1, drop=True) / size.isel(visit=0, drop=True)) / days
    found["doubling_time"] = np.log(2.0) / growth
    found["diameter"] = size.isel(visit=0, drop=True)
    found["tolerant"] = lumped["resistant_fraction"].isel(visit=0, drop=True)
    return found


def ratio(found: xr.Dataset, name: str, arm: str) -> xr.DataArray:
    """In space over lumped, of patients whose lesions are there in both."""
    values = found[name].sel(arm=arm).where(found[name].sel(arm=arm) > 0.0)
    return (values.sel(model="space") / values.sel(model="lumped")).dropna("patient")


def main(out: Path | None = None, size: int = SIZE) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the measures."""
    runs = both(size)
    found = measure(runs)
    if out is not None:
        table = found.to_dataframe().reset_index()
        rows = table.to_dict("records")
        for arm in map(str, found["arm"].values):
            for name in ("early", "late", "progression"):
                quartiles = np.round(np.quantile(ratio(found, name, arm), (0.25, 0.5, 0.75)), 3)
                print(f"{arm:10s} {name:12s} space / lumped, quartiles {quartiles}")
        save(out, rows, _figure(found), runs)
    return found


def _figure(found: xr.Dataset):
    """Draw both models against one another, and their ratio against what patients differ in."""
    figure, axes = plt.subplots(2, 3, figsize=(11.5, 7.2), layout="constrained")
    colors = {"untreated": "0.35", "sorafenib": "C0"}
    compared = (
        ("early", 1.0, "Diameter at 8 weeks, day 0 = 1"),
        ("late", 1.0, "Diameter at 16 weeks, day 0 = 1"),
        ("progression", 7.0, "True progression [week]"),
    )
    for panel, (name, unit, title) in zip(axes[0], compared, strict=True):
        for arm, color in colors.items():
            pair = found[name].sel(arm=arm) / unit
            panel.plot(pair.sel(model="lumped"), pair.sel(model="space"), "o", color=color, alpha=0.8, label=arm)
        top = 1.05 * float(found[name].max()) / unit
        panel.plot([0.0, top], [0.0, top], color="0.7", linewidth=1.0, zorder=0)
        panel.set(title=title, xlabel="Lumped", ylabel="In space", xlim=(0, top), ylim=(0, top), aspect="equal")
    axes[0, 0].legend(frameon=False)
    differs = (
        ("doubling_time", 1.0, "Doubling time without drug [day]"),
        ("diameter", 1.0, "Diameter at enrollment [mm]"),
        ("tolerant", 100.0, "TKI-tolerant cells at enrollment [%]"),
    )
    for panel, (name, factor, label) in zip(axes[1], differs, strict=True):
        for arm, color in colors.items():
            late = ratio(found, "late", arm)
            panel.plot(factor * found[name].sel(patient=late["patient"]), late, "o", color=color, alpha=0.8)
        panel.axhline(1.0, color="0.7", linewidth=1.0, zorder=0)
        panel.set(xscale="log", xlabel=label, ylabel="Diameter at 16 weeks,\nin space / lumped")
        panel.xaxis.set_major_locator(LogLocator(subs=(1.0,) if name == "tolerant" else (1.0, 2.0, 5.0)))
        panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.xaxis.set_minor_formatter(NullFormatter())
    for panel in axes.flat:
        panel.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line(NAME, "Where do lumped patients stand for lesions in space?", size=SIZE))
