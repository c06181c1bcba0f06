"""Validation: pazopanib in renal cell carcinoma after Ouerdani et al. 2015, in patients and in mice.

The typical patient treated and untreated, and the four groups of mice, against an independent integration or against
SciPy on the equations as printed. Expectation: every value is met to its digits; treatment turns growth of the lesions
into shrinkage with a nadir between weeks 12 and 20, after which they grow although their vessels are still being lost;
in mice, tumors shrink first under every dose alike and part by dose later.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, print_values, save, value
from scipy.integrate import solve_ivp

import ossim

PATIENT, MOUSE = "ouerdani2015", "ouerdani2015_mouse"
UNTIL, MOUSE_UNTIL = 336, 24
#: mean daily dose of the trial [mg]; AUC of a day in each group of mice [mg h/L]
DOSE = 727.0
GROUPS = {"vehicle": 0.0, "10 mg/kg": 220.2, "30 mg/kg": 656.8, "100 mg/kg": 1140.8}
CHECKED, BY_SCIPY = "independent integration", "SciPy on the printed equations"
PATIENT_VALUES = {
    "treated": {56: 82.2857, 84: 79.6823, 168: 80.1360},
    "untreated": {56: 108.4996, 84: 112.992, 168: 127.4967},
}
MOUSE_VALUES = {"vehicle": 636.814, "10 mg/kg": 257.402}


def patients() -> xr.Dataset:
    """Lesions and their carrying capacity with and without drug, by day."""
    daily = [{"time": 0, "amt": DOSE, "dur": 1, "ii": 1, "addl": UNTIL - 1, "cmt": "pazopanib"}]
    return _arms(PATIENT, np.arange(0.0, UNTIL + 0.5), {"untreated": [], "treated": daily})


def mice() -> xr.Dataset:
    """Tumors and their carrying capacity in each group, four times a day."""
    row = {"time": 0, "dur": 1, "ii": 1, "addl": MOUSE_UNTIL - 1, "cmt": "pazopanib_exposure"}
    doses = {group: [{**row, "amt": auc}] if auc else [] for group, auc in GROUPS.items()}
    return _arms(MOUSE, np.arange(0.0, MOUSE_UNTIL + 0.1, 0.25), doses)


def _arms(model: str, times: np.ndarray, doses: dict) -> xr.Dataset:
    runs = [ossim.simulate(model, times, doses=rows) for rows in doses.values()]
    keep = [name for name in runs[0].data_vars if "time" in runs[0][name].dims]
    return xr.concat([run[keep] for run in runs], dim=xr.Variable("arm", list(doses)), combine_attrs="override")


def mouse_by_scipy(auc: float) -> float:
    """Tumor volume on day 24 [mm^3] by the printed equations and values."""
    kill, loss = (0.251, 0.007 * auc**0.332) if auc else (0.0, 0.0)

    def rates(t, y):
        size, capacity = y
        growth = 0.166 * size * (1.0 - size / capacity)
        return [growth - kill * np.exp(-0.196 * t) * size, 0.0183 * size - loss * capacity]

    return solve_ivp(rates, (0.0, MOUSE_UNTIL), [175.0, 543.0], "DOP853", rtol=1e-12, atol=1e-12).y[0, -1]


def main(out: Path | None = None, size: int = 1) -> tuple[list[dict[str, object]], xr.Dataset, xr.Dataset]:
    """Simulate, print, save into `out` if given; return the rows, the courses of patients and those of mice."""
    human, murine = patients(), mice()
    rows = [
        value(
            f"sum of diameters, day {day}, {arm}",
            "mm",
            expected,
            human["sum_of_diameters"].sel(arm=arm, time=day),
            CHECKED,
        )
        for arm, by_day in PATIENT_VALUES.items()
        for day, expected in by_day.items()
    ]
    for group, auc in GROUPS.items():
        found = murine["tumor_volume"].sel(arm=group, time=MOUSE_UNTIL)
        if group in MOUSE_VALUES:
            rows.append(value(f"tumor of mice, day 24, {group}", "mm^3", MOUSE_VALUES[group], found, CHECKED))
        rows.append(value(f"tumor of mice, day 24, {group}", "mm^3", mouse_by_scipy(auc), found, BY_SCIPY))
    treated = human["sum_of_diameters"].sel(arm="treated")
    rows.append(
        value("day of the nadir, treated patient", "day", None, treated["time"][treated.values.argmin()], "model")
    )
    rows.append(value("nadir, treated patient", "mm", None, treated.min(), "model"))
    if out is not None:
        print_values(rows)
        save(out, rows, _figure(human, murine), {"patients": human, "mice": murine})
    return rows, human, murine


def _figure(human: xr.Dataset, murine: xr.Dataset):
    """Sizes above, carrying capacities beneath; patients left, mice right."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 6.6), layout="constrained", sharex="col")
    colors = ("#8A8A8A", "#0072B2", "#E69F00", "#D55E00")
    sides = ((human, "sum_of_diameters", "Sum of longest diameters [mm]", 7.0, "Patients, 727 mg a day"),
             (murine, "tumor_volume", "Tumor volume [mm³]", 1.0, "Mice, CAKI-2, 24 daily doses"))  # fmt: skip
    for column, (found, size, label, unit, title) in enumerate(sides):
        above, beneath = panels[:, column]
        for arm, color in zip(found["arm"].values, colors, strict=False):
            above.plot(found["time"] / unit, found[size].sel(arm=arm), color=color, label=str(arm))
            beneath.plot(found["time"] / unit, found["carrying_capacity"].sel(arm=arm), color=color)
        above.set(ylabel=label, title=title, ylim=(0, None))
        above.legend(frameon=False, fontsize=8)
        capacity_unit = label[label.index("[") :]
        beneath.set(xlabel="Time [week]" if unit > 1 else "Time [day]", ylabel=f"Carrying capacity {capacity_unit}")
        beneath.set_ylim(0, None)
    for axes in panels.ravel():
        axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line("validate_ouerdani", "Are patients and mice under pazopanib those of Ouerdani et al. 2015?", 1))
