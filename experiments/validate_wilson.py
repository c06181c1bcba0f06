"""Validation: when to give irinotecan beside sunitinib, after Wilson et al. 2015.

Xenografts that start twelve days of sunitinib on day 14, 20 or 28 get one dose of irinotecan before, with, or after
the start of sunitinib. Expectation: sunitinib first and irinotecan 6 days into it is better than both together, than
the reverse order and than sunitinib alone by the mean diameter of 60 days; and the best day for irinotecan lies inside
the course of sunitinib. Not reproduced of figure 6 of the paper: irinotecan on day 6 gives the lowest nadir of days 0,
3, 6, 9 and 12 neither from day 14 or 20, where a tumor is smallest on the first day, nor from day 28, where day 9 is
lower by about a micrometer; the day of the model on which the paper started treatment was not found.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, print_values, save, value

import ossim

MODEL = "wilson2015"
STARTS, DAYS, PAPER_DAYS, PAPER_BEST = (14, 20, 28), tuple(range(21)), (0, 3, 6, 9, 12), 6
#: how long a mean is taken from the start of treatment, and a nadir sought after irinotecan [day]
HORIZON, NADIR_WINDOW, STEP = 60.0, 45.0, 0.25
CHECKED, PAPER = "independent integration", "paper, figure 6, as transcribed"
#: schedule -> day of the first dose of sunitinib and day of irinotecan, both from the start of treatment
SCHEDULES = {
    "untreated": (None, None),
    "irinotecan alone": (None, 0),
    "irinotecan, sunitinib from day 4": (4, 0),
    "sunitinib alone": (0, None),
    "both on day 0": (0, 0),
    "sunitinib, irinotecan on day 6": (0, 6),
    "sunitinib, irinotecan on day 15": (0, 15),
}
REFERENCES = {
    (None, None): {10: 2.8620, 20: 5.9284, 30: 7.9228, 40: 9.8021, 50: 12.2892},
    (0, None): {20: 5.5950, 30: 6.0838, 40: 6.7970, 50: 7.9222},
    (0, 15): {30: 5.9199, 40: 6.0279, 50: 7.1043},
}


def course(start: float, sunitinib: float | None, irinotecan: float | None) -> xr.DataArray:
    """Tumor diameter by day of the model, treatment from day `start`."""
    doses = []
    if sunitinib is not None:
        doses.append({"time": start + sunitinib, "amt": 1, "ii": 1, "addl": 11, "cmt": "sunitinib"})
    if irinotecan is not None:
        doses.append({"time": start + irinotecan, "amt": 1, "cmt": "irinotecan"})
    times = np.arange(0.0, max(STARTS) + max(HORIZON, max(DAYS) + NADIR_WINDOW) + STEP, STEP)
    return ossim.simulate(MODEL, times, doses=doses)["tumor_diameter"]


def mean_diameter(found: xr.DataArray, start: float) -> float:
    """Mean diameter of the days from the start of treatment to the horizon."""
    return float(found.sel(time=slice(start, start + HORIZON)).mean())


def nadir(found: xr.DataArray, day: float) -> float:
    """Smallest diameter from irinotecan on day `day` of the model through the window."""
    return float(found.sel(time=slice(day, day + NADIR_WINDOW)).min())


def schedules() -> xr.DataArray:
    """Diameter by start of treatment, schedule and day."""
    parts = [xr.concat([course(start, *given) for given in SCHEDULES.values()], "schedule") for start in STARTS]
    return xr.concat(parts, "start").assign_coords(start=list(STARTS), schedule=list(SCHEDULES))


def sweep() -> xr.Dataset:
    """Mean diameter and nadir by start of treatment and by day of irinotecan."""
    found = {start: [course(start, 0, day) for day in DAYS] for start in STARTS}
    means = [[mean_diameter(one, start) for one in found[start]] for start in STARTS]
    nadirs = [[nadir(one, start + day) for day, one in zip(DAYS, found[start], strict=True)] for start in STARTS]
    dims, attributes = ("start", "irinotecan_day"), {"units": "mm"}
    return xr.Dataset(
        {
            "mean_diameter": (dims, means, {**attributes, "long_name": "mean diameter over 60 days"}),
            "nadir": (dims, nadirs, {**attributes, "long_name": "smallest diameter after irinotecan"}),
        },
        {"start": list(STARTS), "irinotecan_day": list(DAYS)},
    )


def best_day(found: xr.DataArray, among: tuple[int, ...] = DAYS) -> int:
    """Day of irinotecan at which a row of the sweep is lowest."""
    part = found.sel(irinotecan_day=list(among))
    return int(part["irinotecan_day"][part.values.argmin()])


def _rows(found: xr.DataArray, swept: xr.Dataset) -> list[dict[str, object]]:
    rows = []
    for given, by_day in REFERENCES.items():
        name = next(name for name, item in SCHEDULES.items() if item == given)
        for day, expected in by_day.items():
            now = found.sel(start=14, schedule=name, time=day)
            rows.append(value(f"diameter, day {day}, from day 14: {name}", "mm", expected, now, CHECKED))
    for start in STARTS:
        for name in SCHEDULES:
            mean = mean_diameter(found.sel(start=start, schedule=name), start)
            rows.append(value(f"mean diameter, from day {start}: {name}", "mm", None, mean, "model"))
    for start in STARTS:
        for measure, label in (("nadir", "nadir"), ("mean_diameter", "mean diameter")):
            line, text = swept[measure].sel(start=start), f"best day by {label}, from day {start}"
            rows.append(value(f"{text}, of 5 days", "day", PAPER_BEST, best_day(line, PAPER_DAYS), PAPER))
            rows.append(value(f"{text}, of 21 days", "day", None, best_day(line), "model"))
    return rows


def main(out: Path | None = None, size: int = 1) -> tuple[list[dict[str, object]], xr.DataArray, xr.Dataset]:
    """Simulate, print, save into `out` if given; return the rows, the courses by schedule, and the sweep of days."""
    found, swept = schedules(), sweep()
    rows = _rows(found, swept)
    if out is not None:
        print_values(rows)
        save(out, rows, _figure(found, swept), {"schedules": found.to_dataset(), "irinotecan_days": swept})
    return rows, found, swept


def _figure(found: xr.DataArray, swept: xr.Dataset):
    """Courses of one start of treatment, and both measures against the day of irinotecan."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.4), layout="constrained")
    start = STARTS[1]
    colors = ("#222222", "#8A8A8A", "#D55E00", "#0072B2", "#E69F00", "#009E73", "#CC79A7")
    for name, color in zip(SCHEDULES, colors, strict=True):
        line = found.sel(start=start, schedule=name, time=slice(start - 10, start + HORIZON))
        left.plot(line["time"] - start, line, color=color, label=name, linewidth=1.4)
    left.axvspan(0, 12, color="#56B4E9", alpha=0.15, linewidth=0)
    left.set(
        xlabel=f"Days from the start of treatment (day {start})",
        ylabel="Tumor diameter [mm]",
        title="Order of the drugs (shaded: sunitinib from day 0)",
    )
    left.set_ylim(0, 22)
    left.legend(frameon=False, fontsize=7.5, loc="upper left")
    for axes, measure, title in (
        (middle, "mean_diameter", "Mean over 60 days"),
        (right, "nadir", "Smallest after irinotecan"),
    ):
        for start, color in zip(STARTS, ("#56B4E9", "#0072B2", "#004C7A"), strict=True):
            line = swept[measure].sel(start=start)
            axes.plot(DAYS, line, "o-", color=color, markersize=3.5, label=f"sunitinib from day {start}")
            low = best_day(line)
            axes.plot(
                low,
                line.sel(irinotecan_day=low),
                "o",
                color=color,
                markersize=9,
                markerfacecolor="none",
                label="lowest" if start == STARTS[-1] else None,
            )
        axes.set_xticks(range(0, 21, 3))
        axes.axvline(PAPER_BEST, color="0.6", linestyle=":", linewidth=1.0, label="best day of the paper")
        axes.set(xlabel="Day of irinotecan after the start of sunitinib", ylabel="Tumor diameter [mm]", title=title)
    middle.set_ylim(6, 13)
    right.set_ylim(4, 10)
    middle.legend(frameon=False, fontsize=8, loc="upper right")
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line("validate_wilson", "Does sunitinib first, irinotecan during it beat other orders?", 1))
