"""Experiment: do resistance before treatment and adaptive therapy come out as published?

Tumors grown cell by cell hold a resistant cell as often as Iwasa, Nowak and Michor 2006 say, for any share of cell
death. Pausing a drug while the tumor is small delays progression in the model of Strobl et al. 2021 without any cost of
resistance, more with turnover of cells and more with a cost; and it delays the cells that need no androgen in the model
of Zhang et al. 2017.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save

import ossim
from ossim.catalog import model_constants, model_parameters
from ossim.terms.preexisting import resistance_probability

CELLS = 2000
MUTATIONS = (1e-4, 5e-4)
DEATHS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9)
COSTS = (0.0, 0.15, 0.3)
TURNOVERS = (0.0, 0.1, 0.2, 0.3)
DAYS = np.arange(0.0, 2000.0, 2.0)
SIMULATED_TIME = np.arange(0.0, 8000.0, 10.0)
ABIRATERONE_PATIENTS = (None, "representative_patient_1")


def clones(size: int) -> xr.Dataset:
    """Share of tumors with a resistant cell by mutation and death rate (births at rate 1), and the formula."""
    runs = [
        [ossim.resistance_at_detection(1.0, death, mutation, CELLS, runs=size, seed=seed) for death in DEATHS]
        for seed, mutation in enumerate(MUTATIONS)
    ]
    dims = ("mutation", "death")
    names = ("resistance_probability", "resistance_probability_formula")
    found = {
        name: (dims, [[float(run[name]) for run in row] for row in runs], runs[0][0][name].attrs) for name in names
    }
    p = np.array(found[names[1]][1])
    # by the formula, so that a share of 0 or 1 has an error too
    found["standard_error"] = (dims, np.sqrt(p * (1.0 - p) / size), {"units": "1", "long_name": "standard error"})
    coordinates = {"mutation": list(MUTATIONS), "death": list(DEATHS)}
    return xr.Dataset(found, coordinates, {**runs[0][0].attrs, "title": f"Resistance in {size} tumors each"})


def competition() -> dict[str, xr.Dataset]:
    """Strobl 2021 under continuous and adaptive treatment, one run for each cost and turnover."""
    cost, turnover = (grid.ravel() for grid in np.meshgrid(COSTS, TURNOVERS, indexing="ij"))
    growth = model_parameters("strobl2021")["sensitive_growth_rate"].value
    rule = model_constants("strobl2021")
    given = {
        "resistant_growth_rate": growth * (1.0 - cost),
        "sensitive_death_rate": growth * turnover,
        "resistant_death_rate": growth * turnover,
    }
    found = {}
    for name, stop in (("continuous", 0.0), ("adaptive", rule["adaptive_pause"].value)):
        run = ossim.adaptive(
            "strobl2021", DAYS, "drug", "tumor_size", stop_at=stop, every=rule["visit_interval"].value,
            parameters=given, atol=1e-12,
        )  # fmt: skip
        late = ossim.time_to_progression(run, "tumor_size", rule["progression_ratio"].value)
        found[name] = run.assign(time_to_progression=late).assign_coords(cost=("run", cost), turnover=("run", turnover))
    return found


def abiraterone() -> dict[str, dict[str, float]]:
    """Zhang 2017: simulated time until 90 % of cells need no androgen, by patient and treatment."""
    pause = model_constants("zhang2017")["pause_ratio"].value
    found = {}
    for patient in ABIRATERONE_PATIENTS:
        # treated at 0.8 of PSA at rest, twice that at the start
        psa = 2.0 * model_parameters("zhang2017", patient)["initial_psa"].value
        found[patient or "representative_patient_2"] = late = {}
        for name, stop in (("continuous", 0.0), ("adaptive", pause)):
            run = ossim.adaptive(
                "zhang2017", SIMULATED_TIME, "abiraterone", "psa", stop_at=stop, baseline=psa, start_on=False,
                parameter_set=patient, atol=1e-16,
            )  # fmt: skip
            late[name] = float(ossim.time_to_progression(run, "independent_fraction", 1.0, 0.9))
    return found


def main(out: Path | None = None, size: int = 10_000) -> tuple[xr.Dataset, dict[str, xr.Dataset], dict]:
    """Simulate, print, save into `out` if given; return clones, courses by treatment, and times of Zhang 2017."""
    grown, courses, late = clones(size), competition(), abiraterone()
    if out is not None:
        rows = _rows(grown, courses, late)
        for row in rows:
            print(
                f"{row['model']:18s} {row['case']:42s} {row['reference']:>10s} {row['expected']:9.4g}  simulated or"
                f" adaptive {row['found']:9.4g}"
            )
        save(out, rows, _figure(grown, courses), {"clones": grown, **courses})
    return grown, courses, late


def _rows(grown: xr.Dataset, courses: dict[str, xr.Dataset], late: dict) -> list[dict[str, object]]:
    rows = [
        _row(
            "birth and death", f"mutation {mutation:g}, death/birth {death:g}", "formula",
            grown["resistance_probability_formula"].sel(mutation=mutation, death=death),
            grown["resistance_probability"].sel(mutation=mutation, death=death),
        )
        for mutation in MUTATIONS
        for death in DEATHS
    ]  # fmt: skip
    pairs = zip(*(courses[name]["time_to_progression"].values for name in ("continuous", "adaptive")), strict=True)
    for run, (one, other) in enumerate(pairs):
        cost, turnover = (float(courses["adaptive"][name][run]) for name in ("cost", "turnover"))
        case = f"progression [day], cost {cost:g}, turnover {turnover:g}"
        rows.append(_row("strobl2021", case, "continuous", one, other))
    for patient, times in late.items():
        rows.append(
            _row("zhang2017", f"90 % independent, {patient}", "continuous", times["continuous"], times["adaptive"])
        )
    return rows


def _row(model: str, case: str, reference: str, expected: float, found: float) -> dict[str, object]:
    return {"model": model, "case": case, "reference": reference, "expected": float(expected), "found": float(found)}


def _figure(grown: xr.Dataset, courses: dict[str, xr.Dataset]):
    """Draw clones against their formula, two courses, and what adaptive therapy gains by cost and turnover."""
    figure, axes = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    line = np.linspace(0.0, 0.95, 200)
    for place, mutation in enumerate(MUTATIONS):
        axes[0].plot(line, resistance_probability(CELLS, mutation, 1.0, line), color=f"C{place}", linewidth=1.2)
        one = grown.sel(mutation=mutation)
        axes[0].errorbar(
            one["death"], one["resistance_probability"], 2.0 * one["standard_error"], fmt="o", markersize=4, capsize=3,
            color=f"C{place}", label=f"mutation {mutation:g} per division",
        )  # fmt: skip
    axes[0].plot([], [], color="0.3", label="Iwasa, Nowak, Michor 2006")
    axes[0].set(xlabel="Death / birth rate", ylabel=f"Share with a resistant cell at {CELLS} cells", ylim=(0, 1))
    _courses(axes[1], courses)
    continuous, adaptive = (courses[name]["time_to_progression"] for name in ("continuous", "adaptive"))
    gain = 100.0 * (adaptive / continuous - 1.0)
    for place, cost in enumerate(COSTS):
        chosen = gain["cost"].values == cost
        label = "no cost of resistance" if cost == 0.0 else f"resistant cells grow {100 * cost:.0f} % slower"
        axes[2].plot(gain["turnover"].values[chosen], gain.values[chosen], "o-", color=f"C{place + 2}", label=label)
    axes[2].set(xlabel="Death / growth rate of all cells", ylabel="Time to progression gained [%]")
    axes[2].set_ylim(bottom=0)
    axes[0].set_title("Resistance before treatment (bars: 2 standard errors)", fontsize=10)
    axes[2].set_title("Strobl 2021: adaptive against continuous", fontsize=10)
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def _courses(axes, courses: dict[str, xr.Dataset]) -> None:
    """Draw size and resistant cells of the tumor with turnover 0.3 and no cost."""
    for name, color in (("continuous", "C0"), ("adaptive", "C1")):
        run = courses[name]
        one = run.isel(run=int(np.flatnonzero((run["cost"] == 0.0) & (run["turnover"] == TURNOVERS[-1]))[0]))
        start, stop = float(one["tumor_size"][0]), float(one["time_to_progression"])
        shown = one.isel(time=one["time"].values <= stop)
        axes.plot(
            shown["time"], shown["tumor_size"] / start, color=color, label=f"{name}: progression on day {stop:.0f}"
        )
        axes.plot(shown["time"], shown["resistant"] / start, color=color, linestyle="--", linewidth=1.0)
    axes.plot([], [], color="0.3", linestyle="--", linewidth=1.0, label="of it resistant")
    axes.axhline(1.2, color="0.6", linewidth=0.8, linestyle=":")
    axes.set(xlabel="Time [day]", ylabel="Tumor size relative to the start", ylim=(0, 1.7))
    axes.set_title(f"Strobl 2021: no cost, death / growth {TURNOVERS[-1]:g}", fontsize=10)


if __name__ == "__main__":
    main(*command_line("validate_resistance", "Do resistance and adaptive therapy come out as published?", 10_000))
