"""Experiment 12: does the fast engine give the answers of a full reference, and what if doses are hidden from a solver?

One trial at tolerances from 1e-3 to 1e-7 against the same at 1e-11 (the tests compare the engine itself with an
independent implementation of the patient in SciPy). Then one-hour infusions every three weeks, as events of the engine
and hidden in the right-hand side of SciPy's solvers. Expectation: every patient progresses at the same visit at every
tolerance, and volumes are within 10 tolerances; solvers that are not told of the infusions miss them
without a word and end up wrong by at least a factor of 2, whereas the engine is within 1e-5.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr
from common import command_line, plt, save, scenario
from scipy.integrate import solve_ivp

import ossim
from ossim.catalog import model_parameters, population
from ossim.cohort.sampling import draw_patients
from ossim.dosing import compile_events, dose_times
from ossim.numerics.arrays import MODES, Doses, Exposure
from ossim.numerics.codegen.system import System
from ossim.numerics.ode.problem import advance_problem, make_control, make_problem, make_records, make_runs
from ossim.terms.pharmacodynamics import occupancy
from ossim.trial.exposure import exposure, plan_pharmacology

RTOLS = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
REFERENCE = {"solver.rtol": 1e-11, "solver.atol": 1e-12}
HIDDEN = ("LSODA", "RK45", "Radau")
PULSE_RTOL, ATOL = 1e-6, 1e-9


def accuracy(size: int) -> tuple[list[dict[str, object]], xr.Dataset]:
    """Errors of each arm at each tolerance, one row each; and the reference run."""
    exact = ossim.run(scenario("numerics", size, **REFERENCE))
    rows = []
    for rtol in RTOLS:
        found = ossim.run(scenario("numerics", size, **{"solver.rtol": rtol}))
        for arm in map(str, exact["arm"].values):
            mine, theirs = found.sel(arm=arm), exact.sel(arm=arm)
            error = np.abs(mine["tumor_volume"] / theirs["tumor_volume"] - 1.0).values
            true = np.abs(mine["true_progression_time"] - theirs["true_progression_time"]).values
            dates = (part["progression_time"].isel(line=0).fillna(-1.0) for part in (mine, theirs))
            rows.append(
                {
                    "arm": arm,
                    "rtol": rtol,
                    "volume_error": np.nanmax(error),
                    "volume_error_95": np.nanpercentile(np.nanmax(error, axis=1), 95),
                    "true_progression_error": np.nanmax(true),
                    "same_progression_visit": float(np.mean(next(dates).values == next(dates).values)),
                }
            )
    return rows, exact


def cell_rates(cells, x_cytotoxic, growth, kill):
    """Growth and cytotoxic kill of the logarithm of a number of cells, as in a lesion with room to grow."""
    dcells = growth - kill * occupancy(x_cytotoxic)
    return dcells


CELLS = System("pulse_cells", ("cells",), ("growth", "kill"), cell_rates, inputs=("x_cytotoxic",))


def pulses() -> xr.Dataset:
    """Relative number of cells (solver, time): doses as events, SciPy restarted at each, and hidden from SciPy."""
    config = scenario("missed_pulse")
    (regimen,) = config.arms[0].lines[0]
    plan = plan_pharmacology((regimen.drug,), config.pharmacokinetics)
    patient = draw_patients(population(config.cohort.population), config.seed, 0, 1, 1, typical=True)
    drug, facts = exposure(plan, patient), model_parameters(config.model)
    dose = regimen.dose * float(patient.body_size["body_surface_area"][0])
    growth, kill = np.log(2.0) / facts["doubling_time"].value, facts["kill_rate_cytotoxic"].value
    times = np.arange(0.0, config.visits.until + 1e-9, config.output.every)
    starts, ends = dose_times(regimen, config.visits.until)
    rate = dose / (ends[0] - starts[0])

    def slopes(t, y, infused):
        amounts = y[1:]
        exposed = float(drug.weight[0] @ amounts)
        return [cell_rates(y[0], exposed, growth, kill), *(drug.gain[0] * rate * infused - drug.decay[0] * amounts)]

    def hidden(t, y):
        return slopes(t, y, bool(((starts <= t) & (t < ends)).any()))

    at_rest = np.zeros(1 + drug.decay.shape[1])
    parts = {
        "ossim, doses as events": _events(regimen, dose, drug, growth, kill, times, config),
        "SciPy, restarted at each dose": _restarted(slopes, at_rest, times, starts, ends),
    }
    for method in HIDDEN:
        found = solve_ivp(hidden, times[[0, -1]], at_rest, method, times, rtol=PULSE_RTOL, atol=ATOL)
        if not found.success:
            raise RuntimeError(f"{method}: {found.message}")
        parts[f"SciPy {method}, doses hidden"] = found.y[0]
    cells = ("solver", "time"), np.exp(np.stack(list(parts.values()))), {"units": "1", "long_name": "relative cells"}
    infusion = "infusion", starts, {"units": "day", "long_name": "start of an infusion"}
    time = "time", times, {"units": "day", "long_name": "time"}
    return xr.Dataset({"cells": cells, "infusion": infusion}, {"solver": list(parts), "time": time})


def _events(regimen, dose: float, drug: Exposure, growth: float, kill: float, times: np.ndarray, config) -> np.ndarray:
    """Logarithm of cells by the engine."""
    table = compile_events((regimen,), (regimen.drug,), config.visits.until)
    columns = ("time", "value", "interval", "duration")
    first = np.zeros(1, np.int64)
    doses = Doses(
        **{key: np.ascontiguousarray(getattr(table, key), float) for key in columns},
        **{key: np.ascontiguousarray(getattr(table, key), np.int64) for key in ("kind", "compartment")},
        next=first.copy(),
        last=first + table.time.size,
        origin=np.zeros(1),
        first_mode=first,
        last_mode=first + drug.channel.size,
        state=first + MODES,
        smooth=np.zeros(1, np.bool_),
        scale=np.full((1, 1), dose / regimen.dose),
    )
    problem = make_problem(
        CELLS,
        make_runs(CELLS, np.zeros((1, 1)), np.array([[growth, kill]])),
        exposure=drug._replace(channel=np.zeros_like(drug.channel), level=np.zeros((1, 1))),
        doses=doses,
        records=make_records(times, first, 1, drug.channel.size),
        control=make_control(rtol=PULSE_RTOL, atol=ATOL, signed=True),
    )
    advance_problem(problem, float(times[-1]))
    return problem.records.state[0, :, 0]


def _restarted(slopes, start: np.ndarray, times: np.ndarray, starts, ends) -> np.ndarray:
    """Logarithm of cells by SciPy's DOP853 at 1e-12, from border to border of the infusions."""
    y, cells = start, np.full(times.size, np.nan)
    for low, high in pairwise(np.unique(np.concatenate([times[[0, -1]], starts, ends]))):
        infused = bool(((starts <= low) & (low < ends)).any())
        inside = (times >= low) & (times <= high)
        wanted = np.union1d(times[inside], high)
        found = solve_ivp(partial(slopes, infused=infused), (low, high), y, "DOP853", wanted, rtol=1e-12, atol=1e-12)
        cells[inside], y = found.y[0, : inside.sum()], found.y[:, -1]
    return cells


