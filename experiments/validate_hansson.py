"""Validation: sunitinib in gastrointestinal stromal tumors after Hansson et al. 2013, and what their patients lived.

Biomarkers, lesions and survival of the typical patient on 50 mg, 4 weeks on and 2 off, and on placebo, against an
independent integration; and survival by the two public readings of the Weibull law against the medians of the trial.
Expectation: every reference value is met to its digits; under the law with time in weeks typical medians are within a
factor of 1.5 of those of the trial, and under the other reading they are at least twice as long.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, print_values, save, value

import ossim
from ossim.catalog import model_parameters

MODEL, WEEK, WEEKS, SEED = "hansson2013", 7.0, 420, 20131104
LAWS = {"survival": "time in weeks", "survival_rate_form": "time in 1/rate"}
BIOMARKERS = {"vegf": "VEGF", "svegfr2": "sVEGFR-2", "svegfr3": "sVEGFR-3", "skit": "sKIT"}
ARMS = {
    "placebo": [],
    "sunitinib": [{"time": 0, "amt": 50 * 28, "dur": 28, "ii": 42, "addl": WEEKS // 6, "cmt": "sunitinib"}],
}
#: medians of the randomized trial [week], placebo corrected for crossover; recalled, not checked against the paper
TRIAL = {"placebo": 39.0, "sunitinib": 73.0}
CHECKED, RECALLED = "independent integration", "trial, recalled"
STEADY = {"vegf": 5.02917, "svegfr2": 0.343358, "svegfr3": 0.396274, "skit": 0.396274}
MEDIANS = {("placebo", "survival"): 32.8, ("placebo", "survival_rate_form"): 85.5,
           ("sunitinib", "survival"): 106.9, ("sunitinib", "survival_rate_form"): 279.0}  # fmt: skip


def courses() -> xr.Dataset:
    """The typical patient in each arm, by day."""
    times = np.arange(0.0, WEEKS * WEEK + 0.5)
    runs = [ossim.simulate(MODEL, times, doses=doses) for doses in ARMS.values()]
    keep = [name for name in runs[0].data_vars if "dose" not in str(name)]
    return xr.concat([run[keep] for run in runs], dim=xr.Variable("arm", list(ARMS)), combine_attrs="override")


def population_survival(size: int) -> xr.DataArray:
    """Mean survival on sunitinib of patients who differ in the potency on sVEGFR-3 and in its turnover, by law."""
    facts, draw = model_parameters(MODEL), np.random.default_rng(SEED)
    spread = {
        name: facts[name].value * np.exp(np.sqrt(facts[name].variance) * draw.standard_normal(size))
        for name in ("svegfr3_ic50", "svegfr3_mean_residence_time")
    }
    times = np.arange(0.0, WEEKS * WEEK + 0.5, WEEK)
    found = ossim.simulate(MODEL, times, doses=ARMS["sunitinib"], parameters=spread, rtol=1e-6)
    return found[list(LAWS)].to_dataarray("law").mean("run")


def median_weeks(survival: xr.DataArray) -> float:
    """Week at which survival passes one half."""
    return float(np.interp(-0.5, -survival.values, survival["time"].values) / WEEK)


def _rows(found: xr.Dataset, size: int) -> list[dict[str, object]]:
    still = {"vegf_progression_rate": 0.0, "skit_progression_rate": 0.0}
    constant = [{"time": 0, "amt": 50 * 3000, "dur": 3000, "cmt": "sunitinib"}]
    steady = ossim.simulate(MODEL, [0.0, 3000.0], doses=constant, parameters=still)
    rows = [
        value(
            f"{label} at rest on 50 mg a day / baseline", "1", STEADY[name], steady[name][1] / steady[name][0], CHECKED
        )
        for name, label in BIOMARKERS.items()
    ]
    on = found.sel(arm="sunitinib")
    for week, size_mm, ratio in ((4, 189.87, 0.5093), (6, 190.00, 0.7877), (12, 184.35, 0.7705)):
        now = on.sel(time=week * WEEK)
        share = 1.0 + now["svegfr3_change"]
        rows.append(
            value(f"sum of diameters, week {week}, 4 on 2 off", "mm", size_mm, now["sum_of_diameters"], CHECKED)
        )
        rows.append(value(f"sVEGFR-3 / baseline, week {week}, 4 on 2 off", "1", ratio, share, CHECKED))
    untreated = found["sum_of_diameters"].sel(arm="placebo", time=12 * WEEK)
    rows.append(value("sum of diameters, week 12, placebo", "mm", 224.66, untreated, CHECKED))
    for (arm, law), weeks in MEDIANS.items():
        median = median_weeks(found[law].sel(arm=arm))
        rows.append(value(f"median survival, {arm}, law with {LAWS[law]}", "week", weeks, median, CHECKED))
        rows.append(value(f"median survival, {arm}, law with {LAWS[law]}", "week", TRIAL[arm], median, RECALLED))
    population = population_survival(size)
    for law, label in LAWS.items():
        median = median_weeks(population.sel(law=law))
        text = f"median survival, {size} patients on sunitinib, {label}"
        rows.append(value(text, "week", TRIAL["sunitinib"], median, RECALLED))
    return rows


def main(out: Path | None = None, size: int = 400) -> tuple[list[dict[str, object]], xr.Dataset]:
    """Simulate, print, save into `out` if given; return the rows of reference values and the courses of both arms."""
    found = courses()
    rows = _rows(found, size)
    if out is not None:
        print_values(rows)
        save(out, rows, _figure(found), {"typical_patient": found})
    return rows, found


def _figure(found: xr.Dataset):
    """Biomarkers, lesions and survival side by side."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
    colors = {"placebo": "#8A8A8A", "sunitinib": "#0072B2"}
    year = found.sel(time=slice(0, 48 * WEEK))
    weeks = year["time"] / WEEK
    for name, label in BIOMARKERS.items():
        course = year[name].sel(arm="sunitinib")
        left.semilogy(weeks, course / course[0], label=label, linewidth=1.4)
    left.axhline(1.0, color="0.7", linewidth=0.8, zorder=0)
    left.set(xlabel="Time [week]", ylabel="Plasma level relative to baseline", title="Sunitinib, 4 weeks on, 2 off")
    left.set_yticks([0.5, 1, 2, 5], ["0.5", "1", "2", "5"])
    left.yaxis.set_minor_formatter("")
    left.legend(frameon=False, fontsize=8, loc="upper right", ncols=2)
    left.set_ylim(0.35, 13)
    for arm, color in colors.items():
        middle.plot(weeks, year["sum_of_diameters"].sel(arm=arm), color=color, label=arm)
        for law, style in zip(LAWS, ("-", "--"), strict=True):
            label = f"{arm}, law with {LAWS[law]}"
            right.plot(found["time"] / WEEK, found[law].sel(arm=arm), style, color=color, label=label)
        right.plot(TRIAL[arm], 0.5, "o", color=color, markeredgecolor="black", label=f"{arm}, trial median (recalled)")
    middle.set(xlabel="Time [week]", ylabel="Sum of longest diameters [mm]", title="Lesions", ylim=(0, None))
    middle.legend(frameon=False, fontsize=8)
    right.axhline(0.5, color="0.7", linewidth=0.8, zorder=0)
    right.set(
        xlabel="Time [week]",
        ylabel="Survival",
        title="Two readings of the law, neither checked in the paper",
        xlim=(0, WEEKS),
        ylim=(0, 1.02),
    )
    right.legend(frameon=False, fontsize=7.5, loc="upper right")
    for axes in (left, middle, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line("validate_hansson", "Are biomarkers, lesions and survival those of Hansson et al. 2013?", 400))
