"""What a trial in space needs beside its patients: checked parameters, grown lesions, a store of fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ossim.cohort.sampling import Patients
from ossim.config.spatial_trial import space_values
from ossim.model import SPATIAL
from ossim.model.patient.spatial import SHOWN, TUMOR
from ossim.numerics.pde.grid import Grid
from ossim.store import provenance
from ossim.store.fields import FieldStore
from ossim.trial.spatial.course import SpatialPlan
from ossim.trial.spatial.enrollment import grow_all, values_of
from ossim.trial.spatial.lesion import Lesion, first_grid

GROWTH = 0.6  # of the diameter at enrollment: how much larger a lesion may become before kept fields are cut


def spatial_plan(scenario: Any, patients: Patients, folder: Path | None) -> SpatialPlan:
    """Grow the lesions of a block of patients, and make the store of fields in a `folder`, if there is one."""
    section = scenario.space
    space = space_values(section)
    grown, failed = grow_all(patients, space, space["cell_spacing"])
    fields = field_store(scenario, patients, folder) if folder is not None and patients.first == 0 else None
    arms = {arm.name: number for number, arm in enumerate(scenario.arms)}

    def keep(arm: str, lesion: Lesion, number: int) -> None:
        if fields is not None:
            fields.put((arms[arm], number), lesion.shown(fields.grid.shape))
            fields.reached(lesion.problem.time)

    times = field_times(scenario) if fields is not None else np.zeros(0)
    return SpatialPlan(space, section, grown, failed, times, keep)


def field_times(scenario: Any) -> np.ndarray:
    """When fields are kept [day]."""
    every = scenario.space.fields_every
    return every * np.arange(int(scenario.visits.until / every + 1e-9) + 1)


def field_store(scenario: Any, patients: Patients, path: Path) -> FieldStore:
    """Make the store of the first lesion of the first patient, with room for it to grow."""
    section, space = scenario.space, space_values(scenario.space)
    size = values_of(patients, 0, 0)["lesion_diameter"]
    grid, _ = first_grid(size, space, section)
    if section.size is None and not section.barriers:
        sides = 1 if section.geometry == "radial" else 2
        extra = int(0.25 * GROWTH * size / grid.spacing) * sides
        grid = Grid(grid.geometry, tuple(count + extra for count in grid.shape), grid.spacing)
    labels = {name: {"units": unit, "long_name": long_name} for name, unit, long_name in SHOWN.values()}
    about = {
        "title": scenario.title or scenario.name,
        "model": SPATIAL,
        "notice": provenance.NOTICE,
        **provenance.versions(),
        "tumor_variables": " ".join(SHOWN[symbol][0] for symbol in TUMOR),
        "tumor_level": space["outline_level"],
        "shown": "first lesion of the first patient of each arm",
    }
    leading = {"arm": np.array([arm.name for arm in scenario.arms])}
    return FieldStore(grid, leading, field_times(scenario), labels, about, path=path)
