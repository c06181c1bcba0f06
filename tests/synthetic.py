"""A made-up trial Dataset with every variable of the schema: shrink-and-regrow lesions, visits, lines, deaths.

The biology is arbitrary. Only the structure (visit grid, RECIST codes, lines, censoring) is that of a real one.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from ossim.criteria.recist import assess, burden
from ossim.dataset import Response, dataarray_attrs, variable

DRUGS = ("sorafenib", "everolimus")
# Kill and regrowth [1/day] of the drug in each line of each made-up arm; 0 is no effect.
ARMS = {
    "untreated": ((0.0, 1.0),),
    "sorafenib": ((0.002, 0.35),),
    "sorafenib + everolimus": ((0.003, 0.30),),
    "sorafenib, everolimus, sorafenib": ((0.002, 0.35), (0.001, 0.6), (0.0015, 0.4)),
}
INTERVAL, HORIZON, STEP = 56.0, 728.0, 1.0


def make_trial(
    arms: tuple[str, ...] = tuple(ARMS), n_patients: int = 60, n_tracked: int = 12, seed: int = 7
) -> xr.Dataset:
    """Return a made-up trial Dataset of the named `ARMS`."""
    n_visits, n_lines, n_lesions = int(HORIZON / INTERVAL) + 1, max(len(ARMS[arm]) for arm in arms), 3
    n_tracked = min(n_tracked, n_patients)
    rng = np.random.default_rng(seed)
    # The same patients, noise and clocks in every arm.
    patients = {
        "growth": np.log(2) / (3 * 45 * rng.lognormal(0, 0.8, n_patients)),
        "kill": rng.lognormal(0, 0.9, n_patients),
        "diameter": 25 * rng.lognormal(0, 0.5, (n_patients, n_lesions)),
        "noise": np.exp(0.06 * rng.standard_normal((n_patients, n_visits, n_lesions))),
        "new_lesion": rng.exponential(1.0, n_patients) / 0.0018,
        "death": 400 * rng.exponential(1.0, n_patients) ** 0.8 + 20,
        "leaves": np.where(rng.random(n_patients) < 0.1, rng.uniform(30, HORIZON, n_patients), HORIZON),
    }
    patients["diameter"][rng.random((n_patients, n_lesions)) > 0.6] = np.nan
    patients["diameter"][:, 0] = np.where(np.isnan(patients["diameter"][:, 0]), 20.0, patients["diameter"][:, 0])
    parts = [_make_arm(patients, ARMS[arm], n_visits, n_lines, n_tracked) for arm in arms]
    ds = xr.concat(parts, dim="arm", data_vars="all", coords="minimal", compat="override", join="override")
    ds = ds.assign_coords(
        arm=list(arms),
        patient=np.arange(n_patients),
        visit=np.arange(n_visits),
        lesion=np.arange(1, n_lesions + 1),
        line=np.arange(n_lines),
        drug=list(DRUGS),
        tracked=np.arange(n_tracked),
    )
    for name in ds.variables:
        ds[name].attrs = dataarray_attrs(name)
        ds[name] = ds[name].transpose(*variable(name).dims)
    return ds


def _make_arm(patients, lines, n_visits, n_lines, n_tracked) -> xr.Dataset:
    n = len(patients["growth"])
    filled = {
        name: np.full((n, n_visits), np.nan)
        for name in (
            "visit_time",
            "sum_of_diameters",
            "true_sum_of_diameters",
            "tumor_volume",
            "viable_volume",
            "resistant_fraction",
            "vegf",
            "svegfr2",
        )
    }
    measured = np.full((n, n_visits, patients["diameter"].shape[1]), np.nan)
    line_at_visit = np.full((n, n_visits), -1)
    codes, appeared = np.zeros((n, n_visits), np.int8), np.zeros((n, n_visits), np.int8)
    times = {
        name: np.full((n, n_lines), np.nan)
        for name in ("line_start", "line_end", "progression_time", "true_progression_time")
    }
    # Drugs postpone death a little; one patient in ten leaves the study early.
    death = patients["death"] * (1 + 60 * sum(kill for kill, _ in lines))
    death = np.where(death < np.minimum(patients["leaves"], HORIZON), death, np.nan)
    end = np.fmin(death, np.minimum(patients["leaves"], HORIZON))
    grid = np.arange(0.0, HORIZON + STEP, STEP)
    scale = np.ones((n, grid.size))
    for i in range(n):
        start, line, size0 = 0.0, 0, 1.0
        nadir = baseline = burden(patients["diameter"][i] * patients["noise"][i, 0])
        times["line_start"][i, 0] = 0.0
        best = size0
        for visit in range(n_visits):
            now = visit * INTERVAL
            if now > end[i]:
                break
            span = (grid >= now) & (grid <= now + INTERVAL)
            scale[i, span] = size0 * _shape(grid[span] - start, i, patients, lines, line)
            true = patients["diameter"][i] * scale[i, visit * int(INTERVAL)]
            measured[i, visit] = true * patients["noise"][i, visit]
            size = burden(measured[i, visit])
            filled["visit_time"][i, visit] = now
            filled["sum_of_diameters"][i, visit] = size
            filled["true_sum_of_diameters"][i, visit] = burden(true)
            volume = np.nansum(np.pi / 6 * true**3)
            filled["tumor_volume"][i, visit] = volume
            filled["viable_volume"][i, visit] = 0.7 * volume
            filled["resistant_fraction"][i, visit] = 1 - 0.97 * np.exp(-now / 300)
            dosed = lines[max(line, 0)][0] > 0 and line >= 0 and now > start
            filled["vegf"][i, visit] = (2.5 if dosed else 1.0) * patients["noise"][i, visit, 0]
            filled["svegfr2"][i, visit] = (0.65 if dosed else 1.0) * patients["noise"][i, visit, 1]
            if line < 0 or visit == 0:
                line_at_visit[i, visit] = line
                continue
            line_at_visit[i, visit] = line
            best = min(best, scale[i, visit * int(INTERVAL)])
            new = start + patients["new_lesion"][i] <= now
            appeared[i, visit] = new
            (codes[i, visit],), (nadir,) = assess([size], [baseline], [nadir], [new])
            if codes[i, visit] == Response.PD:
                times["progression_time"][i, line] = times["line_end"][i, line] = now
                times["true_progression_time"][i, line] = now - 0.4 * INTERVAL
                start, size0, baseline, nadir = now, scale[i, visit * int(INTERVAL)], size, size
                line = line + 1 if line + 1 < len(lines) else -1
                if line >= 0:
                    times["line_start"][i, line] = now
                # Off treatment the lesions grow on untreated.
                span = grid >= now
                scale[i, span] = size0 * _shape(grid[span] - now, i, patients, lines, line)
        if line >= 0:
            times["line_end"][i, line] = end[i]
    tracked = slice(0, n_tracked)
    seen = np.where(grid[None] <= end[tracked, None], 1.0, np.nan)
    total = np.nansum(patients["diameter"], axis=1)[tracked, None]
    treated = lines[0][0] > 0
    on_drug = treated * (grid[None] <= times["line_end"][tracked, :1])
    dose_time = np.arange(0.0, 168.0) if treated else np.empty(0)
    doses = np.full(168, np.nan)
    doses[: dose_time.size] = dose_time
    spread = patients["kill"][tracked, None] ** 0.4
    build = on_drug * (1 - np.exp(-grid / 3.0))
    trajectories = {
        "trajectory_sum_of_diameters": total * scale[tracked],
        "trajectory_tumor_volume": np.pi / 6 * total**3 * scale[tracked] ** 3,
        "trajectory_vegf": 1 + 1.6 * build * spread,
        "trajectory_svegfr2": 1 - 0.35 * build * np.minimum(spread, 2),
        "trajectory_bypass": 1 - np.exp(-1.0 * on_drug * grid / 80),
        "trajectory_resistant_fraction": np.broadcast_to(1 - 0.97 * np.exp(-grid / 300), build.shape),
        "trajectory_perfusion": 1 - 0.4 * build,
    }
    concentration = np.stack([5 * build * spread * (1 + 0.3 * np.sin(2 * np.pi * grid)), 0.02 * build * spread], axis=1)
    if len(lines) == 1 and lines[0][1] != 0.30:
        concentration[:, 1] = 0.0
    return xr.Dataset(
        {name: (("patient", "visit"), values) for name, values in filled.items()}
        | {name: (("patient", "line"), values) for name, values in times.items()}
        | {name: (("tracked", "time"), values * seen) for name, values in trajectories.items()}
        | {
            "tumor_diameter": (("patient", "visit", "lesion"), measured),
            "new_lesion": (("patient", "visit"), appeared),
            "line_at_visit": (("patient", "visit"), line_at_visit.astype(np.int8)),
            "response": (("patient", "visit"), codes),
            "death_time": ("patient", death),
            "follow_up": ("patient", end),
            "status": ("patient", np.zeros(n, np.int8)),
            "trajectory_concentration": (("tracked", "drug", "time"), concentration * seen[:, None]),
            "dose_time": ("dose", doses),
            "dose_drug": ("dose", np.where(np.isnan(doses), -1, 0)),
        },
        coords={"time": grid},
    )


def _shape(since, i, patients, lines, line):
    """Return size relative to that at the start of the line: shrinkage by the drug plus regrowth."""
    kill, regrowth = lines[line] if line >= 0 else (0.0, 1.0)
    slow = patients["growth"][i] * regrowth
    return np.exp(-kill * patients["kill"][i] * since) + np.expm1(slow * since)
