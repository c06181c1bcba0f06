"""When should a cytotoxic be given around the start of a VEGFR inhibitor?

Expectation: in the first week of sorafenib a dose of doxorubicin kills within a fifth of what it kills without, four
weeks later less than two thirds: vessels are pruned, cells without oxygen do not cycle. So of the doses given with
sorafenib the early ones leave the fewest cells after eight weeks, and sorafenib two weeks later leaves more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario

import ossim

NAME = "cytotoxic_delivery"
WINDOW = 7  # days after the dose in which the kill is read
#: arm with a dose -> (the same arm without, day of the dose, start of sorafenib less that of the dose in words)
SCHEDULES = {
    "none_day_0": ("none", 0, "no sorafenib"),
    "later_sorafenib_day_0": ("later_sorafenib", 0, "14 d before"),
    **{f"sorafenib_day_{day}": ("sorafenib", day, f"day {day}") for day in (0, 2, 4, 7, 14, 21, 28)},
}


def measure(run: xr.Dataset) -> xr.Dataset:
    """Kill of each dose [log of viable cells, relative to the dose without sorafenib], delivery, cells at the end."""
    viable, level = run["viable_volume"].isel(patient=0), run["drug_penetration"].isel(patient=0)
    kill, delivery, left = [], [], []
    for arm, (control, day, _) in SCHEDULES.items():
        pair = viable.isel(visit=day + WINDOW).sel(arm=[control, arm]).values
        kill.append(np.log(pair[0] / pair[1]))
        delivery.append(float(level.sel(arm=control, visit=day)))
        left.append(float(viable.sel(arm=arm).isel(visit=-1)))
    table = {"log_kill": kill, "relative_kill": np.array(kill) / kill[0], "delivery": delivery, "viable_at_end": left}
    return xr.Dataset({name: ("arm", values) for name, values in table.items()}, {"arm": list(SCHEDULES)})


def main(out: Path | None = None, size: int = 1) -> xr.Dataset:
    """Simulate, print, save into `out` if given, and return the measures per schedule; there is no cohort to size."""
    run = ossim.run(scenario(NAME, folder="spatial"))
    found = measure(run)
    if out is not None:
        rows = [{"schedule": arm, **{str(k): float(v) for k, v in found.sel(arm=arm).items()}} for arm in SCHEDULES]
        for row in rows:
            print(
                f"{row['schedule']:24s} kill {row['log_kill']:.3f}, relative {row['relative_kill']:.2f}, delivery"
                f" {row['delivery']:.2f}, viable after 8 weeks {row['viable_at_end'] / 1e3:.2f} cm^3"
            )
        save(out, rows, _figure(run, found), {NAME: run})
    return found


def _figure(run: xr.Dataset, found: xr.Dataset):
    """Draw viable cells of a few schedules, relative kill and delivery against the day of the dose, cells left."""
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained", width_ratios=(1.25, 1, 1))
    days = run["planned_visit_time"].values
    shown = {
        "none": ("0.6", "--", "no drug"), "none_day_0": ("0.6", "-", "doxorubicin, day 0"),
        "sorafenib": ("C0", "--", "sorafenib"), "sorafenib_day_0": ("C0", "-", "and doxorubicin, day 0"),
        "sorafenib_day_28": ("C2", "-", "and doxorubicin, day 28"),
        "later_sorafenib_day_0": ("C1", "-", "doxorubicin, sorafenib 14 d later"),
    }  # fmt: skip
    for arm, (color, style, label) in shown.items():
        cells = run["viable_volume"].isel(patient=0).sel(arm=arm) / 1e3
        axes[0].plot(days, cells, style, color=color, label=label, linewidth=1.6)
    axes[0].set(xlabel="Day", ylabel="Viable cells [cm³]", xlim=(0, days[-1]), ylim=(0, 15))
    axes[0].legend(frameon=False, fontsize="small", loc="upper left")
    given = [arm for arm in SCHEDULES if arm.startswith("sorafenib")]
    lags = [SCHEDULES[arm][1] for arm in given]
    axes[1].plot(lags, found["relative_kill"].sel(arm=given), "o-", label="kill of viable cells")
    axes[1].plot(lags, found["delivery"].sel(arm=given), "s--", label="delivery on that day")
    axes[1].axhline(1.0, color="0.6", linewidth=0.8)
    axes[1].set(xlabel="Day of doxorubicin after the start of sorafenib", ylim=(0, 1.35))
    axes[1].set_ylabel("Relative to no sorafenib")
    axes[1].legend(frameon=False, loc="lower left")
    order = list(SCHEDULES)[1:]
    axes[2].barh(range(len(order)), found["viable_at_end"].sel(arm=order) / 1e3, color=["C1"] + ["C0"] * len(given))
    axes[2].set_yticks(range(len(order)), [SCHEDULES[arm][2] for arm in order])
    axes[2].invert_yaxis()
    axes[2].set(xlabel="Viable cells after 8 weeks [cm³]", ylabel="Doxorubicin, from the start of sorafenib")
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line(NAME, "When should a cytotoxic be given around the start of a VEGFR inhibitor?", size=1))
