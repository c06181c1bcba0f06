"""A patient in space over 120 days of sorafenib: CPU time, where it goes, and the error of the readings in time.

The patient is the typical one with one lesion of 25 mm, on a fixed grid: a plane of 256 x 256 cells, a box of 96 x 96 x
96, and shells. Times are of whole trials, from the drawn patient to the finished Dataset, with everything compiled. The
shares are from runs under a profiler, which slows short calls down. What growing the lesion to its size takes, the
burn-in, is what a run of two steps takes.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

import ossim

from .measure import number, table

CONFIG = """
model: osteosarcoma_spatial
cohort: {{size: 1, typical: true, parameters: {{number_of_lesions: 1, lesion_diameter: {diameter}}}}}
arms: {{sorafenib: {{regimen: sorafenib 400 mg b.i.d., beyond_progression: true}}}}
visits: {{every: {every} days, until: {days} days, measurement_error: 0}}
space: {{geometry: {geometry}, size: {size}, spacing: {spacing}, step: {step}, error_estimate: false}}
"""
READINGS = ("tumor_volume", "viable_volume", "rim_width", "drug_penetration", "vegf")
#: part -> functions that it is the time of, as (end of the file's name, function)
PARTS = {
    "body": (("spatial/coupling.py", "run_body"),),
    "reaction": (("pde/evolve.py", "_react"),),
    "spread": (("pde/evolve.py", "_spread"), ("pde/evolve.py", "_move")),
    "transported": (("pde/evolve.py", "_follow"), ("pde/evolve.py", "_foresee")),
    "reading": (("spatial/course.py", "_read_all"),),
}
HEADER = ("", "cells", "step", "CPU s", "burn-in", "ms / step", *(f"{name} %" for name in PARTS))
ERRORS = ("", "step", "against", *READINGS)


@dataclass(frozen=True)
class SpatialPatient:
    """A grid and how long a patient lives on it."""

    geometry: str
    count: int
    compared: bool
    size: float = 41.0
    diameter: float = 25.0
    days: float = 120.0
    step: float = 2.0

    def run(self, step: float, days: float | None = None) -> xr.Dataset:
        """Run the trial in steps of at most `step` [day], to the end or over as many `days`."""
        days = days or self.days
        given = {"spacing": self.size / self.count, "step": step, "days": days, "every": 0.25 * days}
        size = 0.5 * self.size if self.geometry == "radial" else self.size
        known = {"geometry": self.geometry, "diameter": self.diameter, "size": size}
        return ossim.run(ossim.loads(CONFIG.format(**known, **given)))


PATIENTS = {
    "radial": SpatialPatient("radial", 256, True),
    "2-D": SpatialPatient("plane", 256, True),
    "3-D": SpatialPatient("box", 96, False),
}


def spatial_patient(patients: Mapping[str, SpatialPatient] = PATIENTS) -> list[str]:
    """Tables of CPU time with its parts, and of errors in time, of every patient."""
    times, errors = [], []
    for label, patient in patients.items():
        found, seconds, grown, parts = measured(patient)
        axes = {"radial": 1, "plane": 2, "box": 3}[patient.geometry]
        cells = " x ".join([str(patient.count // 2 if axes == 1 else patient.count)] * axes)
        steps = np.ceil(patient.days / patient.step)
        row = (label, cells, f"{patient.step:g}", number(seconds), number(grown))
        shares = (f"{100.0 * share:.0f}" for share in parts.values())
        times.append((*row, number(1e3 * (seconds - grown) / steps), *shares))
        if patient.compared:
            fine = patient.run(0.25 * patient.step)
            moved = (f"{change:.1e}" for change in changes(found, fine).values())
            errors.append((label, f"{patient.step:g}", f"{0.25 * patient.step:g}", *moved))
    title = "A patient in space, lesion of 25 mm, 120 days: CPU s of the whole trial; shares of the time after burn-in"
    return [
        table(title, HEADER, times),
        table("Largest relative change of a reading at a visit under steps four times shorter", ERRORS, errors),
    ]


def measured(patient: SpatialPatient) -> tuple[xr.Dataset, float, float, dict[str, float]]:
    """What a run found, its CPU seconds, those of a run that hardly goes beyond burn-in, and the share of each part."""
    short = 2.0 * patient.step
    patient.run(patient.step, short)  # compiles
    grown, _ = timed(patient, short)
    seconds, found = timed(patient, patient.days)
    start, end = profiled(patient, short), profiled(patient, patient.days)
    whole = end["whole"] - start["whole"]
    return found, seconds, grown, {name: (end[name] - start[name]) / whole for name in PARTS}


def timed(patient: SpatialPatient, days: float) -> tuple[float, xr.Dataset]:
    """CPU seconds of a run and what it found."""
    start = time.process_time()
    found = patient.run(patient.step, days)
    return time.process_time() - start, found


def profiled(patient: SpatialPatient, days: float) -> dict[str, float]:
    """Seconds that each part of a run takes under the profiler, with all that its functions call, and the `whole`."""
    profile = cProfile.Profile(time.process_time)
    profile.runcall(patient.run, patient.step, days)
    rows = pstats.Stats(profile).stats
    parts = PARTS | {"whole": (("trial/run.py", "run"),)}
    return {
        name: sum(row[3] for (path, _, called), row in rows.items() if _among(path, called, functions))
        for name, functions in parts.items()
    }


def _among(path: str, called: str, functions: tuple[tuple[str, str], ...]) -> bool:
    return any(Path(path).as_posix().endswith(end) and called == name for end, name in functions)


def changes(one: xr.Dataset, other: xr.Dataset) -> dict[str, float]:
    """Largest relative change of each reading over the visits."""
    return {name: float(np.abs(one[name] / other[name] - 1.0).max()) for name in READINGS}