def main(out: Path | None = None, size: int = 1000) -> tuple[list[dict[str, object]], xr.Dataset]:
    """Simulate, print, save into `out` if given; return the rows of errors and the courses under hidden doses."""
    rows, exact = accuracy(size)
    courses = pulses()
    ends = courses["cells"].isel(time=-1)
    factors = (ends / ends.sel(solver="SciPy, restarted at each dose")).to_series().to_dict()
    if out is not None:
        for row in rows:
            print(
                f"{row['arm']:12s} rtol {row['rtol']:.0e}: volume within {row['volume_error']:.1e}"
                f" (95 % of patients {row['volume_error_95']:.1e}), true progression within"
                f" {row['true_progression_error']:.1e} d, same visit {100 * row['same_progression_visit']:.1f} %"
            )
        for solver, factor in factors.items():
            print(f"{solver:30s} ends at {factor:.6g} times the true number of cells")
        save(out, rows, _figure(rows, courses), {"reference": exact, "missed_pulse": _marked(courses, exact)})
    return rows, courses


def _marked(courses: xr.Dataset, exact: xr.Dataset) -> xr.Dataset:
    """The courses with what every result says of itself."""
    return courses.assign_attrs({key: exact.attrs[key] for key in ("ossim_version", "notice") if key in exact.attrs})


def _figure(rows: list[dict[str, object]], courses: xr.Dataset):
    """Error against tolerance beside the courses of every solver."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
    for arm, marker in zip(dict.fromkeys(str(row["arm"]) for row in rows), "os", strict=True):
        mine = [row for row in rows if row["arm"] == arm]
        left.loglog(RTOLS, [row["volume_error"] for row in mine], f"{marker}-", label=f"{arm}, worst patient")
        left.loglog(RTOLS, [row["volume_error_95"] for row in mine], f"{marker}:", label=f"{arm}, 95 % of patients")
    left.loglog(RTOLS, RTOLS, color="0.6", linewidth=0.8, label="error = tolerance")
    left.set(xlabel="Relative tolerance", ylabel="Relative error of tumor volume")
    left.legend(frameon=False, fontsize=8)
    styles = (("-", 1.6), ("--", 1.6), ("-", 4.0), ("--", 2.4), (":", 1.6))  # the last three lie on each other
    for solver, (style, width) in zip(courses["solver"].values, styles, strict=True):
        course = courses["cells"].sel(solver=solver)
        right.semilogy(courses["time"], course, style, label=str(solver), linewidth=width)
    for place, start in enumerate(courses["infusion"].values):
        right.axvline(start, color="0.7", linewidth=0.8, zorder=0, label=None if place else "one-hour infusion")
    right.set(xlabel="Time [day]", ylabel="Cells relative to day 0")
    right.yaxis.set_major_formatter("{x:g}")
    right.yaxis.set_minor_formatter("{x:g}")
    right.legend(framealpha=1.0, edgecolor="none", fontsize=8)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main(*command_line("numerics", "Are answers the same at every tolerance, and if doses are hidden?", 1000))
